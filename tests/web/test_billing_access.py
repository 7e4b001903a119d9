"""Who sees which page of billing, and that none of them breaks when there is nothing, or something, to show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.billing.selling import Shop
from tests.web.conftest import LogIn
from tests.world import World

# Rows are pages; `-` is refused (403), `+` is shown.
SELLERS = {"root": "+", "nora": "+", "anna": "-", "alex": "-"}
BOTH = {"root": "+", "nora": "+", "anna": "+", "alex": "-"}
PAGES = {
    "/products": SELLERS,
    "/products/new": SELLERS,
    "/plans": SELLERS,
    "/coupons": SELLERS,
    "/coupons/new": SELLERS,
    "/invoices/new": SELLERS,
    "/subscriptions": BOTH,
    "/subscriptions/new": SELLERS,
    "/payments": BOTH,
    "/payments/new": SELLERS,
    "/payments/disputes": BOTH,
    "/payments/bank": SELLERS,
    "/payments/bank/statements": SELLERS,
    "/payments/bank/import": SELLERS,
    "/payments/direct-debits": SELLERS,
    "/payments/direct-debits/new": SELLERS,
    "/payments/direct-debits/mandates/new": SELLERS,
    "/payments/methods": BOTH,
    "/dunning": SELLERS,
    "/dunning/new": SELLERS,
    "/ledger": SELLERS,
    "/ledger/entries": SELLERS,
    "/reports": SELLERS,
    "/reports/receivables": SELLERS,
    "/reports/receivables.csv": SELLERS,
    "/reports/revenue": SELLERS,
    "/reports/recurring": SELLERS,
    "/reports/recurring.csv": SELLERS,
    "/reports/tax": SELLERS,
    "/reports/vat.csv": SELLERS,
    "/reports/oss.csv": SELLERS,
    "/reports/ec-sales.csv": SELLERS,
    "/reports/journal.csv": SELLERS,
    "/billing/settings": SELLERS,
    "/billing/settings/edit": SELLERS,
    "/billing/settings/subscriptions": SELLERS,
    "/billing/settings/provider": SELLERS,
    "/billing/settings/accounts": SELLERS,
    "/billing/settings/provider/remove": SELLERS,
    "/billing/settings/provider/events": SELLERS,
    "/reselling/shares": SELLERS,
    "/payments/bank/layouts": SELLERS,
    "/payments/bank/layouts/new": SELLERS,
    "/reselling/statements": SELLERS,
    "/reselling/statements/new": SELLERS,
    "/reselling/terms": SELLERS,
    "/reselling/terms/new": SELLERS,
    "/billing/tax-flags": SELLERS,
    "/billing/tax-rates": BOTH,
    "/billing/tax-rates/new": SELLERS,
    "/billing/exchange-rates": BOTH,
    "/billing/exchange-rates/new": SELLERS,
    "/billing/exchange-rates/import": SELLERS,
}


@pytest.mark.parametrize("who", ["root", "nora", "anna", "alex"])
async def test_who_sees_what(log_in: LogIn, world: World, who: str) -> None:
    await Shop(world).open()
    await Shop(world, "root").open()
    browser = await log_in(who)
    seen = {}
    for path in PAGES:
        status = (await browser.get(path)).status_code
        seen[path] = {200: "+", 403: "-"}.get(status, f"{status} {browser.page[:2000]}")
    assert seen == {path: expected[who] for path, expected in PAGES.items()}


async def test_before_anything_is_set_pages_say_so(log_in: LogIn) -> None:
    browser = await log_in("nora")
    expected = {"/ledger", "/reports/receivables", "/reports/revenue", "/reports/recurring", "/reports/tax", "/reports/oss.csv"}
    for path in PAGES:
        answer = await browser.get(path)
        assert answer.status_code in ((200, 409) if path in expected else (200,)), (path, browser.page)
        assert "Traceback" not in browser.page


async def _all(shop: Shop, world: World) -> dict[str, str]:
    """One of each, by the address of its page."""
    await shop.open(creditor_id="DE98ZZZ09999999999")
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    price = await shop.price("10")
    plan = await shop.ask("GET", f"/v1/plans/{price['plan_id']}")
    coupon = await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10"}, 201)
    sub = await shop.subscribe(customer["id"], price["id"])
    invoice, draft = await shop.invoice(customer["id"]), await shop.draft(customer["id"])
    payment = await shop.pay("50", invoice_id=invoice["id"])
    schedule = await shop.ask("POST", "/v1/dunning-schedules", {"name": "S", "steps": [{"days": 7, "action": "remind"}]}, 201)
    rate = {"country": "DE", "tax_class": "reduced", "percent": "7", "valid_from": "2099-01-01"}
    own = await shop.ask("POST", "/v1/billing/tax-rates", rate, 201)
    return {
        "product": f"/products/{plan['product_id']}",
        "plan": f"/plans/{plan['id']}",
        "price": f"/prices/{price['id']}",
        "coupon": f"/coupons/{coupon['id']}",
        "subscription": f"/subscriptions/{sub['id']}",
        "payment": f"/payments/{payment['id']}",
        "schedule": f"/dunning/{schedule['id']}",
        "rate": f"/billing/tax-rates/{own['id']}",
        "invoice": f"/invoices/{invoice['id']}",
        "draft": f"/invoices/{draft['id']}",
        "customer": f"/customers/{customer['id']}",
    }


BELOW = {
    "product": ("", "/edit", "/delete", "/plans/new"),
    "plan": ("", "/edit", "/delete", "/prices/new"),
    "price": ("/versions/new", "/move", "/archive", "/delete"),
    "coupon": ("", "/edit", "/retire"),
    "subscription": ("/change", "/cancel", "/pause", "/suspend", "/go-on/resume"),
    "payment": ("/refund", "/move"),
    "schedule": ("/edit", "/delete"),
    "rate": ("/end", "/delete"),
    "invoice": ("/payments/new", "/cancel", "/write-off", "/use-credit"),
    "draft": ("/edit", "/delete"),
}


async def test_pages_of_one_thing(log_in: LogIn, world: World) -> None:
    made = await _all(Shop(world), world)
    nora, saul, anna = await log_in("nora"), await log_in("saul"), await log_in("anna")
    for name, ends in BELOW.items():
        for end in ends:
            path = made[name] + end
            assert (await nora.get(path)).status_code == 200, (path, nora.page)
            assert (await saul.get(path)).status_code == 404, path
            assert (await anna.get(path)).status_code in (403, 404), path
            if end:
                assert (await saul.post(path, {"confirmed": "yes"})).status_code in (404, 405, 422), path
    for name in ("subscription", "payment", "customer", "invoice"):
        assert (await nora.get(made[name])).status_code == 200, (name, nora.page)
        assert (await saul.get(made[name])).status_code == 404, name
        assert (await anna.get(made[name])).status_code == 200, name
    await anna.get(made["subscription"])
    assert "/cancel" not in anna.page
    await anna.get(made["payment"])
    assert "/refund" not in anna.page
    assert f'href="{made["customer"]}"' not in anna.page
    await anna.get(made["invoice"])
    assert f"{made['invoice']}/pay" in anna.page
    assert "/payments/new" not in anna.page
    assert (await anna.get(f"{made['invoice']}/pay")).status_code == 200
    assert "0532 0130" in anna.page or "DE89370400440532013000" in anna.page


async def test_another_sellers_customer_gets_nothing_of_ours(log_in: LogIn, world: World) -> None:
    made = await _all(Shop(world), world)
    saul = await log_in("saul")
    customer = made["customer"].rpartition("/")[2]
    for path in (f"/subscriptions/new?customer_id={customer}", f"/payments/new?customer_id={customer}"):
        assert (await saul.get(path)).status_code == 404, path
    for end in ("subscriptions", "payments", "mandates"):
        assert (await saul.post(f"{made['customer']}/{end}", {"amount": "1"})).status_code == 404, end


@pytest.mark.parametrize(
    "path",
    ["/subscriptions?status=bogus", "/reports/revenue?since=soon", "/reports/recurring?since=x", "/reports/receivables?on=x",
     "/payments?method=<script>x</script>", "/subscriptions/new?customer_id=x",
     "/reports/journal.csv?since=2030-01-01&until=2020-01-01"],
)  # fmt: skip
async def test_addresses_that_somebody_edited(log_in: LogIn, world: World, path: str) -> None:
    await Shop(world).open()
    browser = await log_in("nora")
    answer = await browser.get(path, Accept="text/html")
    assert answer.status_code in (404, 422), browser.page
    assert "<script>x" not in browser.page


PROBE = '"><script>alert(1)</script> 100 % %(num)s'


async def test_what_people_wrote_is_shown_as_text(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(PROBE, customer_org_id=str(world.organizations["apple"]))
    product = await shop.ask("POST", "/v1/products", {"name": PROBE, "description": PROBE}, 201)
    body: dict[str, Any] = {"product_id": product["id"], "name": PROBE, "description": PROBE, "features": {PROBE: PROBE}}
    plan = await shop.ask("POST", "/v1/plans", body, 201)
    price = await shop.price("10", plan["id"], name=PROBE)
    coupon = await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10", "description": PROBE}, 201)
    sub = await shop.subscribe(customer["id"], price["id"], name=PROBE)
    invoice = await shop.invoice(customer["id"], {"description": PROBE, "unit_price": "100"})
    draft = await shop.draft(customer["id"], {"description": PROBE, "unit_price": "100"}, notes=PROBE)
    payment = await shop.pay("500", invoice_id=invoice["id"], reference=PROBE)
    await shop.ask(
        "POST", "/v1/dunning-schedules", {"name": PROBE, "steps": [{"days": 7, "action": "remind", "text": PROBE}]}, 201
    )
    await shop.ask("POST", f"/v1/payments/{payment['id']}/refunds", {"amount": "1", "reason": PROBE}, 201)
    await shop.ask("POST", f"/v1/subscriptions/{sub['id']}/cancel", {"reason": PROBE})
    browser = await log_in("nora")
    paths = [
        "/products", f"/products/{product['id']}", f"/products/{product['id']}/edit", f"/plans/{plan['id']}",
        f"/plans/{plan['id']}/edit", f"/prices/{price['id']}/versions/new", f"/coupons/{coupon['id']}", "/coupons/new",
        "/subscriptions", f"/subscriptions/{sub['id']}", f"/subscriptions/{sub['id']}/change",
        f"/subscriptions/{sub['id']}/go-on/reactivate", f"/subscriptions/new?customer_id={customer['id']}", "/subscriptions/new",
        f"/invoices/new?customer_id={customer['id']}", f"/invoices/{draft['id']}", f"/invoices/{draft['id']}/edit",
        "/payments", f"/payments/{payment['id']}", f"/payments/{payment['id']}/move", "/dunning", "/ledger/entries",
        "/reports/receivables", f"/products/{product['id']}/plans/new",
    ]  # fmt: skip
    parts = ("", "/subscriptions", "/payments", "/methods", "/tax", "/mails", "/history", "/credit", "/evidence", "/delete")
    paths += [f"/customers/{customer['id']}{part}" for part in parts]
    paths += [f"/invoices/{invoice['id']}{end}" for end in ("", "/credit", "/cancel", "/write-off", "/use-credit")]
    for path in paths:
        assert (await browser.get(path)).status_code == 200, (path, browser.page)
        assert "<script>alert" not in browser.page, path
    await browser.get("/payments/new?search=" + "%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in browser.page
