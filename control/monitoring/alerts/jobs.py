"""Rules are looked at every ten seconds, which is also the shortest interval that a rule may have."""

from __future__ import annotations

from control.core import jobs
from control.core.jobs import Work
from control.monitoring.alerts.evaluation import BATCH, evaluate_due


@jobs.task("monitoring.evaluate", cron="* * * * * */10", retry=False, lock="monitoring.evaluate")
async def evaluate(work: Work, *, timestamp: int) -> None:
    """Evaluate every rule that is due. What was queued while no worker was there is evaluated once, at the moment it is."""
    del timestamp
    while await evaluate_due(work.runtime) == BATCH:
        pass
