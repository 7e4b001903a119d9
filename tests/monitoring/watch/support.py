"""A clock that is moved by hand, rules of anna's organisation, and values that its servers sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from control.core.runtime import Runtime
from control.core.settings import Settings
from control.monitoring.alerts.evaluation import evaluate_due
from tests.monitoring.kept import keep
from tests.world import World


class Scene:
    """What happens to the metrics and alerts of one organisation, minute by minute."""

    def __init__(self, world: World, settings: Settings, worker: Runtime, place: str = "apple") -> None:
        self.world, self.settings, self.worker, self.place = world, settings, worker, place
        self.start = datetime.now(UTC) + timedelta(seconds=5)
        self.now = self.start

    def at(self, minutes: float) -> None:
        self.now = self.start + timedelta(minutes=minutes)

    async def rule(self, **fields: Any) -> dict[str, Any]:
        """A rule of anna's, evaluated every minute."""
        answer = await self.world.send("anna", "POST", "/v1/monitoring/rules", {"name": "rule", "interval_s": 60, **fields})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()["data"]
        # All rules of a scene are due at its start, whatever the time it took to make them.
        self.sql("UPDATE hcc.alert_evaluations SET due_at = %s WHERE rule_id = %s", self.start, found["id"])
        return found

    def sent(self, name: str, *values: float, until: float, every: float = 1.0, **labels: str) -> None:
        """Values of a series, the last of them `until` minutes after the start, `every` so many minutes."""
        last = (self.start + timedelta(minutes=until)).timestamp()
        points = [(last - 60 * every * (len(values) - 1 - n), value) for n, value in enumerate(values)]
        keep(self.settings, self.world.organizations[self.place], [({"__name__": name, **labels}, points)])

    async def evaluate(self) -> int:
        return await evaluate_due(self.worker, lambda: self.now)

    async def alerts(self) -> dict[str, str]:
        """Phase by the name and labels of the alert."""
        answer = await self.world.get("anna", "/v1/monitoring/alerts?limit=100")
        return {
            " ".join([one["name"], *(v for k, v in sorted(one["labels"].items()) if k not in {"alertname", "severity"})]): one[
                "phase"
            ]
            for one in answer.json()["data"]
        }

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.owner_database_url) as connection:
            done = connection.execute(statement, values)
            return done.fetchall() if done.description else []
