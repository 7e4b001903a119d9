"""What is alike for the security of all sites, and the detectors that ban by themselves: the platform's own people see them."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.params import FromPath

from control.core.context import Context
from control.core.errors import DomainError, NotFound
from control.core.permissions import needs
from control.security.detection import service as detection
from control.security.detection.models import Detector, DetectorPut
from control.security.settings import service
from control.security.settings.models import SecuritySettingsPut
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Standing
from control.web.routing import act, show
from control.web.single import Single
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("security-settings:read"), needs("security-settings:write")
_PATH = "/security/settings"
DETECTORS = {
    "login": N_("Refused log-ins"),
    "unauthorized": N_("Requests without a valid token"),
    "not_found": N_("Requests for what is not there"),
    "scanner": N_("Requests for what only scanners ask for"),
    "limited": N_("Requests beyond a limit"),
    "waf_score": N_("Points of the firewall"),
}


async def _more(ctx: Context) -> dict[str, Any]:
    return {"detectors": await detection.detectors(ctx), "names": DETECTORS}


async def standing(ctx: Context) -> Standing:
    """Whether detectors watch."""
    off = sum(not one.is_active for one in await detection.detectors(ctx))
    return Standing(N_("Some detectors are off"), "warning") if off else Standing(N_("All detectors watch"), "success")


SETTINGS = Single(
    path=_PATH,
    title=N_("Security settings"),
    about=N_("What holds for all sites of the platform."),
    changed=N_("The settings were changed."),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        SecuritySettingsPut,
        Field("challenge_difficulty", N_("Difficulty of challenges"), hint=N_("One more doubles the work."), is_half=True),
        Field("challenge_ttl_s", N_("Seconds until one is asked again"), is_half=True),
        Field("event_days", N_("Events are kept for days"), is_half=True),
        Field("never_ban", N_("Networks that detectors never ban"), hint=N_("One a line, such as 192.0.2.0/24."), is_half=True),
        Field("login_paths", N_("Paths of log-ins"), hint=N_("One a line; a path that holds it counts."), is_half=True),
        Field(
            "scanner_paths",
            N_("Paths that only scanners ask for"),
            hint=N_("One a line; a path that begins so counts."),
            is_half=True,
        ),
    ),
    get=service.get,
    save=service.replace,
    template="security/settings.html",
    more=_more,
)
DETECTOR = Form(
    DetectorPut,
    Field("is_active", N_("Active")),
    Field("threshold", N_("A client is banned from so many on"), is_half=True),
    Field("window_s", N_("Within seconds"), is_half=True),
    Field("ban_s", N_("For seconds"), hint=N_("Doubled with each ban of the last week."), is_half=True),
    Field("most_ban_s", N_("For seconds at most"), is_half=True),
)


async def _detector(ui: Ui, name: str) -> Detector:
    found = next((one for one in await detection.detectors(ui.ctx) if one.name == name), None)
    if found is None:
        raise NotFound("detector")
    return found


def _asked(ui: Ui, name: str, form: Inputs, status: int = 200) -> Response[str]:
    return ui.page(
        "things/form.html", status=status, title=ui.words(DETECTORS[name]), about="", form=form,
        action=f"/security/detectors/{name}/edit", back=_PATH, place=N_("Security settings"), path=_PATH,
    )  # fmt: skip


@show("/security/detectors/{name:str}/edit", _WRITE)
async def ask_detector(ui: UiOf, name: FromPath[str]) -> Response[str]:
    """A detector to be changed."""
    return _asked(ui, name, DETECTOR.empty(await _detector(ui, name)))


@act("/security/detectors/{name:str}/edit", _WRITE)
async def edit_detector(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """Change it."""
    await _detector(ui, name)
    try:
        await detection.replace(ui.ctx, name, await DETECTOR.read(ui))
    except DomainError as error:
        return _asked(ui, name, await DETECTOR.again(ui, error), error.status)
    return ui.go(_PATH, ui.words(N_("The detector was changed.")))


PAGES = [*SETTINGS.pages(), ask_detector, edit_detector]
