"""Stripe's objects with the fields that its schemas require."""

from __future__ import annotations

import time
from typing import Any

from control.stack.stripe_simulator.cards import Card

Object = dict[str, Any]


def customer(id_: str, params: Object) -> Object:
    return {
        "id": id_, "object": "customer", "created": _now(), "livemode": False, "default_source": None,
        "description": params.get("description"), "email": params.get("email"), "name": params.get("name"), "shipping": None,
        "metadata": params.get("metadata") or {}, "balance": 0, "currency": None, "delinquent": False, "invoice_prefix": "SIM",
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
        "preferred_locales": [], "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def billing_details() -> Object:
    return {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}


def payment_method(id_: str, card: Card, customer_id: str | None) -> Object:
    return {
        "id": id_, "object": "payment_method", "type": "card", "created": _now(), "livemode": False, "customer": customer_id,
        "billing_details": billing_details(), "metadata": {}, "allow_redisplay": "unspecified",
        "card": {
            "brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": 2034, "funding": "credit", "country": "DE",
            "checks": None, "generated_from": None, "networks": None, "three_d_secure_usage": {"supported": True},
            "wallet": None, "fingerprint": f"print{card.last4}", "display_brand": card.brand, "regulated_status": None,
        },
    }  # fmt: skip


def payment_intent(id_: str, params: Object) -> Object:
    return {
        "id": id_, "object": "payment_intent", "amount": int(params["amount"]), "amount_received": 0, "amount_capturable": 0,
        "currency": params["currency"], "created": _now(), "livemode": False, "status": "requires_payment_method",
        "customer": params.get("customer"), "payment_method": params.get("payment_method"),
        "payment_method_types": params.get("payment_method_types") or ["card"], "capture_method": "automatic",
        "confirmation_method": "automatic", "client_secret": f"{id_}_secret_{id_[-8:]}", "metadata": params.get("metadata") or {},
        "description": params.get("description"), "latest_charge": None, "last_payment_error": None, "next_action": None,
        "canceled_at": None, "cancellation_reason": None, "setup_future_usage": params.get("setup_future_usage"),
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None, "on_behalf_of": None,
        "payment_method_configuration_details": None, "payment_method_options": {}, "processing": None, "receipt_email": None,
        "review": None, "shipping": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
        "transfer_data": None, "transfer_group": None, "excluded_payment_method_types": None,
    }  # fmt: skip


def setup_intent(id_: str, params: Object) -> Object:
    return {
        "id": id_, "object": "setup_intent", "created": _now(), "livemode": False, "status": "requires_payment_method",
        "customer": params.get("customer"), "payment_method": params.get("payment_method"), "payment_method_types": ["card"],
        "client_secret": f"{id_}_secret_{id_[-8:]}", "metadata": params.get("metadata") or {}, "description": None,
        "usage": params.get("usage", "off_session"), "last_setup_error": None, "next_action": None, "latest_attempt": None,
        "mandate": None, "single_use_mandate": None, "application": None, "automatic_payment_methods": None,
        "cancellation_reason": None, "flow_directions": None, "on_behalf_of": None, "payment_method_options": {},
        "payment_method_configuration_details": None, "excluded_payment_method_types": None,
    }  # fmt: skip


def checkout_session(id_: str, params: Object, intent: Object, url: str) -> Object:
    """A page on which a payer sets a card up."""
    return {
        "id": id_, "object": "checkout.session", "created": _now(), "livemode": False, "mode": "setup", "status": "open",
        "url": url, "setup_intent": intent["id"], "customer": params.get("customer"), "success_url": params.get("success_url"),
        "cancel_url": params.get("cancel_url"), "payment_method_types": ["card"], "payment_status": "no_payment_required",
        "expires_at": _now() + 86_400, "metadata": params.get("metadata") or {}, "currency": None, "locale": None,
        "payment_intent": None, "subscription": None, "invoice": None, "amount_total": None, "amount_subtotal": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [], "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit",
                                                          "terms_of_service_acceptance")),
        "payment_method_options": {}, "shipping_options": [], "client_secret": None,
    }  # fmt: skip


def charge(id_: str, intent: Object, *, paid: bool, balance_transaction: str | None) -> Object:
    return {
        "id": id_, "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0, "currency": intent["currency"], "created": _now(), "livemode": False, "paid": paid,
        "captured": paid, "refunded": False, "disputed": False, "status": "succeeded" if paid else "failed",
        "customer": intent["customer"], "payment_intent": intent["id"], "payment_method": intent["payment_method"],
        "payment_method_details": None, "balance_transaction": balance_transaction, "billing_details": billing_details(),
        "metadata": {}, "application": None, "application_fee": None, "application_fee_amount": None,
        "calculated_statement_descriptor": None, "description": intent["description"], "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "fraud_details": None, "on_behalf_of": None, "outcome": None,
        "receipt_email": None, "receipt_number": None, "receipt_url": None, "review": None, "shipping": None,
        "source_transfer": None, "statement_descriptor": None, "statement_descriptor_suffix": None, "transfer_data": None,
        "transfer_group": None, "radar_options": {},
    }  # fmt: skip


def balance_transaction(id_: str, source: str, kind: str, amount: int, fee: int, currency: str) -> Object:
    """What moved on the seller's account. Disputes are adjustments there."""
    return {
        "id": id_, "object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee, "currency": currency,
        "created": _now(), "available_on": _now() + 604_800, "description": None, "exchange_rate": None, "source": source,
        "reporting_category": kind, "status": "pending", "balance_type": "payments",
        "type": kind if kind == "charge" else "adjustment",
        "fee_details": [
            {"amount": fee, "application": None, "currency": currency, "description": "Processing", "type": "stripe_fee"}
        ],
    }  # fmt: skip


def refund(id_: str, params: Object, intent: Object, amount: int) -> Object:
    return {
        "id": id_, "object": "refund", "amount": amount, "currency": intent["currency"], "created": _now(),
        "charge": intent["latest_charge"], "payment_intent": intent["id"], "status": "succeeded", "reason": params.get("reason"),
        "metadata": params.get("metadata") or {}, "balance_transaction": None, "receipt_number": None,
        "source_transfer_reversal": None, "transfer_reversal": None,
    }  # fmt: skip


def dispute(id_: str, intent: Object, amount: int, fee: int, reason: str) -> Object:
    return {
        "id": id_, "object": "dispute", "amount": amount, "currency": intent["currency"], "created": _now(), "livemode": False,
        "charge": intent["latest_charge"], "payment_intent": intent["id"], "status": "needs_response", "reason": reason,
        "metadata": {}, "is_charge_refundable": False, "enhanced_eligibility_types": [],
        "balance_transactions": [
            balance_transaction(f"txn_{id_[3:]}", id_, "dispute", -amount, fee, intent["currency"])
        ],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": _now() + 7 * 86_400, "has_evidence": False, "past_due": False, "submission_count": 0,
            "enhanced_eligibility": {},
        },
    }  # fmt: skip


def event(id_: str, topic: str, about: Object) -> Object:
    return {
        "id": id_, "object": "event", "type": topic, "created": _now(), "livemode": False, "api_version": "2026-10-28.endive",
        "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "data": {"object": about},
    }  # fmt: skip


_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
    "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def _now() -> int:
    return int(time.time())
