"""What every gateway does alike: trusted proxies, header fields of every answer, and limits of the listener."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from control.core.context import Context
from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import needs
from control.core.type_errors import words_of
from control.sites.bodies.platform import Defaults
from control.sites.gateway import service
from control.sites.gateway.models import GatewaySettings, GatewaySettingsPut, Proxies
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.single import Single


class SettingsAsTyped(msgspec.Struct, kw_only=True):
    """The settings; a header field is a line, `Name: value`."""

    trusted_proxies: Proxies = []
    response_headers: Annotated[list[str], Meta(max_length=64)] = []
    defaults: Defaults


def headers(lines: list[str]) -> dict[str, str]:
    """Header fields by name. Raises ValidationFailed for a line that is none."""
    found = {}
    for number, line in enumerate(lines):
        name, sep, value = line.partition(":")
        if not sep or not name.strip():
            raise ValidationFailed(FieldError(f"/response_headers/{number}", N_("is not Name: value")))
        found[name.strip()] = value.strip()
    return found


async def _save(ctx: Context, typed: SettingsAsTyped) -> GatewaySettings:
    changes = {"trusted_proxies": typed.trusted_proxies, "defaults": typed.defaults}
    # Checked as the API checks what is sent to it, names and lengths too.
    try:
        data = msgspec.convert(changes | {"response_headers": headers(typed.response_headers)}, GatewaySettingsPut)
    except msgspec.ValidationError as error:
        raise ValidationFailed(FieldError("/response_headers", words_of(error))) from None
    return await service.update_settings(ctx, msgspec.structs.asdict(data))


def _values(row: GatewaySettings) -> dict[str, Any]:
    return {
        "trusted_proxies": row.trusted_proxies,
        "response_headers": [f"{name}: {value}" for name, value in row.response_headers.items()],
        "defaults": row.defaults,
    }


_MS = N_("Milliseconds.")
_NONE = N_("0 is without limit.")
SETTINGS = Single(
    path="/gateway/settings",
    title=N_("Gateway settings"),
    about=N_("What every gateway does alike. A change is in force within seconds."),
    changed=N_("The settings were changed."),
    reads=needs("gateway-settings:read"),
    writes=needs("gateway-settings:write"),
    form=Form(
        SettingsAsTyped,
        Field("trusted_proxies", N_("Proxies whose word on the client is believed"), hint=N_("Networks, one a line.")),
        Field("response_headers", N_("Header fields of every answer"), hint=N_("One a line: Name: value.")),
        Field("defaults.max_body", N_("Longest body, in bytes"), is_half=True),
        Field("defaults.max_header_bytes", N_("Longest header, in bytes"), is_half=True),
        Field("defaults.header_timeout_ms", N_("Wait for a header"), hint=_MS, is_half=True),
        Field("defaults.body_timeout_ms", N_("Wait for a body"), hint=_MS, is_half=True),
        Field("defaults.idle_timeout_ms", N_("Wait for more of an answer"), hint=_MS, is_half=True),
        Field("defaults.keep_alive_ms", N_("Keep an idle connection"), hint=_MS, is_half=True),
        Field("defaults.tunnel_idle_ms", N_("Keep a silent tunnel"), hint=_MS, is_half=True),
        Field("defaults.handshake_timeout_ms", N_("Wait for TLS"), hint=_MS, is_half=True),
        Field("defaults.max_connections", N_("Connections at one time"), is_half=True),
        Field("defaults.max_connections_per_client", N_("Of one client"), hint=_NONE, is_half=True),
        Field("defaults.max_in_flight", N_("Requests at one time"), hint=_NONE, is_half=True),
        Field("defaults.max_in_flight_per_client", N_("Requests of one client at one time"), hint=_NONE, is_half=True),
        Field("defaults.access_log_sample", N_("Share of good answers in the log"), hint=N_("From 0 to 1."), is_half=True),
    ),
    get=service.settings,
    save=_save,
    values=_values,
)
PAGES = SETTINGS.pages()
