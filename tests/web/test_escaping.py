"""What people type is shown as text, wherever it is shown to others."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from control.web import view
from control.web.flash import Flash
from control.web.language import Tongue
from tests.billing.selling import BERLIN, Shop
from tests.web.conftest import LogIn
from tests.world import World

PROBES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt; & <b>",
]
TAGS = {"script": "src", "img": "src", "link": "href"}
"""What loads something, and may only load files of ours."""


class Danger(HTMLParser):
    """Finds what a page would run or load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in TAGS and not values.get(TAGS[tag], "").startswith("/assets/"):
            self.found.append(tag)
        if tag in {"iframe", "object", "embed", "style", "base"} or (tag == "b"):
            self.found.append(tag)
        self.found += [name for name in values if name.startswith("on") or name == "style"]
        self.found += [value for value in values.values() if value.lower().lstrip().startswith("javascript:") and tag == "a"]


@pytest.mark.parametrize("probe", PROBES)
async def test_a_name_is_text_everywhere(log_in: LogIn, world: World, probe: str) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(
        probe, contact=probe, buyer_reference=probe, notes=probe, address={**BERLIN, "line1": probe, "city": probe}
    )
    invoice = await shop.invoice(customer["id"], {"description": probe, "unit_price": "1"}, notes=probe)
    await shop.ask("POST", f"/v1/invoices/{invoice['id']}/send", {"message": probe}, 202)
    await world.send("nora", "PATCH", "/v1/auth/me", {"full_name": probe})
    await world.client.post(
        "/v1/auth/login", json={"email": world.email("nora"), "password": "violet-tractor-9-lagoon"}, headers={"User-Agent": "x"}
    )
    browser = await log_in("nora")
    pages = [
        "/dashboard", "/invoices", f"/invoices?search={probe}", "/customers", f"/customers/{customer['id']}",
        f"/customers/{customer['id']}/edit", f"/invoices/{invoice['id']}", f"/invoices/{invoice['id']}/send",
        "/cards/invoices", "/cards/receivables", "/profile", "/profile/sessions",
    ]  # fmt: skip
    for path in pages:
        await browser.get(path)
        assert browser.answer.status_code == 200, path
        assert Danger(browser.page).found == [], path
        assert "49{%" not in browser.page, path
        policy = browser.answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
        assert nonce is not None


@pytest.mark.parametrize("said", ["<b>bold</b>", "80 % of it", "%(name)s", "100%s", "50 %d <i>"])
def test_what_services_say_is_text_too(said: str) -> None:
    shown = view.render(view.View(tongue=Tongue("de")), "components/message.html", {"message": Flash(said)})
    made = view.environment().from_string('{{ _(said) }}|{{ _("Edit %(name)s", name=said) }}')
    token = view._CURRENT.set(view.View(tongue=Tongue("en")))
    try:
        plain, put_in = made.render(said=said).split("|")
    finally:
        view._CURRENT.reset(token)
    escaped = str(escape(said))
    assert (plain, put_in) == (escaped, f"Edit {escaped}")
    assert escaped in shown


async def test_the_nonce_is_new_each_time(log_in: LogIn) -> None:
    browser = await log_in("nora")
    policies = {(await browser.get("/dashboard")).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_templates_have_no_handlers_and_switch_nothing_off() -> None:
    for path in view.TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"\son[a-z]+=", text) is None, path
        if "mail" not in path.parts:
            assert "|safe" not in text, path
            assert "autoescape" not in text, path
            assert "hx-on" not in text, path
            assert len(text.splitlines()) <= 150, path
