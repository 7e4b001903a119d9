"""Collecting in the worker. Each job may run twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.billing.collecting import announcing, working
from control.core import jobs
from control.core.jobs import Work


@jobs.task("billing.collect", priority=-5)
async def collect(work: Work, *, organization_id: str, invoice_id: str) -> None:
    """Mail an invoice of a subscription and charge it. A run of renewals leaves thousands of them, and a bank takes a second for
    each: what somebody waits for comes first, documents come after."""
    await working.first(work.runtime, UUID(organization_id), UUID(invoice_id))


@jobs.task("billing.collect_with_card")
async def collect_with_card(work: Work, *, organization_id: str, customer_id: str, method_id: str) -> None:
    """Try a new default card for what is open."""
    await working.with_card(work.runtime, UUID(organization_id), UUID(customer_id), UUID(method_id))


@jobs.task("billing.announce_price")
async def announce_price(work: Work, *, organization_id: str, event_id: str, told: dict[str, Any]) -> None:
    """Tell a customer of another price."""
    await announcing.announce(work.runtime, UUID(organization_id), UUID(event_id), told)
