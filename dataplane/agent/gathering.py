"""One round: every collector, each for itself, so that one that fails takes no other with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from dataplane.agent.collect import (
    backups,
    certificates,
    cpu,
    disks,
    filesystems,
    itself,
    load,
    mail,
    memory,
    network,
    postgres,
    pressure,
    redis,
    units,
)
from dataplane.agent.points import Point
from dataplane.agent.settings import Settings

Collector = Callable[[], Iterable[Point]]


class Gathering:
    """The collectors of these settings. `proc` is where the kernel tells what it knows."""

    def __init__(
        self,
        settings: Settings,
        proc: Path = Path("/proc"),
        *,
        ask: units.Ask = units.systemctl,
        say: Callable[[str], None] = print,
    ) -> None:
        self._say = say
        self._every: dict[str, Collector] = {
            "cpu": partial(cpu.collect, proc),
            "memory": partial(memory.collect, proc),
            "load": partial(load.collect, proc),
            "filesystems": partial(filesystems.collect, proc, settings.ignored_types, settings.ignored_mounts),
            "disks": partial(disks.collect, proc),
            "network": partial(network.collect, proc, settings.ignored_interfaces),
            "pressure": partial(pressure.collect, proc),
            "agent": partial(itself.collect, proc),
        }
        self._slow: dict[str, Collector] = {"mail": lambda: mail.collect(time.time())}
        # Whether this machine runs systemd at all, as sd_booted(3) finds out.
        if ask is not units.systemctl or Path("/run/systemd/system").is_dir():
            self._slow["units"] = units.Units(settings.units, ask).collect
        if settings.certificates:
            self._slow["certificates"] = partial(certificates.collect, settings.certificates)
        if settings.backups:
            self._slow["backups"] = partial(backups.collect, settings.backups)
        if settings.postgres:
            self._slow["postgres"] = partial(postgres.collect, settings.postgres)
        if settings.redis:
            self._slow["redis"] = partial(redis.collect, settings.redis)
        self._slow_every_s = settings.slow_s
        self._slow_at = -settings.slow_s
        self._failed: dict[str, str] = {}

    def round(self, now: float) -> list[Point]:
        """What there is to say now; `now` is of a clock that is never set back."""
        began = time.perf_counter()
        collectors = dict(self._every)
        if now - self._slow_at >= self._slow_every_s:
            self._slow_at = now
            collectors |= self._slow
        points: list[Point] = []
        for name, collect in collectors.items():
            try:
                points += collect()
            except (OSError, ValueError, LookupError) as error:
                self._told(name, f"{type(error).__name__}: {error}")
            else:
                self._failed.pop(name, None)
        points += [Point("agent_collector", {"failed": int(name in self._failed)}, {"collector": name}) for name in collectors]
        points.append(Point("agent", {"collect_seconds": time.perf_counter() - began}))
        return points

    def _told(self, name: str, error: str) -> None:
        """Once for each reason, not every ten seconds."""
        if self._failed.get(name) != error:
            self._failed[name] = error
            self._say(f"{name}: {error}")
