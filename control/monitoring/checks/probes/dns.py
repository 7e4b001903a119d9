"""DNS: a name is looked up, at the machine's resolvers or at a given one."""

from __future__ import annotations

from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.resolver

from control.monitoring.checks.models import Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.places import RefusedError, addresses, is_public


async def probe(target: str, expects: Expects, _secret: str | None, allow_private: bool, limit: float) -> Outcome:
    """Every expected value must be among the answers."""
    resolver = dns.asyncresolver.Resolver(configure=expects.resolver is None)
    resolver.lifetime = limit
    if expects.resolver is not None:
        host, _, port = expects.resolver.partition("#")
        found = await addresses(host, 53, allow_private=allow_private)
        resolver.nameservers = [str(ip_address(str(found[0])))]
        resolver.port = int(port or 53)
    kind = expects.record_type or "A"
    try:
        answer = await resolver.resolve(target, kind, search=False)
    except dns.resolver.NXDOMAIN:
        return Outcome(False, "there is no such name")
    except dns.resolver.NoAnswer:
        return Outcome(False, f"the name has no {kind}")
    except dns.exception.Timeout:
        return Outcome(False, f"no answer within {limit:g} s")
    except dns.exception.DNSException as error:
        return Outcome(False, f"{type(error).__name__}: {error}"[:300])
    if not allow_private and kind in {"A", "AAAA"} and not all(is_public(ip_address(record.to_text())) for record in answer):
        raise RefusedError("leads to an address that is not public")  # what the machine's resolvers know is not everybody's
    got = {_plain(record.to_text()) for record in answer}
    figures = {"ttl_seconds": float(answer.rrset.ttl)} if answer.rrset is not None else {}
    missing = [value for value in expects.values or [] if _plain(value) not in got]
    if missing:
        return Outcome(False, f"{', '.join(missing)[:200]} is missing; answers: {', '.join(sorted(got))[:300]}", figures)
    return Outcome(True, ", ".join(sorted(got))[:300], figures)


def _plain(text: str) -> str:
    return text.strip().strip('"').rstrip(".").lower()
