"""Who sees which page. The services decide what is on it; the guard decides whether it is shown at all."""

from __future__ import annotations

import pytest

from control.app import http_handlers
from control.core.permissions import PUBLIC
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.peopling import Application
from tests.web.conftest import LogIn
from tests.world import World

# Who sees which page; all others of the six are refused.
SEEN_BY = {
    "root agent nora ned anna alex": """
        /cards/alerts /cards/attention /cards/certificates /cards/errors /cards/security /cards/sites /cards/traffic
        /cards/uptime /certificates /dashboard /monitoring/alerts /monitoring/checks /monitoring/dashboards
        /monitoring/inhibitions /monitoring/maintenance-windows /monitoring/notification-routes /monitoring/notifications
        /monitoring/packs /monitoring/query /monitoring/receivers /monitoring/rules /monitoring/silences
        /monitoring/status-pages /notifications /notifications/unread /operations /organizations /profile /profile/activity
        /profile/api /profile/second-factor /profile/sessions /roles /search /security/access /security/bans
        /security/event-rules /security/events /security/exclusions /security/firewalls /security/match-rules
        /security/policies /security/waf-rules /sites /uptime /users
    """,
    "root agent nora ned anna": """
        /api-keys /audit-log /billing/exchange-rates /billing/tax-rates /cards/due /cards/invoices /cards/notices
        /cards/subscriptions /cards/usage /customers /invoices /invoices/pay-all /monitoring/agents /monitoring/tokens /order
        /payments /payments/disputes /payments/methods /payments/methods/added /payments/methods/new /payments/methods/online
        /roles/new /subscriptions /users/new /webhooks
    """,
    "root agent nora ned": """
        /billing/tax-flags /coupons /coupons/new /customers/new /dunning /invoices/new /organizations/tree /payments/bank
        /payments/bank/import /payments/bank/layouts /payments/bank/layouts/new /payments/bank/statements
        /payments/direct-debits /payments/direct-debits/mandates/new /payments/direct-debits/new /payments/new /plans
        /products /products/new /reselling/statements/new /reselling/terms /reselling/terms/new /settings /subscriptions/new
    """,
    "root nora anna": """
        /order/new
        /api-keys/new /certificates/new /monitoring/agents/new /monitoring/checks/new /monitoring/notification-routes/new
        /monitoring/inhibitions/new /monitoring/maintenance-windows/new /monitoring/receivers/new /monitoring/rules/new
        /monitoring/silences/new /monitoring/status-pages/new /monitoring/tokens/new /security/access/new /security/bans/new
        /security/exclusions/new /security/firewalls/new /security/match-rules/new /security/policies/new
        /security/waf-rules/new /sites/new /webhooks/new
    """,
    "root agent": """
        /cards/jobs /cards/platform /gateway/settings /jobs /outbox /security/settings /settings/mail
    """,
    "root": """
        /gateway/settings/edit /security/settings/edit
    """,
    "root nora": """
        /billing/exchange-rates/import /billing/exchange-rates/new /billing/settings /billing/settings/accounts
        /billing/settings/edit
        /billing/settings/logo/remove /billing/settings/provider /billing/settings/provider/events
        /billing/settings/provider/remove /billing/settings/subscriptions /billing/tax-rates/new
        /cards/receivables /cards/revenue /dunning/new /ledger /ledger/entries /organizations/new /reports /reports/datev.csv
        /reports/ec-sales.csv /reports/journal.csv /reports/oss.csv /reports/receivables /reports/receivables.csv
        /reports/recurring /reports/recurring.csv /reports/revenue /reports/tax /reports/vat.csv /reselling/shares
        /reselling/statements
    """,
}
PEOPLE = ("root", "agent", "nora", "ned", "anna", "alex")
PAGES = {path: who.split() for who, paths in SEEN_BY.items() for path in paths.split()}
ENDLESS = {"/live"}
"""Streams, which test_live.py is about."""
WANTING = {"/reports/datev.csv": 409, "/order/new": 404, "/payments/methods/added": 404, "/payments/methods/online": 404}
"""Pages that are refused for a reason which is told while something is not set."""


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_sees_what(log_in: LogIn, who: str) -> None:
    browser = await log_in(who)
    seen = {path: (await browser.get(path)).status_code for path in PAGES}
    assert seen == {path: WANTING.get(path, 200) if who in people else 403 for path, people in PAGES.items()}


