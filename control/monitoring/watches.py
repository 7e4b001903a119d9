"""What monitoring says on the dashboard needs somebody now."""

from __future__ import annotations

from control.core.context import Context
from control.core.pagination import PageRequest
from control.monitoring.alerts import service as alerts
from control.monitoring.checks import service as checks
from control.web.language import N_
from control.web.menu import Trouble, Watch

_ONE = PageRequest(1, 1, "updated_at DESC, id DESC")


async def _firing(ctx: Context) -> list[Trouble]:
    found = []
    for severity, tone, label in (
        ("critical", "error", N_("critical alerts fire")), ("warning", "warning", N_("warnings fire")),
    ):  # fmt: skip
        filters = {"organization_id": None, "phase": "firing", "severity": severity, "source_id": None}
        _, total = await alerts.alerts(ctx, _ONE, filters)
        if total:
            found.append(
                Trouble(count=total, label=label, href=f"/monitoring/alerts?phase=firing&severity={severity}", tone=tone)
            )
    return found


async def _down(ctx: Context) -> list[Trouble]:
    _, total = await checks.page(ctx, PageRequest(1, 1, "c.id"), {"organization_id": None, "kind": None, "status": "down"})
    return [Trouble(count=total, label=N_("checks say down"), href="/monitoring/checks?status=down")] if total else []


WATCHES = (
    Watch(label=N_("Alerts"), permission="monitoring:read", find=_firing),
    Watch(label=N_("Checks"), permission="monitoring:read", find=_down),
)
