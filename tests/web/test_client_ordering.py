"""What customers buy by forms alone: what the page showed is what is charged."""

from __future__ import annotations

from decimal import Decimal

from tests.billing.selling import Shop
from tests.web.conftest import LogIn
from tests.world import World


async def _opened(world: World) -> tuple[Shop, dict[str, str]]:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    return shop, customer


async def test_from_the_offer_to_an_upgrade_and_out(log_in: LogIn, world: World) -> None:
    shop, _ = await _opened(world)
    small, large = await shop.price("10", name="S"), await shop.price("25", name="L")
    await shop.price("3", plan=(await shop.plan("Secret", is_listed=False))["id"])
    anna = await log_in("anna")
    await anna.get("/order")
    assert "€10.00 a month" in anna.page
    assert "Secret" not in anna.page
    await anna.get(f"/order/new?price={small['id']}")
    chosen = {"price_0": small["id"], "quantity_0": "1", "collection": "invoice"}
    await anna.submit("/order/new", {**chosen, "coupon": "NONE"})
    assert anna.answer.status_code == 422
    assert "is not known" in anna.page
    await anna.submit("/order/new", chosen)
    assert "€11.90" in anna.page
    assert "The next invoice" in anna.page
    assert await shop.ask("GET", "/v1/subscriptions") == [], "nothing is done yet"
    page = anna.page
    await anna.submit("/order/new")
    assert "Thank you for your order." in anna.page
    assert "Pay the invoice" in anna.page, "what is due now is paid next"
    anna.page = page
    await anna.submit("/order/new")
    [made] = await shop.ask("GET", "/v1/subscriptions")
    assert made["status"] == "active", "sent twice is ordered once"

    path = f"/subscriptions/{made['id']}"
    await anna.get(path)
    assert f"{path}/switch" in anna.page
    await anna.get(f"{path}/switch")
    await anna.submit(f"{path}/switch", {"price_0": large["id"], "quantity_0": "1"})
    assert "€29.75" in anna.page
    assert "Credited: Plan 1" in anna.page
    await anna.submit(f"{path}/switch")
    assert "The subscription was changed." in anna.page
    totals = sorted(Decimal(one["total"]) for one in await shop.ask("GET", "/v1/invoices"))
    assert totals == [Decimal("11.90"), Decimal("11.90"), Decimal("29.75")]
    await anna.get(f"{path}/leave")
    await anna.submit(f"{path}/leave", {"reason": ""})
    assert "Ends with its period" in anna.page
    await anna.get(f"{path}/stay")
    await anna.submit(f"{path}/stay")
    assert "The cancellation was taken back." in anna.page


async def test_what_costs_something_else_meanwhile_is_shown_again(log_in: LogIn, world: World) -> None:
    shop, customer = await _opened(world)
    price = await shop.price("10")
    anna = await log_in("anna")
    await anna.get("/order/new")
    await anna.submit("/order/new", {"price_0": price["id"], "quantity_0": "1", "collection": "invoice"})
    await shop.ask("POST", f"/v1/customers/{customer['id']}/credit", {"amount": "5", "reason": "A gift"}, 201)
    await anna.submit("/order/new")
    assert "It comes to something else than a moment ago." in anna.page
    assert "€6.90" in anna.page
    assert await shop.ask("GET", "/v1/subscriptions") == []
    for shown in ("", "x", "0" * 64):
        forged = {"price_0": price["id"], "quantity_0": "1", "collection": "invoice", "confirmed": "yes", "shown": shown}
        await anna.post("/order/new", forged)
        assert "It comes to something else" in anna.page
    await anna.submit("/order/new")
    assert "Thank you for your order." in anna.page


async def test_what_the_seller_does_not_allow_is_not_there(log_in: LogIn, world: World) -> None:
    shop, customer = await _opened(world)
    price = await shop.price("10")
    made = await shop.subscribe(customer["id"], price["id"])
    no = {f"customers_{one}": False for one in ("order", "change", "cancel")}
    await shop.ask("PUT", "/v1/billing/subscription-settings", no)
    anna = await log_in("anna")
    await anna.get("/order")
    assert "Your seller starts subscriptions" in anna.page
    assert "/order/new" not in anna.page
    path = f"/subscriptions/{made['id']}"
    await anna.get(f"{path}/leave")
    await anna.submit(f"{path}/leave", {"reason": ""})
    assert "Your seller cancels subscriptions" in anna.page
    bert = await log_in("bert")
    for end in ("switch", "leave", "stay"):
        assert (await bert.get(f"{path}/{end}")).status_code == 404
    alex = await log_in("alex")
    assert (await alex.get("/order/new")).status_code == 403
    assert "Nothing is offered at the moment." in (await bert.get("/order")).text
