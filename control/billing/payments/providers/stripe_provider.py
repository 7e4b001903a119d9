"""Stripe, through its official library. Only tokens and what may be shown of a card pass through here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
import stripe
from stripe import StripeClient

from control.billing.payments.disputing import Claim
from control.billing.payments.moving import Fee
from control.billing.payments.providers.interface import (
    Capabilities,
    Card,
    Charge,
    ChargeStatus,
    Charging,
    Disputed,
    Event,
    Funds,
    Hosted,
    ProviderAway,
    ProviderRefused,
    Refunded,
    SetUp,
    SignatureWrong,
)
from control.billing.payments.providers.units import from_units, to_units

VERSION = "2026-10-28.endive"
TIMEOUT = 20.0
RETRIES = 2
TOLERANCE = 300
"""Seconds by which a signature may be old: an event that was overheard is of no use later."""
EXPAND = ["latest_charge.balance_transaction"]
FINAL = frozenset(
    {
        "expired_card", "fraudulent", "invalid_account", "lost_card", "stolen_card", "pickup_card", "restricted_card",
        "revocation_of_all_authorizations", "revocation_of_authorization", "stop_payment_order", "card_not_supported",
        "currency_not_supported", "invalid_number", "incorrect_number", "merchant_blacklist", "new_account_information_available",
        "no_action_taken", "not_permitted", "service_not_allowed", "security_violation", "transaction_not_allowed",
    }
)  # fmt: skip
"""Codes of declines after which the same card is not tried again."""
_CHARGES: dict[str, ChargeStatus] = {
    "succeeded": "succeeded",
    "processing": "pending",
    "requires_capture": "pending",
    "requires_action": "requires_action",
    "requires_confirmation": "requires_action",
    "canceled": "cancelled",
}
_DISPUTES: dict[str, Literal["warning", "open", "won", "lost"]] = {
    "warning_needs_response": "warning",
    "warning_under_review": "warning",
    "warning_closed": "won",
    "prevented": "won",
    "needs_response": "open",
    "under_review": "open",
    "won": "won",
    "lost": "lost",
}


class _About(msgspec.Struct):
    id: str
    object: str


class _Data(msgspec.Struct):
    object: _About


class _Event(msgspec.Struct):
    id: str
    type: str
    created: int
    data: _Data


class StripeProvider:
    """One seller's account. To be closed after use."""

    name = "stripe"
    capabilities = Capabilities()

    def __init__(self, key: str, webhook_secret: str, api_base: str = "") -> None:
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=TIMEOUT)
        self._client = StripeClient(
            key,
            stripe_version=VERSION,
            base_addresses={"api": api_base.rstrip("/")} if api_base else {},
            http_client=self._http,
            max_network_retries=RETRIES,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the library has no types here

    async def balance(self) -> list[Funds]:
        with _errors():
            found = await self._client.v1.balance.retrieve_async()
        sums: dict[str, int] = {}
        entries: list[Any] = [*found.available, *found.pending]
        for one in entries:
            sums[one.currency.upper()] = sums.get(one.currency.upper(), 0) + one.amount
        return [Funds(from_units(units, currency), currency) for currency, units in sorted(sums.items())]

    async def add_customer(self, customer_id: UUID, name: str, email: str) -> str:
        with _errors():
            made = await self._client.v1.customers.create_async(
                {"name": name, "email": email, "metadata": {"hcc_customer_id": str(customer_id)}},
                {"idempotency_key": f"hcc-customer-{customer_id}"},
            )
        return str(made.id)

    async def charge(self, wanted: Charging) -> Charge:
        params: dict[str, Any] = {
            "amount": _units(wanted.amount, wanted.currency),
            "currency": wanted.currency.lower(),
            "customer": wanted.customer,
            "description": wanted.description,
            "payment_method_types": ["card"],
            "metadata": {"hcc_payment_id": str(wanted.payment_id)},
            "expand": EXPAND,
        }
        if wanted.keep:
            params["setup_future_usage"] = "off_session"
        if wanted.method is not None:
            params |= {"payment_method": wanted.method, "confirm": True, "off_session": wanted.off_session}
            if wanted.return_url and not wanted.off_session:
                params["return_url"] = wanted.return_url
        try:
            with _errors():
                made = await self._client.v1.payment_intents.create_async(
                    params,  # type: ignore[arg-type]  # the library's TypedDict; built step by step
                    {"idempotency_key": f"hcc-payment-{wanted.payment_id}"},
                )
        except stripe.CardError as declined:
            return _declined(declined, wanted)
        return _charge(made)

    async def look_up_charge(self, reference: str) -> Charge:
        with _errors():
            return _charge(await self._client.v1.payment_intents.retrieve_async(reference, {"expand": EXPAND}))

    async def cancel(self, reference: str) -> Charge:
        try:
            with _errors():
                return _charge(await self._client.v1.payment_intents.cancel_async(reference, {"expand": EXPAND}))
        except ProviderRefused as refused:
            if refused.code == "payment_intent_unexpected_state":
                return await self.look_up_charge(reference)
            raise

    async def set_up(self, customer: str, key: UUID) -> SetUp:
        with _errors():
            params: dict[str, Any] = {"customer": customer, "usage": "off_session", "payment_method_types": ["card"]}
            made = await self._client.v1.setup_intents.create_async(
                params,  # type: ignore[arg-type]  # the library's TypedDict lacks a field that its API has
                {"idempotency_key": f"hcc-setup-{key}"},
            )
        return _set_up(made)

    async def look_up_set_up(self, reference: str) -> SetUp:
        with _errors():
            return _set_up(await self._client.v1.setup_intents.retrieve_async(reference))

    async def host_set_up(self, customer: str, key: UUID, back: str, leave: str) -> Hosted:
        with _errors():
            params: dict[str, Any] = {
                "mode": "setup",
                "customer": customer,
                "payment_method_types": ["card"],
                "success_url": back,
                "cancel_url": leave,
            }
            made = await self._client.v1.checkout.sessions.create_async(
                params,  # type: ignore[arg-type]  # as above
                {"idempotency_key": f"hcc-hosted-{key}"},
            )
        return Hosted(reference=made.id, url=made.url or "")

    async def look_up_hosted(self, reference: str) -> SetUp:
        with _errors():
            found: Any = await self._client.v1.checkout.sessions.retrieve_async(reference, {"expand": ["setup_intent"]})
        if found.setup_intent is None:
            raise ProviderRefused("This page sets no card up.", unknown=True)
        return _set_up(found.setup_intent)

    async def look_up_card(self, reference: str) -> Card:
        with _errors():
            found: Any = await self._client.v1.payment_methods.retrieve_async(reference)
        card = found.card if found.type == "card" else None
        return Card(
            reference=found.id,
            brand=card.brand if card else found.type,
            last4=(card.last4 or "") if card else "",
            exp_month=card.exp_month if card else None,
            exp_year=card.exp_year if card else None,
        )

    async def forget_card(self, reference: str) -> None:
        with _errors():
            await self._client.v1.payment_methods.detach_async(reference)

    async def refund(self, refund_id: UUID, charge: str, amount: Decimal, currency: str) -> Refunded:
        with _errors():
            made = await self._client.v1.refunds.create_async(
                {
                    "payment_intent": charge,
                    "amount": _units(amount, currency),
                    "metadata": {"hcc_refund_id": str(refund_id)},
                },
                {"idempotency_key": f"hcc-refund-{refund_id}"},
            )
        return _refunded(made)

    async def look_up_refund(self, reference: str) -> Refunded:
        with _errors():
            return _refunded(await self._client.v1.refunds.retrieve_async(reference))

    async def look_up_dispute(self, reference: str) -> Disputed:
        with _errors():
            return _disputed(await self._client.v1.disputes.retrieve_async(reference))

    def parse_event(self, body: bytes, signature: str | None) -> Event:
        return parse_event(self._webhook_secret, body, signature)


def parse_event(secret: str, body: bytes, signature: str | None) -> Event:
    """Read an event that was signed with a secret. Raises SignatureWrong, also for a signature that is too old."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
        found = msgspec.json.decode(body, type=_Event)
    except (stripe.SignatureVerificationError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SignatureWrong(type(error).__name__) from None
    about = found.data.object
    return Event(
        event_id=found.id,
        topic=found.type,
        object_kind=about.object,
        object_id=about.id,
        happened_at=datetime.fromtimestamp(found.created, UTC),
    )


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """The library's errors as ours; a declined card passes through."""
    try:
        yield
    except stripe.CardError:
        raise
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise ProviderAway(f"{type(error).__name__}: {error}"[:300]) from error
    except stripe.StripeError as error:
        unknown = error.http_status == 404
        raise ProviderRefused(error.user_message or str(error), code=error.code or "", unknown=unknown) from error


def _units(amount: Decimal, currency: str) -> int:
    try:
        return to_units(amount, currency)
    except ValueError as error:
        raise ProviderRefused(str(error), code="amount") from None


def _declined(declined: stripe.CardError, wanted: Charging) -> Charge:
    error = declined.error
    intent: Any = error.payment_intent if error else None
    code = (error.decline_code if error else None) or declined.code or "card_declined"
    return Charge(
        reference=intent.id if intent else "",
        status="failed",
        amount=wanted.amount,
        currency=wanted.currency,
        payment_id=wanted.payment_id,
        failure_code=code,
        failure_message=declined.user_message or "The card was declined.",
        failure_is_final=code in FINAL,
    )


def _charge(found: Any) -> Charge:
    currency = found.currency.upper()
    error = found.last_payment_error
    status = _CHARGES.get(found.status, "requires_action")
    if found.status == "requires_payment_method" and error:
        status = "failed"
    code = (getattr(error, "decline_code", None) or getattr(error, "code", None) or "") if error else ""
    return Charge(
        reference=found.id,
        status=status,
        amount=from_units(found.amount, currency),
        currency=currency,
        payment_id=_our_id(found.metadata, "hcc_payment_id"),
        fee=_fee(found.latest_charge),
        client_secret=found.client_secret,
        action_url=_action(found.next_action),
        failure_code=code,
        failure_message=(getattr(error, "message", None) or "") if error else "",
        failure_is_final=code in FINAL,
        method=_id(found.payment_method),
        keep=found.setup_future_usage == "off_session",
    )


def _action(wanted: Any) -> str | None:
    """The page on which a payer confirms, where the provider has one."""
    return wanted.redirect_to_url.url if wanted is not None and wanted.type == "redirect_to_url" else None


def _fee(charge: Any) -> Fee | None:
    booked = None if charge is None or isinstance(charge, str) else charge.balance_transaction
    if booked is None or isinstance(booked, str) or not booked.fee:
        return None
    currency = booked.currency.upper()
    return Fee(from_units(booked.fee, currency), currency)


def _set_up(found: Any) -> SetUp:
    return SetUp(
        reference=found.id,
        client_secret=found.client_secret,
        customer=_id(found.customer),
        status=_CHARGES.get(found.status, "requires_action"),
        method=_id(found.payment_method),
    )


def _refunded(found: Any) -> Refunded:
    status = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}.get(found.status, "pending")
    return Refunded(
        reference=found.id,
        charge=_id(found.payment_intent) or "",
        amount=from_units(found.amount, found.currency.upper()),
        status=status,  # type: ignore[arg-type]  # one of the three above
        failure_code=getattr(found, "failure_reason", None) or "",
        refund_id=_our_id(found.metadata, "hcc_refund_id"),
    )


def _disputed(found: Any) -> Disputed:
    currency = found.currency.upper()
    due = found.evidence_details.due_by if found.evidence_details else None
    fees = sum(one.fee for one in found.balance_transactions if one.currency.upper() == currency)
    status = _DISPUTES.get(found.status, "open")
    claim = Claim(
        kind="chargeback",
        reference=found.id,
        amount=from_units(found.amount, currency),
        fee=from_units(fees, currency),
        reason=found.reason,
        status=status,
        is_withdrawn=bool(found.balance_transactions) and status != "warning",
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
    )
    return Disputed(charge=_id(found.payment_intent) or "", claim=claim)


def _id(found: Any) -> str | None:
    return found if found is None or isinstance(found, str) else str(found.id)


def _our_id(metadata: Any, name: str) -> UUID | None:
    try:
        return UUID(metadata[name])
    except (KeyError, TypeError, ValueError):
        return None
