"""Every page of the panel before Chromium: what machines can check of accessibility, and that nothing is too wide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from control.web import assets
from tests.browser.conftest import Visitor
from tests.browser.pages import FILES, PARTS, Found, public, templates
from tests.browser.stocked import Stocked

pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(240)]
AXE = assets.SOURCES / "node_modules" / "axe-core" / "axe.min.js"
ELSEWHERE = {
    "/reports/datev.csv": "wants an account that the demo did not choose",
    "/billing/tax-flags/{flag_id:uuid}": "tests/web/test_customers.py",
    "/billing/tax-flags/{flag_id:uuid}/resolve": "tests/web/test_customers.py",
    "/payments/methods/added": "where the provider's page leads back to: test_client.py",
    "/payments/{payment_id:uuid}/answer": "where the bank's page leads back to: test_client.py",
    "/profile/passkeys/{passkey_id:uuid}/remove": "test_passkeys.py, with axe",
    "/profile/passkeys/{passkey_id:uuid}/rename": "test_passkeys.py, with axe",
    "/reselling/statements/{statement_id:uuid}": "tests/web/test_selling_on.py",
    "/reselling/statements/{statement_id:uuid}/sales.csv": "tests/web/test_selling_on.py",
    "/reselling/statements/{statement_id:uuid}/settle": "tests/web/test_selling_on.py",
    "/subscriptions/{row_id:uuid}/stay": "after leaving: tests/web/test_client_ordering.py",
    "/views/{name:str}/{view_id:uuid}": "tests/web/test_views.py",
}
"""Pages of things that are not here, and the tests that make them."""
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OF_LOOKS = [
    "color-contrast",
    "target-size",
    "scrollable-region-focusable",
    "link-in-text-block",
    "link-name",
    "button-name",
    "label",
]
"""What can differ in the dark and on a phone; the rest is the same document."""
_CHECK = """async (rules) => {
  const said = window.axe === undefined ? [] : (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
  const wide = document.documentElement.scrollWidth;
  if (wide > document.documentElement.clientWidth) said.push(`is ${wide} wide`);
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1 && location.pathname !== "/styleguide") said.push(`has ${heads} h1`);
  // A status page is its owner's, and says how things are.
  const isOwn = location.pathname.startsWith("/status/");
  if (!isOwn && !/\\S+ \\u2013 /.test(document.title)) said.push(`has the title ${document.title}`);
  for (const each of document.querySelectorAll("main :is(button, select, summary, input:not([type=hidden]), a.btn)")) {
    if (!each.checkVisibility({visibilityProperty: true}) || each.closest("[aria-hidden=true]")) continue;
    const {width, height} = each.getBoundingClientRect();
    const label = each.closest("label")?.getBoundingClientRect().height || 0;
    if (width && Math.max(height, label) < 24) said.push(`is ${height} high: ${each.outerHTML.slice(0, 90)}`);
  }
  return said;
}"""


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


def walk(visitor: Visitor, pages: list[tuple[str, str]], script: str, rules: list[str]) -> dict[str, list[str]]:
    """What is wrong, by page."""
    wrong = {}
    for template, path in pages:
        visitor.go(path)
        if script:
            visitor.page.evaluate(script)
        if said := visitor.page.evaluate(_CHECK, rules):
            wrong[template] = said
    return wrong


def told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{path}: {said}" for path, said in wrong.items())


def test_every_page_is_reached_by_a_link(stocked: Stocked) -> None:
    """From the menu or the address of a list; and none of them breaks."""
    seen = {template for found in stocked.found.values() for template in found.pages}
    broken = {path: status for found in stocked.found.values() for path, status in found.broken.items()}
    assert {path for path in broken if "datev" not in path} == set(), "DATEV tells what is not set yet"
    missing = sorted(set(templates(stocked.desk.settings)) - seen - set(ELSEWHERE))
    assert missing == [], "\n".join(missing)


@pytest.mark.skipif(not Path(AXE).exists(), reason="needs `npm ci` in control/web/assets")
@pytest.mark.parametrize(
    "look",
    [
        {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
        {"color_scheme": "dark", "viewport": {"width": 320, "height": 800}},
    ],
    ids=["light 1280", "dark 320"],
)
def test_pages_are_accessible_and_fit(seller: Visitor, stocked: Stocked, look: dict[str, Any]) -> None:
    pages = looked_at(stocked.found["reseller"])
    assert len(pages) > 180
    rules = _ALL if look["color_scheme"] == "light" else _OF_LOOKS
    wrong = walk(seller, pages, AXE.read_text(encoding="utf-8"), rules)
    assert wrong == {}, told(wrong)


@pytest.mark.skipif(not Path(AXE).exists(), reason="needs `npm ci` in control/web/assets")
@pytest.mark.parametrize("who", ["admin", "customer", None])
def test_what_others_see_is_accessible_too(chromium: Browser, stocked: Stocked, who: str | None) -> None:
    """Pages that the reseller does not have, and those of nobody in particular."""
    visitor = Visitor(chromium, stocked.platform, color_scheme="dark", viewport={"width": 320, "height": 800})
    script = AXE.read_text(encoding="utf-8")
    if who is None:
        pages = [(path, path) for path in public(stocked.desk.settings) if "{" not in path]
    else:
        known = stocked.found["reseller"].pages
        pages = [one for one in looked_at(stocked.found[who]) if one[0] not in known or one[0].endswith(("/dashboard", "/pay"))]
        visitor.log_in(who)
    wrong = walk(visitor, pages, script, _ALL)
    assert wrong == {}, told(wrong)
    assert visitor.complaints == []
    visitor.context.close()


_TEN = (
    "/dashboard", "/invoices", "/customers", "/payments", "/reports/recurring", "/sites", "/security/events",
    "/monitoring/checks", "/profile", "/monitoring/rules/new",
)  # fmt: skip


@pytest.mark.parametrize("look", [{"viewport": {"width": 320, "height": 800}, "extra_http_headers": {"Cookie": ""}}], ids=["320"])
def test_from_right_to_left_nothing_is_too_wide(chromium: Browser, stocked: Stocked, look: dict[str, Any]) -> None:
    visitor = Visitor(chromium, stocked.platform, viewport=look["viewport"])
    visitor.log_in("reseller")
    visitor.context.add_cookies([{"name": "hcc_language", "value": "ar", "url": visitor.url}])
    wrong = walk(visitor, [(path, path) for path in _TEN], "", [])
    assert visitor.page.evaluate("document.documentElement.dir") == "rtl"
    assert wrong == {}, told(wrong)
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
