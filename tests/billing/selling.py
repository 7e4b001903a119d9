"""A seller with settings, customers, and short ways to what they do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.world import World

SELLER: dict[str, Any] = {
    "legal_name": "North Hosting GmbH",
    "address": {"line1": "Hafenstraße 1", "postal_code": "20457", "city": "Hamburg", "country": "DE"},
    "email": "billing@north.example",
    "vat_id": "DE136695976",
    "iban": "DE89 3704 0044 0532 0130 00",
    "timezone": "Europe/Berlin",
}
BERLIN = {"line1": "Allee 2", "postal_code": "10115", "city": "Berlin", "country": "DE"}
PARIS = {"line1": "Rue 3", "postal_code": "75001", "city": "Paris", "country": "FR"}
ZURICH = {"line1": "Gasse 4", "postal_code": "8001", "city": "Zürich", "country": "CH"}


class Shop:
    """What north (or another seller) does through the API."""

    def __init__(self, world: World, who: str = "nora") -> None:
        self.world = world
        self.who = who

    async def ask(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """The data of an answer that must have this status."""
        answer = await self.world.send(self.who, method, path, body, **headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        if status == 204:
            return None
        return answer.json()["data"] if status < 400 else answer.json()["error"]

    async def open(self, **settings: Any) -> None:
        """Say who sells."""
        await self.ask("PUT", "/v1/billing/settings", SELLER | settings)

    async def customer(self, name: str = "Apple", **more: Any) -> dict[str, Any]:
        """A customer in Berlin unless said otherwise."""
        body = {"kind": "business", "name": name, "email": "books@customer.example", "address": BERLIN} | more
        return dict(await self.ask("POST", "/v1/customers", body, 201))

    async def draft(self, customer_id: str | UUID, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A draft with these positions, or one of 100.00."""
        lines = items or ({"description": "Server", "unit_price": "100"},)
        return dict(await self.ask("POST", "/v1/invoices", {"customer_id": str(customer_id), "items": lines} | more, 201))

    async def invoice(self, customer_id: str | UUID, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A finalised invoice."""
        made = await self.draft(customer_id, *items, **more)
        return dict(await self.ask("POST", f"/v1/invoices/{made['id']}/finalise", {}))

    async def credit(self, invoice_id: str, status: int = 201, **body: Any) -> dict[str, Any]:
        """A credit note over an invoice."""
        return dict(await self.ask("POST", f"/v1/invoices/{invoice_id}/credit-notes", {"reason": "Sorry"} | body, status))

    async def books(self) -> dict[str, str]:
        """What is on each account in euros; the books balance."""
        found = await self.ask("GET", "/v1/ledger/trial-balance")
        assert float(found["base_total"]) == 0
        return {one["account"]: one["balance"] for one in found["accounts"] if float(one["balance"])}

    async def price(self, amount: str = "10", plan: str | None = None, **more: Any) -> dict[str, Any]:
        """A price of a new plan and product, or of a plan; monthly and flat unless said otherwise."""
        if plan is None:
            plan = (await self.plan())["id"]
        wanted: dict[str, Any] = {"plan_id": plan, "currency": "EUR", "interval": "month", "model": "flat", "amount": amount}
        return dict(await self.ask("POST", "/v1/prices", wanted | {"valid_from": "2020-01-01"} | more, 201))

    async def plan(self, name: str | None = None, **more: Any) -> dict[str, Any]:
        """A plan of a new product."""
        self.made = getattr(self, "made", 0) + 1
        called = name or f"Plan {self.made}"
        product = await self.ask("POST", "/v1/products", {"name": f"{called} product"}, 201)
        return dict(await self.ask("POST", "/v1/plans", {"product_id": product["id"], "name": called} | more, 201))

    async def subscribe(self, customer_id: str, *prices: str | dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
        """A subscription to these prices."""
        items = [{"price_id": one} if isinstance(one, str) else one for one in prices]
        body = {"customer_id": customer_id, "items": items} | more
        return dict(await self.ask("POST", "/v1/subscriptions", body, status))

    async def pay(self, amount: str, status: int = 201, **body: Any) -> Any:
        """A bank transfer that came in."""
        return await self.ask("POST", "/v1/payments", {"method": "bank_transfer", "amount": amount} | body, status)

    async def credit_of(self, customer_id: str) -> dict[str, str]:
        """A customer's credit by currency."""
        found = await self.ask("GET", f"/v1/customers/{customer_id}/credit")
        return {one["currency"]: one["amount"] for one in found}
