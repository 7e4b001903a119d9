"""Events leave with the transaction that caused them (the outbox), and the worker hands them on at least once.

Domains say what they listen to with `@on("user.created")`; a listener may be called twice for one event and must not mind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.db import Transaction
from control.core.ids import new_id

_INSERT = """
INSERT INTO hcc.outbox_events (event_id, organization_id, topic, payload)
VALUES (%(event_id)s, %(organization_id)s, %(topic)s, %(payload)s)
"""

TOPICS: dict[str, str] = {
    "user.created": "A person was added",
    "user.updated": "A person was changed",
    "user.deleted": "A person was deleted",
    "user.erased": "A person's data were erased",
    "organization.created": "An organisation was created",
    "organization.updated": "An organisation was changed",
    "organization.deleted": "An organisation was deleted",
    "api_key.created": "An API key was created",
    "api_key.deleted": "An API key was deleted",
    "site.created": "A site was created",
    "site.updated": "A site was changed",
    "site.deleted": "A site was deleted",
    "upstream.created": "An upstream of a site was created",
    "upstream.updated": "An upstream of a site was changed",
    "upstream.deleted": "An upstream of a site was deleted",
    "route.created": "A route of a site was created",
    "route.updated": "A route of a site was changed",
    "route.deleted": "A route of a site was deleted",
    "certificate.created": "A certificate was added",
    "certificate.updated": "A certificate was replaced or changed",
    "certificate.deleted": "A certificate was deleted",
    "security_policy.created": "A policy of the firewall was created",
    "security_policy.updated": "A policy of the firewall was changed",
    "security_policy.deleted": "A policy of the firewall was deleted",
    "waf_exclusion.created": "An exclusion from the firewall's rules was created",
    "waf_exclusion.updated": "An exclusion from the firewall's rules was changed",
    "waf_exclusion.deleted": "An exclusion from the firewall's rules was deleted",
    "waf_rules.created": "Custom rules of the firewall were created",
    "waf_rules.updated": "Custom rules of the firewall were changed",
    "waf_rules.deleted": "Custom rules of the firewall were deleted",
    "match_rule.created": "A simple rule was created",
    "match_rule.updated": "A simple rule was changed",
    "match_rule.deleted": "A simple rule was deleted",
    "access_entry.created": "An entry of who may come was created",
    "access_entry.updated": "An entry of who may come was changed",
    "access_entry.deleted": "An entry of who may come was deleted",
    "firewall.created": "A server's packet filter was created",
    "firewall.updated": "A server's packet filter was changed",
    "firewall.deleted": "A server's packet filter was deleted",
    "ban.created": "An address or network was banned",
    "ban.lifted": "A ban was lifted",
    "agent.created": "An agent of a server was let in",
    "agent.deleted": "An agent of a server was ended",
    "alert_rule.created": "An alert rule was created",
    "alert_rule.updated": "An alert rule was changed",
    "alert_rule.deleted": "An alert rule was deleted",
    "builtin_pack.installed": "Built-in alert rules were installed or updated",
    "builtin_pack.removed": "Built-in alert rules were removed",
    "silence.created": "A silence of alerts was created",
    "silence.updated": "A silence of alerts was changed",
    "silence.deleted": "A silence of alerts was deleted",
    "maintenance_window.created": "A maintenance window was created",
    "maintenance_window.updated": "A maintenance window was changed",
    "maintenance_window.deleted": "A maintenance window was deleted",
    "inhibition.created": "An inhibition of alerts was created",
    "inhibition.updated": "An inhibition of alerts was changed",
    "inhibition.deleted": "An inhibition of alerts was deleted",
    "notification_channel.created": "A channel for notifications was created",
    "notification_channel.updated": "A channel for notifications was changed",
    "notification_channel.deleted": "A channel for notifications was deleted",
    "notification_route.created": "A route of notifications was created",
    "notification_route.updated": "A route of notifications was changed",
    "notification_route.deleted": "A route of notifications was deleted",
    "check.created": "A check was created",
    "check.updated": "A check was changed",
    "check.deleted": "A check was deleted",
    "status_page.created": "A status page was created",
    "status_page.updated": "A status page was changed",
    "status_page.deleted": "A status page was deleted",
    "incident.created": "An incident of a status page was created",
    "incident.updated": "An incident of a status page was changed",
    "incident.deleted": "An incident of a status page was deleted",
    "alert.firing": "An alert fires",
    "alert.resolved": "An alert is over",
    "ingest_token.created": "A token for pushing metrics was created",
    "ingest_token.revoked": "A token for pushing metrics was revoked",
    "metric_limits.updated": "What an organisation may push was changed",
    "billing_settings.updated": "How an organisation sells was changed",
    "customer.created": "A customer was added",
    "customer.updated": "A customer was changed",
    "customer.deleted": "A customer was deleted",
    "invoice.created": "A draft of an invoice was written",
    "invoice.updated": "A draft of an invoice was changed",
    "invoice.deleted": "A draft of an invoice was thrown away",
    "invoice.finalised": "An invoice got its number",
    "invoice.uncollectible": "An invoice was written off",
    "credit_note.finalised": "A credit note got its number",
    "product.created": "A product was created",
    "product.updated": "A product was changed",
    "product.deleted": "A product was deleted",
    "plan.created": "A plan was created",
    "plan.updated": "A plan was changed",
    "plan.deleted": "A plan was deleted",
    "coupon.created": "A coupon was created",
    "coupon.updated": "A coupon was changed",
    "coupon.deleted": "A coupon was deleted",
    "reseller_terms.created": "Terms for a reseller were created",
    "reseller_terms.updated": "Terms for a reseller were changed",
    "reseller_terms.deleted": "Terms for a reseller were deleted",
    "price.created": "A price, or a version of one, was created",
    "price.updated": "A price was changed, archived or replaced",
    "price.deleted": "A price was deleted",
    "subscription_settings.updated": "How subscriptions are invoiced was changed",
    "subscription.created": "A subscription was made",
    "subscription.activated": "A subscription is in use: started, or its trial is over",
    "subscription.renewed": "A further period of a subscription was charged",
    "subscription.changed": "A subscription has other plans or quantities",
    "subscription.change_scheduled": "A subscription will have other plans or quantities from its next period on",
    "subscription.price_announced": "A subscription will have another price from a day on",
    "subscription.paused": "A subscription was paused",
    "subscription.resumed": "A subscription goes on after a pause",
    "subscription.past_due": "An invoice of a subscription is overdue",
    "subscription.recovered": "All overdue invoices of a subscription are settled",
    "subscription.suspended": "The services of a subscription are to be switched off",
    "subscription.unsuspended": "The services of a subscription are to be switched on again",
    "subscription.cancellation_scheduled": "A subscription will be cancelled at the end of its period",
    "subscription.reactivated": "A cancellation was taken back",
    "subscription.cancelled": "A subscription was cancelled and is over",
    "subscription.ended": "The term of a subscription is over",
    "subscription.renewal_failed": "A period of a subscription could not be charged",
    "renewal_run.finished": "Due subscriptions of a seller were renewed",
    "dunning_schedule.created": "A schedule of reminders was created",
    "dunning_schedule.updated": "A schedule of reminders was changed",
    "dunning_schedule.deleted": "A schedule of reminders was deleted",
    "dunning.step": "A step was taken over an unpaid invoice",
    "dunning.stopped": "Reminders of an invoice or a customer were stopped",
    "dunning.continued": "Reminders of an invoice or a customer go on",
    "invoice.overdue": "An invoice was not paid in time",
    "exchange_rate.set": "A rate of exchange was set by hand",
    "exchange_rate.deleted": "A rate of exchange was deleted",
    "exchange_rates.imported": "Rates of exchange were imported or fetched",
    "tax_rate.created": "A seller's own rate of tax was added",
    "tax_rate.ended": "A seller's own rate of tax got its last day",
    "tax_rate.deleted": "A seller's own rate of tax was deleted before it began",
    "customer.tax_id_valid": "The register knows a customer's VAT id",
    "customer.tax_id_invalid": "The register does not know a customer's VAT id; invoices that rest on it are named",
    "customer.place_contradicted": "What is known of a customer's country contradicts itself",
    "tax_flag.resolved": "Somebody settled an invoice whose tax was in doubt",
    "oss_threshold.warned": "Private sales across borders reached 80 % of the year's threshold",
    "oss_threshold.reached": "Private sales across borders reached the year's threshold",
    "invoice.sent": "The mail of an invoice was taken by the customer's mail server",
    "invoice.mail_failed": "The mail of an invoice did not reach everybody",
    "invoice.paid": "An invoice was paid",
    "invoice.partially_paid": "A part of an invoice was paid",
    "invoice.reopened": "A payment of an invoice was taken back",
    "payment.pending": "A payment was begun",
    "payment.requires_action": "A customer must confirm a payment",
    "payment.succeeded": "A payment came in",
    "payment.failed": "A payment failed",
    "payment.cancelled": "A payment was cancelled before it came in",
    "payment.announced": "A direct debit was announced: its day, amount and mandate",
    "payment.method_missing": "An invoice is to be charged, and its customer has no default way to pay",
    "payment.allocated": "Money of a payment was moved to an invoice, or away from one",
    "refund.created": "A refund was made",
    "refund.succeeded": "A refund arrived",
    "refund.failed": "A refund did not arrive; its money is back",
    "dispute.opened": "A payment was disputed or returned",
    "dispute.won": "A dispute was won; its money is back",
    "dispute.lost": "A dispute was lost",
    "customer_credit.adjusted": "A customer's credit was changed by hand",
    "payment_method.added": "A customer added a way to pay",
    "payment_method.updated": "A way to pay was changed",
    "payment_method.revoked": "A way to pay is used no more",
    "reseller_statement.created": "A month was settled with a reseller",
    "supplier_statement.booked": "What is owed to the seller above for a month is in the books",
    "supplier_statement.settled": "What is owed to the seller above for a month was paid",
    "ledger_accounts.updated": "The chart of accounts for the accountant was changed",
    "payment_provider.updated": "The keys of a payment provider were set",
    "payment_provider.deleted": "The keys of a payment provider were deleted",
    "sepa_batch.created": "A file of direct debits was made",
    "sepa_batch.submitted": "A file of direct debits went to the bank",
    "sepa_batch.cancelled": "A file of direct debits was cancelled",
    "bank_statement.imported": "A bank statement was imported",
    "bank_entry.matched": "An entry of a bank statement found its payment",
    "bank_entry.ignored": "An entry of a bank statement was set aside",
    "statement_profile.created": "A layout of bank statements was created",
    "statement_profile.updated": "A layout of bank statements was changed",
    "statement_profile.deleted": "A layout of bank statements was deleted",
    "webhook.test": "A test that the owner of a webhook asked for",
}
"""Every topic that a webhook can ask for, with words for a person."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as listeners and webhooks see it."""

    event_id: UUID
    organization_id: UUID
    topic: str
    payload: dict[str, Any]
    created_at: datetime


