"""Customers who order and change themselves: what the preview says is what is charged, and nothing else is done."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from control.billing.today import today
from control.core.settings import Settings
from tests.billing.selling import Shop
from tests.world import World

TODAY = today("Europe/Berlin")


class Buying(Shop):
    """A seller whose customer apple buys, by anna's hand."""

    async def opened(self) -> dict[str, Any]:
        await self.open()
        return await self.customer(customer_org_id=str(self.world.organizations["apple"]))

    async def buy(self, method: str, path: str, body: object = None, status: int = 200, who: str = "anna") -> Any:
        answer = await self.world.send(who, method, path, body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json()["data"] if status < 400 else answer.json()["error"]

    async def ordered(self, *items: dict[str, Any], **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A preview, and the subscription that was ordered by it."""
        body = {"items": list(items), **more}
        seen = await self.buy("POST", "/v1/orders/preview", body)
        return seen, await self.buy("POST", "/v1/orders", {**body, "digest": seen["digest"]}, 201)

    async def totals(self) -> list[Decimal]:
        return [Decimal(one["total"]) for one in await self.ask("GET", "/v1/invoices?sort_by=created_at&sort_order=asc")]


@pytest.fixture
def shop(world: World) -> Buying:
    return Buying(world)


async def test_an_order_costs_what_was_shown(shop: Buying) -> None:
    await shop.opened()
    price = await shop.price("9.99", model="per_unit", setup_fee="3.33")
    offer = await shop.buy("GET", "/v1/offer")
    assert [one["prices"][0]["id"] for one in offer["products"][0]["plans"]] == [price["id"]]
    assert (offer["may_order"], offer["may_change"], offer["may_cancel"]) == (True, True, True)
    seen, made = await shop.ordered({"price_id": price["id"], "quantity": 3})
    assert made["status"] == "active"
    assert seen["charge_total"] == "39.63", "3 x 9.99 and 3.33 once, with 19 %"
    assert await shop.totals() == [Decimal("39.63")]
    assert (seen["next_amount"], seen["next_tax"], seen["next_total"]) == ("29.97", "5.69", "35.66")
    assert [one["description"] for one in seen["next_lines"]] == [seen["lines"][0]["description"]]
    assert (await shop.buy("GET", f"/v1/subscriptions/{made['id']}"))["id"] == made["id"]


async def test_the_next_total_is_what_the_renewal_charges(shop: Buying) -> None:
    customer = await shop.opened()
    price = await shop.price("7.77", model="per_unit")
    started = TODAY - timedelta(days=45)
    seen, _ = await shop.ordered({"price_id": price["id"], "quantity": 7})
    # The same again, begun so long ago that it was renewed once: the renewal was charged what `next_total` says.
    await shop.subscribe(customer["id"], {"price_id": price["id"], "quantity": 7}, start_date=str(started))
    assert await shop.totals() == [Decimal(seen["charge_total"]), Decimal(seen["next_total"]), Decimal(seen["next_total"])]


async def test_what_came_to_something_else_is_not_done(shop: Buying) -> None:
    customer = await shop.opened()
    price = await shop.price("10")
    body = {"items": [{"price_id": price["id"]}]}
    seen = await shop.buy("POST", "/v1/orders/preview", body)
    await shop.ask("POST", f"/v1/customers/{customer['id']}/credit", {"amount": "5", "reason": "A gift"}, 201)
    refused = await shop.buy("POST", "/v1/orders", {**body, "digest": seen["digest"]}, 409)
    now = refused["details"]["preview"]
    assert (seen["due_now"], now["due_now"]) == ("11.90", "6.900")
    assert await shop.ask("GET", "/v1/subscriptions") == []
    assert await shop.totals() == []
    made = await shop.buy("POST", "/v1/orders", {**body, "digest": now["digest"]}, 201)
    assert made["status"] == "active"


async def test_only_what_is_listed_is_ordered(shop: Buying) -> None:
    await shop.opened()
    listed = await shop.price("10")
    hidden = await shop.price("1", plan=(await shop.plan("By hand", is_listed=False))["id"])
    other = await shop.price("10", currency="CHF")
    for price in (hidden, other):
        body = {"items": [{"price_id": listed["id"]}, {"price_id": price["id"]}]}
        error = await shop.buy("POST", "/v1/orders/preview", body, 422)
        assert [one["pointer"] for one in error["details"]["errors"]] == ["/items/1/price_id"]
        await shop.buy("POST", "/v1/orders", {**body, "digest": "0" * 64}, 422)
    await shop.buy("POST", "/v1/orders/preview", {"items": [{"price_id": listed["id"]}]}, 422, who="bert")
    await shop.buy("POST", "/v1/orders/preview", {"items": [{"price_id": listed["id"]}]}, 403, who="alex")


@pytest.mark.parametrize("may", ["order", "change", "cancel"])
async def test_sellers_say_what_customers_do_themselves(shop: Buying, may: str) -> None:
    await shop.opened()
    price = await shop.price("10", model="per_unit")
    _, made = await shop.ordered({"price_id": price["id"]})
    await shop.ask("PUT", "/v1/billing/subscription-settings", {f"customers_{may}": False})
    body, path = {"items": [{"price_id": price["id"], "quantity": 2}]}, f"/v1/orders/{made['id']}"
    assert (await shop.buy("GET", "/v1/offer"))[f"may_{may}"] is False
    no = {one: 403 if one == may else 200 for one in ("order", "change", "cancel")}
    await shop.buy("POST", "/v1/orders/preview", body, no["order"])
    await shop.buy("POST", f"{path}/preview", body, no["change"])
    await shop.buy("POST", f"{path}/change", {**body, "digest": "0" * 64}, 409 if no["change"] == 200 else 403)
    await shop.buy("POST", f"{path}/cancel", {}, no["cancel"])


async def test_upgrade_downgrade_and_coupon(shop: Buying) -> None:
    await shop.opened()
    small, large = await shop.price("10"), await shop.price("25")
    await shop.ask("POST", "/v1/coupons", {"code": "TENTH", "percent": "10", "duration": "forever"}, 201)
    _, made = await shop.ordered({"price_id": small["id"]}, coupon="TENTH")
    path, up = f"/v1/orders/{made['id']}", {"items": [{"price_id": large["id"]}]}
    seen = await shop.buy("POST", f"{path}/preview", up)
    assert (seen["charge_total"], seen["credit_total"]) == ("26.78", "10.710"), "today is a whole period of both, less a tenth"
    changed = await shop.buy("POST", f"{path}/change", {**up, "digest": seen["digest"]})
    assert changed["items"][0]["price_id"] == large["id"]
    assert sorted(await shop.totals()) == [Decimal("10.71"), Decimal("10.71"), Decimal("26.78")]
    down = {"items": [{"price_id": small["id"]}]}
    seen = await shop.buy("POST", f"{path}/preview", down)
    assert (seen["due_now"], seen["lines"], seen["effective_on"]) == ("0", [], changed["billed_until"])
    assert seen["next_total"] == "10.71"
    after = await shop.buy("POST", f"{path}/change", {**down, "digest": seen["digest"]})
    assert after["items"][0]["price_id"] == large["id"]
    assert after["pending_items"][0]["price_id"] == small["id"]


async def test_cancel_with_the_period_and_take_it_back(shop: Buying) -> None:
    await shop.opened()
    price = await shop.price("10")
    _, made = await shop.ordered({"price_id": price["id"]})
    path = f"/v1/orders/{made['id']}"
    ended = await shop.buy("POST", f"{path}/cancel", {"reason": "Moving"})
    assert (ended["status"], ended["cancels_on"]) == ("active", made["billed_until"])
    await shop.buy("POST", f"{path}/cancel", {}, 409)
    await shop.buy("POST", f"{path}/preview", {"items": [{"price_id": price["id"]}]}, 409)
    for who in ("bert", "nora"):
        await shop.buy("POST", f"{path}/reactivate", {}, 404, who=who)
    assert (await shop.buy("POST", f"{path}/reactivate", {}))["cancels_on"] is None
    kinds = [one["kind"] for one in await shop.buy("GET", f"/v1/subscriptions/{made['id']}/changes")]
    assert kinds[:2] == ["reactivated", "cancellation_scheduled"]
    assert len(await shop.totals()) == 1


async def test_two_changes_at_once_do_one(shop: Buying) -> None:
    await shop.opened()
    price = await shop.price("10", model="per_unit")
    _, made = await shop.ordered({"price_id": price["id"]})
    path, more = f"/v1/orders/{made['id']}", {"items": [{"price_id": price["id"], "quantity": 5}]}
    seen = await shop.buy("POST", f"{path}/preview", more)
    asked = {**more, "digest": seen["digest"]}
    answers = await asyncio.gather(*(shop.world.send("anna", "POST", f"{path}/change", asked) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert await shop.totals() == [Decimal("11.90"), Decimal("47.60")]


async def test_what_is_overdue_is_paid_before_more_is_had(shop: Buying, settings: Settings) -> None:
    await shop.opened()
    price = await shop.price("10", model="per_unit")
    _, made = await shop.ordered({"price_id": price["id"]})
    body = {"items": [{"price_id": price["id"], "quantity": 2}]}
    path = f"/v1/orders/{made['id']}/preview"
    await shop.buy("POST", path, body)
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("UPDATE hcc.subscriptions SET status = 'past_due'")
    assert "overdue" in (await shop.buy("POST", path, body, 409))["message"]
