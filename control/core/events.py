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
from control.core.words import N_

_INSERT = """
INSERT INTO hcc.outbox_events (event_id, organization_id, topic, payload)
VALUES (%(event_id)s, %(organization_id)s, %(topic)s, %(payload)s)
"""

TOPICS: dict[str, str] = {
    "user.created": N_("A person was added"),
    "user.updated": N_("A person was changed"),
    "user.deleted": N_("A person was deleted"),
    "user.erased": N_("A person's data were erased"),
    "organization.created": N_("An organization was created"),
    "organization.updated": N_("An organization was changed"),
    "organization.deleted": N_("An organization was deleted"),
    "api_key.created": N_("An API key was created"),
    "api_key.deleted": N_("An API key was deleted"),
    "site.created": N_("A site was created"),
    "site.updated": N_("A site was changed"),
    "site.deleted": N_("A site was deleted"),
    "upstream.created": N_("An upstream of a site was created"),
    "upstream.updated": N_("An upstream of a site was changed"),
    "upstream.deleted": N_("An upstream of a site was deleted"),
    "route.created": N_("A route of a site was created"),
    "route.updated": N_("A route of a site was changed"),
    "route.deleted": N_("A route of a site was deleted"),
    "certificate.created": N_("A certificate was added"),
    "certificate.updated": N_("A certificate was replaced or changed"),
    "certificate.deleted": N_("A certificate was deleted"),
    "security_policy.created": N_("A policy of the firewall was created"),
    "security_policy.updated": N_("A policy of the firewall was changed"),
    "security_policy.deleted": N_("A policy of the firewall was deleted"),
    "waf_exclusion.created": N_("An exclusion from the firewall's rules was created"),
    "waf_exclusion.updated": N_("An exclusion from the firewall's rules was changed"),
    "waf_exclusion.deleted": N_("An exclusion from the firewall's rules was deleted"),
    "waf_rules.created": N_("Custom rules of the firewall were created"),
    "waf_rules.updated": N_("Custom rules of the firewall were changed"),
    "waf_rules.deleted": N_("Custom rules of the firewall were deleted"),
    "match_rule.created": N_("A simple rule was created"),
    "match_rule.updated": N_("A simple rule was changed"),
    "match_rule.deleted": N_("A simple rule was deleted"),
    "access_entry.created": N_("An entry of who may come was created"),
    "access_entry.updated": N_("An entry of who may come was changed"),
    "access_entry.deleted": N_("An entry of who may come was deleted"),
    "firewall.created": N_("A server's packet filter was created"),
    "firewall.updated": N_("A server's packet filter was changed"),
    "firewall.deleted": N_("A server's packet filter was deleted"),
    "ban.created": N_("An address or network was banned"),
    "ban.lifted": N_("A ban was lifted"),
    "agent.created": N_("An agent of a server was let in"),
    "agent.deleted": N_("An agent of a server was ended"),
    "alert_rule.created": N_("An alert rule was created"),
    "alert_rule.updated": N_("An alert rule was changed"),
    "alert_rule.deleted": N_("An alert rule was deleted"),
    "builtin_pack.installed": N_("Built-in alert rules were installed or updated"),
    "builtin_pack.removed": N_("Built-in alert rules were removed"),
    "silence.created": N_("A silence of alerts was created"),
    "silence.updated": N_("A silence of alerts was changed"),
    "silence.deleted": N_("A silence of alerts was deleted"),
    "maintenance_window.created": N_("A maintenance window was created"),
    "maintenance_window.updated": N_("A maintenance window was changed"),
    "maintenance_window.deleted": N_("A maintenance window was deleted"),
    "inhibition.created": N_("An inhibition of alerts was created"),
    "inhibition.updated": N_("An inhibition of alerts was changed"),
    "inhibition.deleted": N_("An inhibition of alerts was deleted"),
    "notification_channel.created": N_("A channel for notifications was created"),
    "notification_channel.updated": N_("A channel for notifications was changed"),
    "notification_channel.deleted": N_("A channel for notifications was deleted"),
    "notification_route.created": N_("A route of notifications was created"),
    "notification_route.updated": N_("A route of notifications was changed"),
    "notification_route.deleted": N_("A route of notifications was deleted"),
    "check.created": N_("A check was created"),
    "check.updated": N_("A check was changed"),
    "check.deleted": N_("A check was deleted"),
    "status_page.created": N_("A status page was created"),
    "status_page.updated": N_("A status page was changed"),
    "status_page.deleted": N_("A status page was deleted"),
    "incident.created": N_("An incident of a status page was created"),
    "incident.updated": N_("An incident of a status page was changed"),
    "incident.deleted": N_("An incident of a status page was deleted"),
    "alert.firing": N_("An alert fires"),
    "alert.resolved": N_("An alert is over"),
    "ingest_token.created": N_("A token for pushing metrics was created"),
    "ingest_token.revoked": N_("A token for pushing metrics was revoked"),
    "metric_limits.updated": N_("What an organization may push was changed"),
    "billing_settings.updated": N_("How an organization sells was changed"),
    "customer.created": N_("A customer was added"),
    "customer.updated": N_("A customer was changed"),
    "customer.deleted": N_("A customer was deleted"),
    "invoice.created": N_("A draft of an invoice was written"),
    "invoice.updated": N_("A draft of an invoice was changed"),
    "invoice.deleted": N_("A draft of an invoice was thrown away"),
    "invoice.finalised": N_("An invoice got its number"),
    "invoice.uncollectible": N_("An invoice was written off"),
    "credit_note.finalised": N_("A credit note got its number"),
    "product.created": N_("A product was created"),
    "product.updated": N_("A product was changed"),
    "product.deleted": N_("A product was deleted"),
    "plan.created": N_("A plan was created"),
    "plan.updated": N_("A plan was changed"),
    "plan.deleted": N_("A plan was deleted"),
    "coupon.created": N_("A coupon was created"),
    "coupon.updated": N_("A coupon was changed"),
    "coupon.deleted": N_("A coupon was deleted"),
    "reseller_terms.created": N_("Terms for a reseller were created"),
    "reseller_terms.updated": N_("Terms for a reseller were changed"),
    "reseller_terms.deleted": N_("Terms for a reseller were deleted"),
    "price.created": N_("A price, or a version of one, was created"),
    "price.updated": N_("A price was changed, archived or replaced"),
    "price.deleted": N_("A price was deleted"),
    "subscription_settings.updated": N_("How subscriptions are invoiced was changed"),
    "subscription.created": N_("A subscription was made"),
    "subscription.activated": N_("A subscription is in use: started, or its trial is over"),
    "subscription.renewed": N_("A further period of a subscription was charged"),
    "subscription.changed": N_("A subscription has other plans or quantities"),
    "subscription.change_scheduled": N_("A subscription will have other plans or quantities from its next period on"),
    "subscription.price_announced": N_("A subscription will have another price from a day on"),
    "subscription.paused": N_("A subscription was paused"),
    "subscription.resumed": N_("A subscription goes on after a pause"),
    "subscription.past_due": N_("An invoice of a subscription is overdue"),
    "subscription.recovered": N_("All overdue invoices of a subscription are settled"),
    "subscription.suspended": N_("The services of a subscription are to be switched off"),
    "subscription.unsuspended": N_("The services of a subscription are to be switched on again"),
    "subscription.cancellation_scheduled": N_("A subscription will be cancelled at the end of its period"),
    "subscription.reactivated": N_("A cancellation was taken back"),
    "subscription.cancelled": N_("A subscription was cancelled and is over"),
    "subscription.ended": N_("The term of a subscription is over"),
    "subscription.renewal_failed": N_("A period of a subscription could not be charged"),
    "renewal_run.finished": N_("Due subscriptions of a seller were renewed"),
    "dunning_schedule.created": N_("A schedule of reminders was created"),
    "dunning_schedule.updated": N_("A schedule of reminders was changed"),
    "dunning_schedule.deleted": N_("A schedule of reminders was deleted"),
    "dunning.step": N_("A step was taken over an unpaid invoice"),
    "dunning.stopped": N_("Reminders of an invoice or a customer were stopped"),
    "dunning.continued": N_("Reminders of an invoice or a customer go on"),
    "invoice.overdue": N_("An invoice was not paid in time"),
    "exchange_rate.set": N_("A rate of exchange was set by hand"),
    "exchange_rate.deleted": N_("A rate of exchange was deleted"),
    "exchange_rates.imported": N_("Rates of exchange were imported or fetched"),
    "tax_rate.created": N_("A seller's own rate of tax was added"),
    "tax_rate.ended": N_("A seller's own rate of tax got its last day"),
    "tax_rate.deleted": N_("A seller's own rate of tax was deleted before it began"),
    "customer.tax_id_valid": N_("The register knows a customer's VAT id"),
    "customer.tax_id_invalid": N_("The register does not know a customer's VAT id; invoices that rest on it are named"),
    "customer.place_contradicted": N_("What is known of a customer's country contradicts itself"),
    "tax_flag.resolved": N_("Somebody settled an invoice whose tax was in doubt"),
    "oss_threshold.warned": N_("Private sales across borders reached 80 % of the year's threshold"),
    "oss_threshold.reached": N_("Private sales across borders reached the year's threshold"),
    "invoice.sent": N_("The mail of an invoice was taken by the customer's mail server"),
    "invoice.mail_failed": N_("The mail of an invoice did not reach everybody"),
    "invoice.paid": N_("An invoice was paid"),
    "invoice.partially_paid": N_("A part of an invoice was paid"),
    "invoice.reopened": N_("A payment of an invoice was taken back"),
    "payment.pending": N_("A payment was begun"),
    "payment.requires_action": N_("A customer must confirm a payment"),
    "payment.succeeded": N_("A payment came in"),
    "payment.failed": N_("A payment failed"),
    "payment.cancelled": N_("A payment was cancelled before it came in"),
    "payment.announced": N_("A direct debit was announced: its day, amount and mandate"),
    "payment.method_missing": N_("An invoice is to be charged, and its customer has no default way to pay"),
    "payment.allocated": N_("Money of a payment was moved to an invoice, or away from one"),
    "refund.created": N_("A refund was made"),
    "refund.succeeded": N_("A refund arrived"),
    "refund.failed": N_("A refund did not arrive; its money is back"),
    "dispute.opened": N_("A payment was disputed or returned"),
    "dispute.won": N_("A dispute was won; its money is back"),
    "dispute.lost": N_("A dispute was lost"),
    "customer_credit.adjusted": N_("A customer's credit was changed by hand"),
    "payment_method.added": N_("A customer added a way to pay"),
    "payment_method.updated": N_("A way to pay was changed"),
    "payment_method.revoked": N_("A way to pay is used no more"),
    "reseller_statement.created": N_("A month was settled with a reseller"),
    "supplier_statement.booked": N_("What is owed to the seller above for a month is in the books"),
    "supplier_statement.settled": N_("What is owed to the seller above for a month was paid"),
    "ledger_accounts.updated": N_("The chart of accounts for the accountant was changed"),
    "payment_provider.updated": N_("The keys of a payment provider were set"),
    "payment_provider.deleted": N_("The keys of a payment provider were deleted"),
    "sepa_batch.created": N_("A file of direct debits was made"),
    "sepa_batch.submitted": N_("A file of direct debits went to the bank"),
    "sepa_batch.cancelled": N_("A file of direct debits was cancelled"),
    "bank_statement.imported": N_("A bank statement was imported"),
    "bank_entry.matched": N_("An entry of a bank statement found its payment"),
    "bank_entry.ignored": N_("An entry of a bank statement was set aside"),
    "statement_profile.created": N_("A layout of bank statements was created"),
    "statement_profile.updated": N_("A layout of bank statements was changed"),
    "statement_profile.deleted": N_("A layout of bank statements was deleted"),
    "webhook.test": N_("A test that the owner of a webhook asked for"),
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
