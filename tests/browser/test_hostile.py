"""What people with bad intentions try in a browser, and what becomes of a person's work when servers come and go."""

from __future__ import annotations

import csv
import io
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, expect

from control.stack.launch import descendants_of
from tests.browser import planting, probes
from tests.browser.conftest import Visitor
from tests.browser.person import Person
from tests.browser.stocked import Stocked
from tests.browser.test_every_page import looked_at
from tests.integration.platform import until


def _runs(pid: int) -> bool:
    """Whether a process is there, and not just its entry that nobody has read yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(240)]


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


def _formula(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula."""
    return cell.startswith(("=", "+", "-", "@", "\t", "\r")) and re.fullmatch(r"[+-]?\d+([.,]\d+)?( [A-Z]{3})?", cell) is None


def _read(person: Person, path: str) -> str:
    """A page as it is sent, in which nothing is that was not written by us."""
    html = person.get(path).text
    runs = re.search(r"<img src=x|<svg onload|<u>|>49<|&gt;49|\b(href|src|action|hx-[a-z]+)=.javascript:", html, re.IGNORECASE)
    assert runs is None, (path, runs)
    return html


def _open_in_a_spreadsheet(person: Person, path: str) -> bool:
    """A file of a table; whether there was a formula in it that is none any more."""
    answer = person.get(path)
    cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
    assert [cell for cell in cells if _formula(cell)] == [], path
    return any(cell.startswith("'=cmd") for cell in cells)


@pytest.fixture(scope="module")
def planted(stocked: Stocked) -> list[str]:
    """Probes everywhere; what was made, by kind."""
    with stocked.reopened():
        return planting.everything(stocked.desk)


@pytest.mark.parametrize("who", ["admin", "reseller", "customer"])
def test_what_others_wrote_is_never_run(
    open_browser: Callable[..., Visitor], stocked: Stocked, planted: list[str], who: str
) -> None:
    """The newest of everything has a probe in it and stands first in lists; each page is looked at by who did not write it."""
    visitor = open_browser(who)
    said: list[str] = []

    def heard(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    visitor.page.on("dialog", heard)
    visitor.page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('refused by the policy: ' + e.violatedDirective))"
    )
    found = stocked.found[who]
    lists = [path for template, path in looked_at(found) if "{" not in template]
    rows: list[str] = []
    shown = formulas = 0
    with Person(f"http://127.0.0.1:{stocked.platform.stack.ports.control}", stocked.platform.people[who]) as person:
        for path in lists:
            html = _read(person, path)
            shown += "&lt;img src=x" in html
            links = list(dict.fromkeys(re.findall(r'href="(/[a-z/-]+/[0-9a-f-]{36})"', html)))
            first = [link for link in links if link.startswith(path)]
            rows += first[:1]
            for link in first[1 : len(probes.PROBES)]:
                _read(person, link)
            for file in re.findall(r'href="([^"]*format=csv[^"]*)"', html):
                formulas += _open_in_a_spreadsheet(person, unescape(file) if file.startswith("/") else path + unescape(file))
        for path in planted:
            if person.get(path).status_code == 200:
                _read(person, path)
        for template, path in found.pages.items():
            if template.endswith(".csv") and "datev" not in template:
                formulas += _open_in_a_spreadsheet(person, path)
    for path in [*rows, "/dashboard", "/invoices", "/customers" if who != "customer" else "/sites"]:
        visitor.go(path)
        assert not visitor.page.locator('a[href^="javascript:" i], img[src="x"]').count(), path
    assert (said, visitor.complaints) == ([], []), who
    assert (shown >= 10, formulas >= 1) == (True, True), "the probes are there to be seen"


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
        stocked.desk.post("reseller", "/v1/auth/logout-all")
    until(lambda: page.request.get(f"{visitor.url}/coupons", max_redirects=0).status == 303, "logged out")
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
    workers = descendants_of(process.running.pid)
    assert workers
    process.running.send_signal(getattr(signal, f"SIG{how}"))
    process.running.wait(20)
    until(lambda: not any(map(_runs, workers)), "nobody is left of it", 20)
    page.get_by_role("button", name="Save").click()
    away, done = page.get_by_text("The server cannot be reached."), page.get_by_text("The coupon was added.")
    # What was under way may still be done; most often nobody is there.
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
