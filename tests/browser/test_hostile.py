"""What people with bad intentions try in a browser, and what becomes of a person's work when servers come and go."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.browser.conftest import Visitor
from tests.browser.pages import Person
from tests.browser.stocked import Stocked
from tests.browser.test_every_page import looked_at
from tests.integration.platform import until

pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(240)]
PROBES = (
    '"><img src=x onerror=alert(1)>',
    "<script>alert(2)</script>",
    "javascript:alert(3)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "'-alert(4)-'\"onfocus=alert(5) autofocus x=\"",
)


@pytest.fixture
def open_browser(chromium: Browser, stocked: Stocked) -> Iterator[Callable[..., Visitor]]:
    opened: list[Visitor] = []

    def begin(who: str | None = "reseller", **how: Any) -> Visitor:
        visitor = Visitor(chromium, stocked.platform, viewport={"width": 1280, "height": 800}, **how)
        opened.append(visitor)
        if who is not None:
            visitor.log_in(who)
        return visitor

    yield begin
    for visitor in opened:
        visitor.context.close()


def _plant(stocked: Stocked) -> None:
    """A probe in every text that one person writes and another reads, as far as the platform takes it."""
    desk = stocked.desk

    def ask(who: str, path: str, **body: Any) -> dict[str, Any] | None:
        found: dict[str, Any] | None = desk.ask(who, "POST", path, body, refused=422)
        return found

    with stocked.reopened():
        for n, probe in enumerate(PROBES):
            ask("customer", "/v1/sites", name=probe, hosts=[f"x{n}.example"])
            ask("customer", "/v1/users", email=f"p{n}@shop.demo.example", full_name=probe, roles=["member"])
            ask("customer", "/v1/api-keys", name=probe, scopes=["billing:read"])
            ask("customer", "/v1/webhooks", url="http://127.0.0.1:9/x", topics=["user.created"], description=probe)
            check = ask("customer", "/v1/monitoring/checks", name=probe, kind="tcp", target="shop.example:1", is_active=False)
            ask("customer", "/v1/monitoring/rules", name=probe, expression="up == 0", annotations={"summary": probe})
            ask("customer", "/v1/monitoring/channels", name=probe, kind="mail", recipients=["x@shop.example"])
            ask(
                "customer",
                "/v1/monitoring/silences",
                reason=probe,
                matchers=[{"name": "host", "value": probe}],
                ends_at="2099-01-01T00:00:00Z",
            )
            if check:
                page = ask(
                    "customer",
                    "/v1/monitoring/status-pages",
                    slug=f"p{n}",
                    title=probe,
                    description=probe,
                    is_public=True,
                    components=[{"check_id": check["id"], "name": probe, "group": probe}],
                )
                if page:
                    ask("customer", "/v1/monitoring/incidents", page_id=page["id"], title=probe, text=probe)
            ask("customer", "/v1/security/match-rules", name=probe, action="block", conditions={"paths": ["/x"]}, note=probe)
            ask("customer", "/v1/security/access", action="deny", network=f"192.0.2.{100 + n}", note=probe)
            ask("customer", "/v1/security/bans", network=f"192.0.2.{120 + n}", reason=probe)
            ask("customer", "/v1/security/exclusions", rule_from=942100 + n, note=probe)
            address = {"line1": probe, "line2": probe, "postal_code": "1", "city": probe, "country": "DE"}
            made = ask(
                "reseller",
                "/v1/customers",
                kind="business",
                name=probe,
                email="x@probe.example",
                address=address,
                contact=probe,
                notes=probe,
                customer_org_id=None,
            )
            own = stocked.desk.made["customer"]["id"]
            for customer in filter(None, (made and made["id"], own)):
                ask(
                    "reseller",
                    "/v1/invoices",
                    customer_id=customer,
                    notes=probe,
                    buyer_reference=probe[:90],
                    items=[{"description": probe, "unit_price": "1"}],
                )
                ask("reseller", "/v1/payments", method="cash", amount="1", customer_id=customer, reference=probe)
            product = ask("reseller", "/v1/products", name=probe, description=probe)
            if product:
                ask("reseller", "/v1/plans", product_id=product["id"], name=probe, description=probe, features={probe: probe})


def test_what_others_wrote_is_never_run(open_browser: Callable[..., Visitor], stocked: Stocked) -> None:
    """The newest of everything has a probe in it and stands first in lists; each page is looked at by who did not write it."""
    _plant(stocked)
    for who in ("admin", "reseller", "customer"):
        visitor = open_browser(who)
        said: list[str] = []

        def heard(dialog: Dialog, said: list[str] = said) -> None:
            said.append(dialog.message)
            dialog.dismiss()

        visitor.page.on("dialog", heard)
        visitor.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => console.error('refused by the policy: ' + e.violatedDirective))"
        )
        lists = [path for template, path in looked_at(stocked.found[who]) if "{" not in template]
        rows: list[str] = []
        shown = 0
        with Person(f"http://127.0.0.1:{stocked.platform.stack.ports.control}", stocked.platform.people[who]) as person:
            for path in lists:
                html = person.get(path).text
                assert "<img src=x" not in html, path
                shown += "&lt;script&gt;alert(2)" in html
                assert ">49<" not in html, path
                links = re.findall(r'href="(/[a-z/-]+/[0-9a-f-]{36})"', html)
                rows += [link for link in dict.fromkeys(links) if link.startswith(path)][:1]
        for path in [*rows, "/dashboard", "/invoices", "/customers" if who != "customer" else "/sites"]:
            visitor.go(path)
            assert not visitor.page.locator('a[href^="javascript:"], img[src="x"]').count(), path
        assert (said, visitor.complaints) == ([], []), who
        assert shown >= 10, "the probes are there to be seen"


@contextmanager
def _other_site(html: str) -> Iterator[str]:
    """A page on another port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_form_of_another_site_changes_nothing(open_browser: Callable[..., Visitor]) -> None:
    """Same site as far as cookies see it, since a port is none: the cookie comes along, and that is not enough."""
    visitor = open_browser()
    form = f'<form method="post" action="{visitor.url}/profile"><input name="full_name" value="Owned"></form>'
    with _other_site(f"{form}<script>document.forms[0].submit()</script>") as evil:
        visitor.page.goto(evil)
        visitor.page.wait_for_url("**/profile")
    visitor.go("/profile")
    expect(visitor.page.get_by_label("Name", exact=False).first).not_to_have_value("Owned")


