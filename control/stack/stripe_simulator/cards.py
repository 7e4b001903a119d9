"""Test cards by the names that Stripe gives them, and what becomes of a charge of each."""

from __future__ import annotations

from typing import Literal

import msgspec


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """`authentication`: never, whenever the payer is not there (`off_session`), or always."""

    brand: str = "visa"
    last4: str
    code: str | None = None
    decline_code: str | None = None
    authentication: Literal["never", "off_session", "always"] = "never"
    disputed: bool = False
    refund_fails: bool = False


CARDS: dict[str, Card] = {
    "pm_card_visa": Card(last4="4242"),
    "pm_card_mastercard": Card(brand="mastercard", last4="4444"),
    "pm_card_amex": Card(brand="amex", last4="8431"),
    "pm_card_chargeDeclined": Card(last4="0002", code="card_declined", decline_code="generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": Card(last4="9995", code="card_declined", decline_code="insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": Card(last4="9987", code="card_declined", decline_code="lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": Card(last4="9979", code="card_declined", decline_code="stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": Card(last4="0069", code="expired_card"),
    "pm_card_chargeDeclinedProcessingError": Card(last4="0119", code="processing_error"),
    "pm_card_chargeCustomerFail": Card(last4="0341", code="card_declined", decline_code="generic_decline"),
    "pm_card_authenticationRequired": Card(last4="3220", authentication="always"),
    "pm_card_authenticationRequiredOnSetup": Card(last4="3155", authentication="off_session"),
    "pm_card_createDispute": Card(last4="0259", disputed=True),
    "pm_card_refundFail": Card(last4="5126", refund_fails=True),
}
MESSAGES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
