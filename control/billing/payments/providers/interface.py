"""What a provider of card payments does for us. Each call says what is true now, so that it may be asked any number of times."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from control.billing.payments.disputing import Claim
from control.billing.payments.moving import Fee

ChargeStatus = Literal["succeeded", "pending", "requires_action", "failed", "cancelled"]


class ProviderAway(Exception):
    """The provider does not answer, or asks to come again later; the same call may be made again."""


class ProviderRefused(Exception):
    """The provider understood and said no: keys that are not good, an amount too small. `unknown` says it has no such thing."""

    def __init__(self, message: str, *, code: str = "", unknown: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.unknown = unknown


class SignatureWrong(Exception):
    """An event that the provider did not sign, or too long ago."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider can do."""

    set_up: bool = True
    off_session: bool = True
    partial_refunds: bool = True
    disputes: bool = True


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card by the provider's token: what may be shown of it."""

    reference: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None


class Charging(msgspec.Struct, frozen=True, kw_only=True):
    """A charge to be made. Without `method` the payer names a card at the provider, with the client's secret; with `keep` it
    may be charged again later. `off_session`: the payer is not there to confirm. `return_url` is where the payer comes back to
    from the bank's page."""

    payment_id: UUID
    customer: str
    amount: Decimal
    currency: str
    description: str
    method: str | None = None
    off_session: bool = False
    keep: bool = False
    return_url: str = ""


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge as the provider has it. `client_secret` is for the payer's browser, `action_url` the page on which they
    confirm."""

    reference: str
    status: ChargeStatus
    amount: Decimal
    currency: str
    payment_id: UUID | None = None
    fee: Fee | None = None
    client_secret: str | None = None
    action_url: str | None = None
    failure_code: str = ""
    failure_message: str = ""
    failure_is_final: bool = False
    method: str | None = None
    keep: bool = False


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """A card being set up for later."""

    reference: str
    client_secret: str | None
    customer: str | None
    status: ChargeStatus
    method: str | None


class Hosted(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the provider's, on which the payer gives a card: no number of one ever passes through here."""

    reference: str
    url: str


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as the provider has it; `refund_id` is ours where we asked for it."""

    reference: str
    charge: str
    amount: Decimal
    status: Literal["pending", "succeeded", "failed"]
    failure_code: str = ""
    refund_id: UUID | None = None


class Disputed(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute as the provider has it."""

    charge: str
    claim: Claim


class Funds(msgspec.Struct, frozen=True):
    """Money that the provider keeps for a seller in one currency."""

    amount: Decimal
    currency: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened to an object; what it is like now must be asked."""

    event_id: str
    topic: str
    object_kind: str
    object_id: str
    happened_at: datetime


class Provider(Protocol):
    """A provider with one seller's keys. Raises ProviderAway and ProviderRefused."""

    name: str
    capabilities: Capabilities

    async def balance(self) -> list[Funds]:
        """What the provider keeps for the seller, on its way included. Whoever gets an answer has a good key."""
        ...

    async def add_customer(self, customer_id: UUID, name: str, email: str) -> str:
        """A customer of the seller at the provider: the reference, the same each time."""
        ...

    async def charge(self, wanted: Charging) -> Charge:
        """Make a charge, once for each payment. A card that is declined is a charge that failed, and no error."""
        ...

    async def look_up_charge(self, reference: str) -> Charge:
        """A charge as it is now."""
        ...

    async def cancel(self, reference: str) -> Charge:
        """Cancel a charge that did not come in; the charge as it is then, which may have come in after all."""
        ...

    async def set_up(self, customer: str, key: UUID) -> SetUp:
        """Begin to set a card up for later."""
        ...

    async def look_up_set_up(self, reference: str) -> SetUp:
        """A set-up as it is now."""
        ...

    async def host_set_up(self, customer: str, key: UUID, back: str, leave: str) -> Hosted:
        """A page of the provider's for setting a card up; it leads on to `back`, or to `leave` who gives up. In `back`,
        `{CHECKOUT_SESSION_ID}` becomes the page's reference."""
        ...

    async def look_up_hosted(self, reference: str) -> SetUp:
        """What came of such a page so far."""
        ...

    async def look_up_card(self, reference: str) -> Card:
        """A card by its token."""
        ...

    async def forget_card(self, reference: str) -> None:
        """Let nobody charge a card again."""
        ...

    async def refund(self, refund_id: UUID, charge: str, amount: Decimal, currency: str) -> Refunded:
        """Send money back, once for each of our refunds."""
        ...

    async def look_up_refund(self, reference: str) -> Refunded:
        """A refund as it is now."""
        ...

    async def look_up_dispute(self, reference: str) -> Disputed:
        """A dispute as it is now."""
        ...

    def parse_event(self, body: bytes, signature: str | None) -> Event:
        """Read an event that the provider sent. Raises SignatureWrong."""
        ...