Listener = Callable[[Transaction, Event], Awaitable[None]]
_listeners: list[tuple[str, Listener]] = []


def on(topic: str) -> Callable[[Listener], Listener]:
    """Register a listener for a topic, or for all with `*`. It runs in the relay's transaction for the event's organisation."""

    def register(listener: Listener) -> Listener:
        _listeners.append((topic, listener))
        return listener

    return register


def listeners(topic: str) -> list[Listener]:
    return [listener for wanted, listener in _listeners if wanted in (topic, "*")]


async def emit(tx: Transaction, topic: str, organization_id: UUID, payload: Any) -> UUID:
    """Put an event into the outbox of this transaction; its id. The topic must be in TOPICS."""
    if topic not in TOPICS:
        raise ValueError(f"{topic!r} is not a topic")
    event_id = new_id()
    await tx.run(
        _INSERT,
        event_id=event_id,
        organization_id=organization_id,
        topic=topic,
        payload=Jsonb(msgspec.to_builtins(payload)),
    )
    return event_id


async def emit_many(tx: Transaction, wanted: Sequence[tuple[str, UUID, Any]]) -> None:
    """Put events (topic, organisation, payload) into the outbox of this transaction, in this order."""
    if unknown := {topic for topic, _, _ in wanted} - TOPICS.keys():
        raise ValueError(f"{sorted(unknown)} are no topics")
    rows = [
        {"event_id": new_id(), "organization_id": owner, "topic": topic, "payload": Jsonb(msgspec.to_builtins(payload))}
        for topic, owner, payload in wanted
    ]
    await tx.run_many(_INSERT, rows)
