"""What a browser makes of pages: bytes on the line, when something is to be seen, what jumps, what blocks."""

from __future__ import annotations

import shutil
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

_OBSERVE = """
window.__seen = {lcp: 0, cls: 0, tbt: 0};
new PerformanceObserver(l => { for (const e of l.getEntries()) window.__seen.lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.__seen.cls += e.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) window.__seen.tbt += Math.max(e.duration - 50, 0); })
  .observe({type: "longtask", buffered: true});
"""
_TAKEN = """() => ({...window.__seen,
  fcp: (performance.getEntriesByName("first-contentful-paint")[0] || {startTime: 0}).startTime,
  ttfb: performance.getEntriesByType("navigation")[0].responseStart})"""


def look(url: str, person: dict[str, str], paths: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Figures of the login and of each page for one person. Bytes are those of the whole page into an empty cache."""
    found: dict[str, dict[str, Any]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        first = browser.new_context(locale="en", viewport={"width": 1280, "height": 800})
        page = first.new_page()
        page.add_init_script(_OBSERVE)
        found["login"] = _visit(first, page, f"{url}/login")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/dashboard")
        state = first.storage_state()
        first.close()
        for name, path in paths.items():
            # A cache of its own for each.
            context = browser.new_context(storage_state=state, locale="en", viewport={"width": 1280, "height": 800})
            page = context.new_page()
            page.add_init_script(_OBSERVE)
            found[name] = _visit(context, page, url + path)
            context.close()
        browser.close()
    return found


def _visit(context: BrowserContext, page: Page, address: str) -> dict[str, Any]:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="load")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate(_TAKEN)
    return {
        "kib": round(sum(received) / 1024, 1),
        "requests": len(received),
        "first_byte_ms": round(seen["ttfb"]),
        "first_contentful_paint_ms": round(seen["fcp"]),
        "largest_contentful_paint_ms": round(seen["lcp"]),
        "layout_shift": round(seen["cls"], 4),
        "blocking_ms": round(seen["tbt"]),
    }
