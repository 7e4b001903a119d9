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
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => 0)));
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
PHONE: dict[str, Any] = {"color_scheme": "dark", "viewport": {"width": 320, "height": 800}}
DESK: dict[str, Any] = {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}}


def begin(browser: Browser, platform: Platform, who: str | None = None) -> Visitor:
    """Somebody with a telephone, and with what checks in all of their pages."""
    visitor = Visitor(browser, platform, **PHONE)
    visitor.context.add_init_script(path=AXE)
    if who is not None:
        visitor.log_in(who)
    return visitor


def _turn(visitor: Visitor, look: dict[str, Any]) -> None:
    visitor.page.emulate_media(color_scheme=look["color_scheme"])
    visitor.page.set_viewport_size(look["viewport"])


def check(visitor: Visitor) -> list[str]:
    """What is wrong with an open page: as it came, dark and narrow, then light and wide. The telephone is theirs again after."""
    said: list[str] = visitor.page.evaluate(_CHECK, OF_LOOKS)
    _turn(visitor, DESK)
    said += visitor.page.evaluate(_CHECK, ALL)
    _turn(visitor, PHONE)
    return said


def walk(visitor: Visitor, paths: Iterable[str]) -> None:
    """Look at each of these pages. AssertionError names what is wrong, by page."""
    wrong = {}
    for path in paths:
        visitor.go(path)
        if said := check(visitor):
            wrong[path] = said
    assert wrong == {}, "\n".join(f"{path}: {said}" for path, said in wrong.items())
    assert visitor.complaints == []
    visitor.context.close()