def test_a_cookie_from_before_the_login_is_worth_nothing_after(open_browser: Callable[..., Visitor]) -> None:
    visitor = open_browser(None)
    planted = {"name": "hcc_session", "value": "A" * 43, "url": visitor.url, "httpOnly": True}
    visitor.context.add_cookies([planted])  # type: ignore[list-item]
    visitor.log_in("reseller")
    kept = {one["name"]: one["value"] for one in visitor.context.cookies()}
    assert kept["hcc_session"] != planted["value"]
    other = open_browser(None)
    other.context.add_cookies([planted])  # type: ignore[list-item]
    other.go("/invoices")
    expect(other.page).to_have_url(re.compile("/login"))


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(
    open_browser: Callable[..., Visitor], stocked: Stocked
) -> None:
    visitor = open_browser()
    page = visitor.page
    visitor.go("/coupons/new")
    page.get_by_label("Code").fill("HALFWAY")
    page.get_by_label("Percent off").fill("12")
    with stocked.reopened():
        stocked.desk.sql("UPDATE hcc.sessions SET revoked_at = now()")
    until(lambda: page.request.get(f"{visitor.url}/coupons", max_redirects=0).status == 303, "logged out", 40)
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Password").fill(stocked.platform.people["reseller"]["password"])
    if page.get_by_label("E-mail").count():
        page.get_by_label("E-mail").fill(stocked.platform.people["reseller"]["email"])
    page.get_by_role("button", name=re.compile("^(Log in|Continue)$")).click()
    page.get_by_role("button").filter(has_text=re.compile("Send|Continue|Go on", re.IGNORECASE)).first.click()
    expect(page.get_by_role("link", name="HALFWAY")).to_be_visible()


def test_a_customer_who_edits_addresses_reaches_nothing(stocked: Stocked) -> None:
    """Every page of one thing, with what belongs to the seller alone or to another customer."""
    people, at = stocked.platform.people, f"http://127.0.0.1:{stocked.platform.stack.ports.control}"
    shown, kinds = {}, stocked.found["customer"].pages
    with Person(at, people["customer"]) as customer:
        theirs = stocked.theirs(customer)
        for who in ("reseller", "admin"):
            for template, path in stocked.found[who].pages.items():
                ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", path))
                if ids and not (template in kinds and ids <= theirs):
                    shown[path] = customer.get(path).status_code
    assert len(shown) > 60
    assert {path: status for path, status in shown.items() if status not in (403, 404)} == {}


def test_two_browsers_at_one_thing(open_browser: Callable[..., Visitor]) -> None:
    """Who comes second is told, and does not do it again."""
    first, second = open_browser(), open_browser()
    first.go("/invoices?status=draft")
    path = first.page.locator("#rows-invoices tbody a").first.get_attribute("href")
    for visitor in (first, second):
        visitor.go(f"{path}/finalise")
    first.page.locator("main").get_by_role("button", name="Finalise").click()
    expect(first.page.get_by_text("The invoice has the number")).to_be_visible()
    with second.page.expect_navigation():
        second.page.locator("main").get_by_role("button", name="Finalise").click()
    expect(second.page.get_by_text("Traceback")).to_have_count(0)
    expect(second.page.locator("h1")).to_be_visible()
    second.go(str(path))
    expect(second.page.get_by_role("heading", name=re.compile("Invoice NW-"))).to_be_visible()


@pytest.mark.parametrize(("name", "how"), [("control", "TERM"), ("control", "KILL"), ("gateway", "TERM"), ("gateway", "KILL")])
def test_a_server_that_goes_and_comes_under_a_person(
    open_browser: Callable[..., Visitor], stocked: Stocked, name: str, how: str
) -> None:
    """What was typed is there still, is sent once, and is done once."""
    visitor = open_browser()
    page, process = visitor.page, stocked.platform.processes[name]
    ports = stocked.platform.stack.ports
    ready = f"http://127.0.0.1:{ports.control}/livez" if name == "control" else f"http://127.0.0.1:{ports.ops}/readyz"
    code = f"{name}{how}"
    visitor.go("/coupons/new")
    page.get_by_label("Code").fill(code)
    page.get_by_label("Percent off").fill("5")
    assert process.running is not None
    process.running.send_signal(getattr(signal, f"SIG{how}"))
    process.running.wait(20)
    page.get_by_role("button", name="Save").click()
    away, done = page.get_by_text("The server cannot be reached."), page.get_by_text("The coupon was added.")
    # A worker whose parent was killed may still do it; most often nobody is there.
    expect(away.or_(done)).to_be_visible()
    is_away = away.count() > 0
    if is_away:
        expect(page.get_by_label("Code")).to_have_value(code)
    process.start(ready)
    until(lambda: page.request.get(f"{visitor.url}/login").status == 200, "the panel answers", 30)
    if is_away:
        page.get_by_role("button", name="Save").click()
    expect(done).to_be_visible()
    visitor.go(f"/coupons?search={code}")
    expect(page.locator("#rows-coupons tbody tr")).to_have_count(1)
