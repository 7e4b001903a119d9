"""What a customer sees first: what is to be paid, what runs, what is down; and what is said of an invoice that is late."""

from __future__ import annotations

import psycopg

from control.core.settings import Settings
from tests.billing.selling import Shop
from tests.web.conftest import LogIn
from tests.world import World


async def test_a_new_customer_is_told_what_to_do_first(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    await shop.customer(customer_org_id=str(world.organizations["apple"]))
    anna = await log_in("anna")
    await anna.get("/dashboard")
    for card, words in {
        "due": "Nothing is due. Thank you!",
        "subscriptions": "See what you can order",
        "usage": "Nothing that you have is charged by what is used.",
        "notices": "Nothing was written to you yet.",
        "uptime": "Nothing is checked yet.",
    }.items():
        assert f"/cards/{card}" in anna.page, card
        assert words in (await anna.get(f"/cards/{card}")).text
        await anna.get("/dashboard")
    nora = await log_in("nora")
    await nora.get("/dashboard")
    assert "/cards/subscriptions" not in nora.page
    alex = await log_in("alex")
    assert (await alex.get("/cards/subscriptions")).status_code == 403


async def test_what_is_due_and_what_renews(log_in: LogIn, world: World, settings: Settings) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]), payment_terms_days=0)
    other = await shop.customer("Birch", customer_org_id=str(world.organizations["birch"]))
    price = await shop.price("10", model="per_unit")
    meter = {"selector": 'sent{customer="$customer"}', "unit_name": "GB", "included": "100"}
    used = await shop.price("1", model="metered", meter=meter, plan=price["plan_id"], name="Traffic")
    await shop.subscribe(customer["id"], {"price_id": price["id"], "quantity": 2}, used["id"])
    await shop.subscribe(other["id"], {"price_id": price["id"], "quantity": 7})
    anna = await log_in("anna")
    page = (await anna.get("/cards/subscriptions")).text
    assert "€23.80" in page, "two with tax, at the next renewal"
    assert "€83.30" not in page, "what the neighbour pays"
    assert "€23.80" in (await anna.get("/cards/due")).text
    assert "Pay now" in anna.page
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("UPDATE hcc.invoices SET status = 'overdue'")
        connection.execute("UPDATE hcc.subscription_items SET metered_until = current_date - 3 WHERE metered_until IS NOT NULL")
    assert "0 of 100 GB" in (await anna.get("/cards/usage")).text
    invoices = [one for one in await shop.ask("GET", "/v1/invoices") if one["customer_id"] == customer["id"]]
    await anna.get(f"/invoices/{invoices[0]['id']}")
    assert "day overdue. Please pay €23.80." in anna.page
    assert "format=xrechnung" in anna.page
    await anna.get("/invoices?status=overdue")
    assert "Still to pay:" in anna.page
    assert 'aria-current="page"' in anna.page
    assert "Pay all that is due" in anna.page
