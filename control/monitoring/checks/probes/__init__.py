"""How each kind of check is tried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec

from control.automation.webhooks.destinations import RefusedError
from control.monitoring.checks.models import Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.probes import database, dns, http, icmp, tcp

Probe = Callable[[str, Expects, str | None, bool, float], Awaitable[Outcome]]
PROBES: dict[str, Probe] = {
    "http": http.probe,
    "tcp": tcp.probe,
    "icmp": icmp.probe,
    "dns": dns.probe,
    "database": database.probe,
}
"""Each takes the target, what is expected, a secret, whether inner addresses are allowed, and the time in seconds."""


class Tried(msgspec.Struct, frozen=True):
    """An outcome and how long it took in all, in seconds."""

    outcome: Outcome
    seconds: float


async def attempt(
    kind: str,
    target: str,
    expects: Expects,
    secret: str | None,
    *,
    allow_private: bool,
    limit: float,
    patience: float = 0.0,
) -> Tried:
    """Try once. Never raises for what the target or the network does.

    A probe that keeps the limit (seconds) itself says more of what it waited for; `patience` gives it time to do so.
    """
    began = time.perf_counter()
    try:
        async with asyncio.timeout(limit + patience):
            outcome = await PROBES[kind](target, expects, secret, allow_private, limit)
    except TimeoutError:
        outcome = Outcome(ok=False, message=f"no answer within {limit:g} s")
    except RefusedError as error:
        outcome = Outcome(ok=False, message=f"the address {error}")
    except OSError as error:
        outcome = Outcome(ok=False, message=error.strerror or str(error) or "the connection failed")
    except UnicodeError:
        outcome = Outcome(ok=False, message="the host's name is none")
    return Tried(outcome, time.perf_counter() - began)
