"""A shop whose subscriptions collect by themselves: with cards at the simulator, a mail server, and days that go by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from aiosmtpd.controller import Controller

from control.billing.dunning.working import dun
from control.billing.subscriptions.renewing import renew_seller
from control.billing.subscriptions.usage import reader
from control.billing.today import today
from control.core.runtime import Runtime
from control.stack.stripe_simulator.cards import CARDS
from control.stack.stripe_simulator.server import Simulator
from tests.billing.cards import CardShop
from tests.billing.working import hurry, settle
from tests.conftest import Urls, free_port
from tests.core.test_mailer import Mailbox
from tests.world import World

STEPS: list[dict[str, Any]] = [
    {"days": 1, "action": "retry_payment"},
    {"days": 3, "action": "retry_payment"},
    {"days": 7, "action": "remind", "text": "Please."},
    {"days": 10, "action": "retry_payment"},
    {"days": 14, "action": "suspend"},
]


def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """A mailbox and the address of its server."""
    handler, port = Mailbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Collecting(CardShop):
    """What north does, and what happens by itself."""

    def __init__(self, world: World, simulator: Simulator, worker: Runtime, mailbox: Mailbox, urls: Urls) -> None:
        super().__init__(world, simulator, worker)
        self.mailbox, self.urls = mailbox, urls
        self.organization_id: UUID = world.organizations["north"]

    async def begin(self, card: str | None = "pm_card_visa", **customer: Any) -> dict[str, Any]:
        """Open, with a schedule, and a customer with this card."""
        made = await self.open_with_cards(**customer)
        schedule = {"name": "All", "is_default": True, "steps": STEPS}
        await self.ask("POST", "/v1/dunning-schedules", schedule, 201)
        if card is not None:
            await self.card(made["id"], card)
        return made

    async def automatic(self, customer: dict[str, Any], amount: str = "100", **more: Any) -> dict[str, Any]:
        """An automatic subscription to a new plan."""
        price = await self.price(amount)
        return await self.subscribe(customer["id"], price["id"], collection="automatic", **more)

    async def renewed(self, subscription: dict[str, Any]) -> dict[str, Any]:
        """The invoice of its next period, made on that period's first day."""
        on = date.fromisoformat((await self.ask("GET", f"/v1/subscriptions/{subscription['id']}"))["due_on"])
        await renew_seller(self.worker.database, self.organization_id, on, reader(self.worker.database))
        return (await self.invoices())[-1]

    async def invoices(self) -> list[dict[str, Any]]:
        return list(await self.ask("GET", "/v1/invoices?limit=100&sort_by=number&sort_order=asc"))

    async def through(self) -> None:
        """Do all that is due, and what comes of it."""
        for _ in range(4):
            await settle(self.worker)

    async def later(self) -> None:
        """The same, with what waits for its next try."""
        hurry(self.urls)
        await self.through()

    async def after(self, invoice: dict[str, Any], days: int) -> None:
        """Let dunning look so many days after the due date, and do what comes of it."""
        due = date.fromisoformat(invoice["due_date"])
        await dun(self.worker, self.organization_id, due + timedelta(days=days))
        await self.through()

    async def payments(self, invoice: dict[str, Any]) -> list[tuple[str, str]]:
        """Status and failure of the payments of an invoice, the oldest first."""
        path = f"/v1/payments/invoice/{invoice['id']}?limit=100&sort_by=created_at&sort_order=asc"
        return [(one["status"], one["failure_code"]) for one in await self.ask("GET", path)]

    async def mails(self, invoice: dict[str, Any]) -> list[str]:
        """What mails of an invoice were sent."""
        found = await self.ask("GET", f"/v1/billing/mails?invoice_id={invoice['id']}&limit=100&sort_by=created_at&sort_order=asc")
        assert {one["status"] for one in found} <= {"sent"}, found
        return [one["what"] for one in found]

    async def taken(self, invoice: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Steps of dunning: action, outcome, and the reason or what became of the payment."""
        case = await self.ask("GET", f"/v1/invoices/{invoice['id']}/dunning")
        return [
            (one["action"], one["outcome"], one["detail"].get("reason") or one["detail"].get("payment_status") or "")
            for one in case["taken"]
        ]

    def becomes(self, card: str) -> None:
        """All cards at the provider are from now on as this one."""
        state = self.simulator.state
        state.cards = dict.fromkeys(state.cards, CARDS[card])

    def topics(self, like: str) -> list[str]:
        """Events so far."""
        with psycopg.connect(self.urls["hcc_owner"]) as owner:
            found = owner.execute("SELECT topic FROM hcc.outbox_events WHERE topic LIKE %s ORDER BY id", (like,)).fetchall()
        return [topic for (topic,) in found]

    def text(self, subject: str) -> str:
        """The words of the last mail whose subject begins so."""
        found = [one for _, _, one in self.mailbox.received if str(one["Subject"]).startswith(subject)]
        assert found, [str(one["Subject"]) for _, _, one in self.mailbox.received]
        part = found[-1].get_body(("plain",))
        assert part is not None
        return str(part.get_content())


def now() -> date:
    """Today where north is."""
    return today("Europe/Berlin")
