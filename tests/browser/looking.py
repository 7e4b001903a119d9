"""Pages before machines that check accessibility, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Browser

from control.web import assets
from tests.browser.conftest import Visitor
from tests.integration.platform import Platform

AXE = assets.SOURCES / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="needs `npm ci` in control/web/assets")
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_LOOKS = [
    "color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "link-name", "button-name", "label",
]  # fmt: skip
"""What can differ in the dark and on a phone; the rest is the same document."""
_CHECK = """async (rules) => {
  const said = (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
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
DESK: dict[str, Any] = {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"color_scheme": "dark", "viewport": {"width": 320, "height": 800}}
both_looks = pytest.mark.parametrize("look", [DESK, PHONE], ids=["light 1280", "dark 320"])


def begin(browser: Browser, platform: Platform, look: dict[str, Any], who: str | None = None) -> Visitor:
    """Somebody in whose pages there is what checks them; it is sent to the browser once."""
    visitor = Visitor(browser, platform, **look)
    visitor.context.add_init_script(path=AXE)
    if who is not None:
        visitor.log_in(who)
    return visitor


def check(visitor: Visitor, look: dict[str, Any]) -> list[str]:
    """What is wrong with an open page."""
    said: list[str] = visitor.page.evaluate(_CHECK, ALL if look is DESK else OF_LOOKS)
    return said


def walk(visitor: Visitor, look: dict[str, Any], paths: Iterable[str]) -> None:
    """Look at each of these pages. AssertionError names what is wrong, by page."""
    wrong = {}
    for path in paths:
        visitor.go(path)
        if said := check(visitor, look):
            wrong[path] = said
    assert wrong == {}, "\n".join(f"{path}: {said}" for path, said in wrong.items())
    assert visitor.complaints == []
    visitor.context.close()
