"""A shop that charges cards at the simulator, and the ways in which events reach it."""

from __future__ import annotations

from typing import Any

import stripe

from control.core.runtime import Runtime
from control.stack.stripe_simulator.objects import Object
from control.stack.stripe_simulator.sending import signed
from control.stack.stripe_simulator.server import Simulator
from tests.billing.selling import Shop
from tests.working import work_off
from tests.world import World

KEYS = {
    "secret_key": "sk_test_simulator",
    "webhook_secret": "whsec_simulator",
    "publishable_key": "pk_test_simulator",
}


class CardShop(Shop):
    """What north does, with Stripe."""

    def __init__(self, world: World, simulator: Simulator, worker: Runtime) -> None:
        super().__init__(world)
        self.simulator = simulator
        self.worker = worker
        self.delivered = 0

    async def open_with_cards(self, **customer: Any) -> dict[str, Any]:
        """Open, set the keys, and have a customer."""
        await self.open()
        await self.ask("PUT", "/v1/payments/providers/stripe", KEYS)
        return await self.customer(customer_org_id=str(self.world.organizations["apple"]), **customer)

    async def deliver(self, *events: Object, status: int = 200, secret: str = KEYS["webhook_secret"], **at: float) -> None:
        """Let these events arrive, one after the other."""
        for event in events:
            body, header = signed(event, secret, **at)
            answer = await self.world.client.post(self.webhook, content=body, headers={"Stripe-Signature": header})
            assert answer.status_code == status, answer.text

    @property
    def webhook(self) -> str:
        return f"/v1/payments/webhooks/stripe/{self.world.organizations['north']}"

    def new_events(self) -> list[Object]:
        """Events that were made since the last time."""
        found = self.simulator.state.events[self.delivered :]
        self.delivered += len(found)
        return found

    async def catch_up(self) -> None:
        """Deliver all new events, and let the worker do its work."""
        await self.deliver(*self.new_events())
        await work_off(self.worker)

    async def card(self, customer_id: str, card: str = "pm_card_visa") -> dict[str, Any]:
        """A kept card: set up by the customer at the provider."""
        started = await self.ask("POST", "/v1/payments/set-ups", {"customer_id": customer_id}, 201)
        assert started["client_secret"].startswith(started["reference"])
        client = stripe.StripeClient(KEYS["secret_key"], base_addresses={"api": self.simulator.url})
        client.v1.setup_intents.confirm(started["reference"], {"payment_method": card})
        await self.catch_up()
        found = await self.ask("GET", f"/v1/payments/methods?customer_id={customer_id}&status=active&limit=100")
        return dict(found[0])

    async def charge(self, invoice_id: str, status: int = 201, **body: Any) -> dict[str, Any]:
        """Charge an invoice."""
        return dict(await self.ask("POST", "/v1/payments/charges", {"invoice_id": invoice_id} | body, status))

    async def state_of(self, invoice_id: str) -> tuple[str, str]:
        """An invoice's status and what is open of it."""
        found = await self.ask("GET", f"/v1/invoices/{invoice_id}")
        return found["status"], found["balance"]
