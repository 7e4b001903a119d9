"""Keys of providers, ways to pay, charges and set-ups as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.addresses import Address


class NewAccount(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A seller's keys at Stripe. They are sealed and never shown again."""

    secret_key: Annotated[str, Meta(pattern="^(sk|rk)_(test|live)_[A-Za-z0-9_]{8,240}$")]
    webhook_secret: Annotated[str, Meta(pattern="^whsec_[A-Za-z0-9+/=_]{8,240}$")]
    publishable_key: Annotated[str, Meta(pattern="^pk_(test|live)_[A-Za-z0-9_]{8,240}$")]
    is_active: bool = True


class Account(msgspec.Struct, kw_only=True):
    """What may be shown of it. `webhook_path` is where Stripe must send its events."""

    id: UUID
    organization_id: UUID
    provider: Literal["stripe"]
    key_hint: str
    publishable_key: str
    is_live: bool
    is_active: bool
    webhook_path: str
    version: int
    created_at: datetime
    updated_at: datetime


class PaymentMethod(msgspec.Struct, kw_only=True):
    """A card by the provider's token, or a SEPA mandate. Of an IBAN only the ends are shown. `given_online`: by the customer, who
    agreed to it in the panel. One that its `seller` revoked was refused."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    customer_org_id: UUID
    kind: Literal["card", "sepa_debit"]
    provider: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    iban: str
    bic: str
    holder: str
    mandate_reference: str | None
    mandate_signed_on: date | None
    mandate_scheme: Literal["CORE", "B2B"] | None
    mandate_kind: Literal["recurrent", "one_off"] | None
    mandate_used_on: date | None
    pre_notification_days: int
    given_online: bool
    holder_address: Address | None
    is_default: bool
    status: Literal["active", "revoked"]
    revoked_by: Literal["customer", "seller"] | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewCharge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Charge an invoice to a card: a kept one, the customer's default one (`use_default`), or one that the payer names at the
    provider with the `client_secret` of the answer, which `keep` keeps for later. `off_session`: nobody is there to confirm."""

    invoice_id: UUID
    payment_method_id: UUID | None = None
    use_default: bool = False
    off_session: bool = False
    keep: bool = False


class NewSetUp(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Set a card up for later charges. A customer may leave `customer_id` out. With `return_url` the payer gives the card on a
    page of the provider's, and comes back there."""

    customer_id: UUID | None = None
    return_url: Annotated[str, Meta(max_length=500, pattern="^(https?://[!-~]+)?$")] = ""


class StartedSetUp(msgspec.Struct, kw_only=True):
    """With the secret and the key, the provider's script in a browser asks for the card; at `url`, the provider's page does."""

    reference: str
    client_secret: str | None
    publishable_key: str
    url: str | None = None


class MethodChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Make it the one that is charged."""

    is_default: Literal[True]


class ProviderEvent(msgspec.Struct, kw_only=True):
    """An event that a provider sent, and what came of it: `unknown` is about a thing that is not ours."""

    id: UUID
    organization_id: UUID
    provider: str
    event_id: str
    topic: str
    object_kind: str
    object_id: str
    status: Literal["received", "processed", "ignored", "unknown", "failed"]
    detail: str
    happened_at: datetime
    received_at: datetime
    processed_at: datetime | None


class Taken(msgspec.Struct, kw_only=True):
    """The answer to a provider: the event is here; `known` when it was before."""

    known: bool
