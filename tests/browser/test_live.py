"""What happens at a site right now, in a real browser: it loads itself anew until somebody pauses it, and shows single requests;
and pages of operations before machines that check accessibility."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from control import demo
from control.core.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.looking import begin, both_looks, needs_axe, walk
from tests.integration.platform import Platform
from tests.monitoring.kept import keep

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
PAGES = (
    "/dashboard", "/settings", "/settings/mail", "/gateway/settings", "/gateway/settings/edit", "/security/settings", "/uptime",
    "/security/firewalls/new", "/monitoring/maintenance-windows/new", "/monitoring/inhibitions/new", "/profile/activity",
    "/profile/api",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(platform: Platform) -> str:
    """A site of the reseller's with a minute of requests behind it, and a public status page."""
    at = f"http://127.0.0.1:{platform.stack.ports.control}"
    with httpx.Client(base_url=at, headers={"Authorization": f"Bearer {platform.log_in('reseller')}"}, timeout=20) as client:

        def ask(method: str, path: str, body: object = None) -> Any:
            answer = client.request(method, path, json=body)
            assert answer.status_code < 300, (path, answer.text)
            return answer.json()["data"]

        made = ask("POST", "/v1/sites", {"name": "Live", "hosts": ["live.example"]})
        check = ask("POST", "/v1/monitoring/checks", {"name": "Front", "kind": "icmp", "target": "live.example"})
        ask("POST", "/v1/monitoring/status-pages", {
            "slug": "live", "title": "Live", "components": [{"check_id": check["id"], "name": "Front"}], "is_public": True,
        })  # fmt: skip
    settings = Settings(owner_database_url=platform.stack.dsn("hcc_owner"))
    labels, now = {"site": made["id"], "route": "", "gateway": "g1"}, int(time.time())
    points = [(now - 600 + s, 5.0 * s) for s in range(0, 601, 10)]
    names = (
        {"__name__": "hcc_site_requests_total", "class": "2xx"},
        {"__name__": "hcc_site_request_seconds_bucket", "le": "+Inf"},
    )
    keep(settings, made["organization_id"], [({**name, **labels}, points) for name in names])
    return f"/sites/{made['id']}"


def test_it_loads_itself_until_it_is_paused(chromium: Browser, platform: Platform, site: str) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 1280, "height": 800})
    page = visitor.page
    visitor.log_in("reseller")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/sites/" in request.url and "/live" in request.url else None)
    with page.expect_response(lambda answer: "/live?load=1" in answer.url, timeout=20_000):
        visitor.go(site)
        expect(page.locator("#live").get_by_text("Requests each second")).to_be_visible()
        expect(page.locator("#live .uplot canvas")).to_be_visible()
    page.locator("#live-pause").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live").get_by_role("link", name="Go on")).to_be_focused()
    assert page.locator("#live").get_attribute("hx-trigger") is None
    page.keyboard.press("Enter")
    expect(page.locator("#live").get_by_role("link", name="Pause")).to_be_visible()
    assert asked[-1].endswith("/live"), asked
    assert visitor.complaints == []
    visitor.context.close()


def test_single_requests_come_while_somebody_looks(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 1280, "height": 800})
    page = visitor.page
    visitor.log_in("customer")
    visitor.go("/sites")
    at = page.get_by_role("link", name="Olivia's Shop").first.get_attribute("href")
    visitor.go(f"{at}/requests")
    requests = page.locator("#requests")
    expect(requests.get_by_text("1 gateway hands requests over.")).to_be_visible(timeout=15_000)

    def visit(path: str) -> None:
        with httpx.Client(base_url=platform.url, timeout=20) as client:
            client.get(path, headers={"Host": demo.SITE_HOST, "Cookie": "id=never-shown"})

    visit("/first?password=never-shown")
    expect(requests.get_by_text(f"GET {demo.SITE_HOST}/first", exact=True)).to_be_visible(timeout=15_000)
    assert "never-shown" not in page.content()
    page.locator("#filters-requests input[type=search]").fill("second")
    expect(requests.get_by_text("Nothing matches.")).to_be_visible()
    visit("/second")
    expect(requests.get_by_text(f"GET {demo.SITE_HOST}/second", exact=True)).to_be_visible(timeout=15_000)
    expect(requests.get_by_text("/first")).to_have_count(0)
    page.locator("#requests-pause").focus()
    page.keyboard.press("Enter")
    expect(requests.get_by_role("link", name="Go on")).to_be_focused()
    assert requests.get_attribute("hx-trigger") is None
    # HTMX notes a load that was under way and is no longer wanted.
    assert [one for one in visitor.complaints if not one.startswith(("htmx:sendAbort", "htmx:afterRequest"))] == []
    visitor.context.close()


@needs_axe
@both_looks
def test_pages_of_operations_are_accessible_and_fit(
    chromium: Browser, platform: Platform, site: str, look: dict[str, Any]
) -> None:
    walk(begin(chromium, platform, look), look, ["/status/live"])
    walk(begin(chromium, platform, look, "admin"), look, [*PAGES, site, f"{site}/requests"])
