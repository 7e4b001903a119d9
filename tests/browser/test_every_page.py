"""Every page of the panel before Chromium: what machines can check of accessibility, and that nothing is too wide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visitor
from tests.browser.looking import begin, both_looks, needs_axe, walk
from tests.browser.pages import FILES, PARTS, Found, public, templates
from tests.browser.stocked import Stocked

pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(240)]
ELSEWHERE = {
    "/payments/methods/added": "where the provider's page leads back to; it leads on at once: test_client.py",
    "/profile/passkeys/{passkey_id:uuid}/remove": "who has a passkey logs in with it: test_passkeys.py, with axe",
    "/profile/passkeys/{passkey_id:uuid}/rename": "who has a passkey logs in with it: test_passkeys.py, with axe",
}
"""Pages of things that cannot be here, and the tests that make them."""


def looked_at(found: Found) -> list[tuple[str, str]]:
    """The pages that one person reaches, as addresses with what is to be shown."""
    return [
        (template, path) for template, path in sorted(found.pages.items())
        if not FILES.search(path) and not any(part in template for part in PARTS)
    ]  # fmt: skip


@pytest.fixture
def seller(chromium: Browser, stocked: Stocked, look: dict[str, Any]) -> Iterator[Visitor]:
    opened = Visitor(chromium, stocked.platform, **look)
    opened.log_in("reseller")
    yield opened
    assert opened.complaints == []
    opened.context.close()


def test_every_page_is_reached_by_a_link(stocked: Stocked) -> None:
    """From the menu or the address of a list; and none of them breaks."""
    seen = {template for found in stocked.found.values() for template in found.pages}
    broken = {path: status for found in stocked.found.values() for path, status in found.broken.items()}
    assert broken == {}
    missing = sorted(set(templates(stocked.desk.settings)) - seen - set(ELSEWHERE))
    assert missing == [], "\n".join(missing)
    assert set(ELSEWHERE) & seen == set(), "they are here"


@needs_axe
@both_looks
def test_pages_are_accessible_and_fit(chromium: Browser, stocked: Stocked, look: dict[str, Any]) -> None:
    pages = looked_at(stocked.found["reseller"])
    assert len(pages) > 190
    walk(begin(chromium, stocked.platform, look, "reseller"), look, [path for _, path in pages])


@needs_axe
@both_looks
@pytest.mark.parametrize("who", ["admin", "customer", None])
def test_what_others_see_is_accessible_too(chromium: Browser, stocked: Stocked, who: str | None, look: dict[str, Any]) -> None:
    """Pages that the reseller does not have, and those of nobody in particular."""
    if who is None:
        paths = [path for path in public(stocked.desk.settings) if "{" not in path]
    else:
        known = stocked.found["reseller"].pages
        seen = looked_at(stocked.found[who])
        paths = [path for template, path in seen if template not in known or template.endswith(("/dashboard", "/pay"))]
    walk(begin(chromium, stocked.platform, look, who), look, paths)


_TEN = (
    "/dashboard", "/invoices", "/customers", "/payments", "/reports/recurring", "/sites", "/security/events",
    "/monitoring/checks", "/profile", "/monitoring/rules/new",
)  # fmt: skip


def test_from_right_to_left_nothing_is_too_wide(chromium: Browser, stocked: Stocked) -> None:
    visitor = Visitor(chromium, stocked.platform, viewport={"width": 320, "height": 800})
    visitor.log_in("reseller")
    visitor.context.add_cookies([{"name": "hcc_language", "value": "ar", "url": visitor.url}])
    for path in _TEN:
        visitor.go(path)
        assert visitor.page.evaluate("[document.documentElement.dir, document.documentElement.scrollWidth]") == ["rtl", 320], path
    visitor.context.close()


_SPACED = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    + " p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet]; }"""


@pytest.mark.parametrize("look", [{"viewport": {"width": 320, "height": 800}}], ids=["320"])
def test_with_more_space_between_letters_nothing_is_cut(seller: Visitor) -> None:
    """WCAG 1.4.12: with the spacing that a reader chooses, no button loses its text and no page grows wider."""
    cut = {}
    for path in _TEN:
        seller.go(path)
        seller.page.evaluate(_SPACED)
        cut[path] = seller.page.evaluate(
            "() => [...document.querySelectorAll('main .btn, main .tone, main h1')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 80)).concat(document.documentElement.scrollWidth > 320 ? ['wide'] : [])"
        )
    assert {path: found for path, found in cut.items() if found} == {}


@pytest.mark.parametrize("look", [{"viewport": {"width": 1280, "height": 800}}], ids=["1280"])
def test_who_wants_no_motion_sees_none_and_who_uses_keys_sees_where_they_are(seller: Visitor) -> None:
    page = seller.page
    seller.go("/invoices")
    moving = "() => Math.max(...[...document.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e).transitionDuration)))"
    assert page.evaluate(moving) <= 0.001
    seen = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
            " return [e.outerHTML.slice(0, 90), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2"
            " || s.boxShadow !== 'none' || e.matches('[type=search]'), b.width > 0] }"
        )
        seen.add(found[0])
        assert found[1:] == [True, True], found[0]
    assert len(seen) > 30
    expect(page.locator("h1")).to_be_visible()