def test_every_page_has_its_row(application: Application, runtime: Runtime) -> None:
    """Pages of one thing are tried below."""
    application.client(runtime, "192.0.2.1")
    app = application._made
    assert app is not None
    pages = {
        path
        for path, handler in http_handlers(app)
        if handler.opt.get("page") and handler.opt["permission"] != PUBLIC and "GET" in handler.http_methods and "{" not in path
    }
    assert pages - ENDLESS == set(PAGES)


async def test_strangers_are_sent_to_the_login(world: World) -> None:
    for path in (*PAGES, "/operations/01a2156e-deef-72ca-9464-12f52175f396"):
        answer = await world.client.get(path)
        assert (answer.status_code, answer.headers.get("location", "")[:6]) == (303, "/login"), path


async def test_a_customer_sees_own_invoices_alone_and_no_drafts(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    apple = await shop.customer("Apple", customer_org_id=str(world.organizations["apple"]))
    birch = await shop.customer("Birch", customer_org_id=str(world.organizations["birch"]))
    own, foreign, draft = await shop.invoice(apple["id"]), await shop.invoice(birch["id"]), await shop.draft(apple["id"])
    browser = await log_in("anna")
    await browser.get("/invoices")
    assert own["invoice_number"] in browser.page
    assert foreign["invoice_number"] not in browser.page
    assert draft["id"] not in browser.page
    assert 'name="ids"' not in browser.page, "nothing to be done with many"
    await browser.get(f"/invoices/{own['id']}")
    assert own["invoice_number"] in browser.page
    assert f"/invoices/{own['id']}/credit" not in browser.page
    for invoice in (foreign, draft):
        for below in ("", "/document"):
            assert (await browser.get(f"/invoices/{invoice['id']}{below}")).status_code == 404, below
    for below in ("finalise", "send", "credit"):
        assert (await browser.get(f"/invoices/{own['id']}/{below}")).status_code == 403
        assert (await browser.post(f"/invoices/{own['id']}/{below}", {"reason": "mine"})).status_code == 403
    for path in ("/invoices/send", "/invoices/finalise"):
        assert (await browser.post(path, {"ids": own["id"], "confirmed": "yes"})).status_code == 403
    await browser.get("/invoices?format=csv")
    assert own["invoice_number"] in browser.page
    assert foreign["invoice_number"] not in browser.page
    assert (await browser.get(f"/customers/{birch['id']}")).status_code == 404


async def test_another_reseller_reaches_nothing(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    draft = await shop.draft(customer["id"])
    browser = await log_in("saul")
    for path in (f"/invoices/{draft['id']}", f"/customers/{customer['id']}", f"/customers/{customer['id']}/edit"):
        assert (await browser.get(path)).status_code == 404, path
    for path in (f"/invoices/{draft['id']}/finalise", f"/invoices/{draft['id']}/send"):
        assert (await browser.post(path)).status_code == 404, path
    assert (await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["status"] == "draft"


@pytest.mark.parametrize(
    "path", ["/invoices/not-an-id", "/invoices?status=bogus", "/invoices?page=0", "/invoices?sort_by=password"]
)
async def test_addresses_that_somebody_edited(log_in: LogIn, path: str) -> None:
    browser = await log_in("nora")
    answer = await browser.get(path, Accept="text/html")
    assert answer.status_code in (404, 422)
    assert "Traceback" not in browser.page
    assert answer.headers["content-type"].startswith("text/html")
