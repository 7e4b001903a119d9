"""A packet filter in nftables' language: one table of our own, replaced as a whole, so that nobody else's rules are touched."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from control.security.bodies.firewall import FirewallRule
from control.security.firewall.models import Firewall, NewFirewall

TABLE = "inet hcc_firewall"
_FAMILIES = {4: ("ip", "ipv4_addr"), 6: ("ip6", "ipv6_addr")}
_METER_SIZE = 65_536
"""Sources that a limit tells apart; the oldest give way."""
# What IP itself needs: errors of both families, and how IPv6 finds its neighbours and routers (RFC 4890 section 4.4).
_ICMP = "destination-unreachable, time-exceeded, parameter-problem"
_ICMP6 = (
    "destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-neighbor-solicit, nd-neighbor-advert, "
    "nd-router-solicit, nd-router-advert, mld-listener-query, mld-listener-report"
)


def render(wall: Firewall | NewFirewall) -> str:
    """The text for `nft -f`: one transaction that makes the table anew. `wall` has been checked."""
    lines = [f"table {TABLE}", f"delete table {TABLE}", f"table {TABLE} {{"]
    for one in wall.sets:
        for version, (_, kind) in _FAMILIES.items():
            found = [net for net in one.networks if ip_network(net).version == version]
            elements = f" elements = {{ {', '.join(found)} }};" if found else ""
            lines.append(f"  set {one.name}_v{version} {{ type {kind}; flags interval; auto-merge;{elements} }}")
    meters: list[str] = []
    chains: list[str] = []
    for chain, policy in (("input", wall.input), ("forward", wall.forward), ("output", wall.output)):
        chains += [f"  chain {chain} {{", f"    type filter hook {chain} priority filter; policy {policy};"]
        chains += [f"    {line}" for line in _always(chain)]
        for number, rule in enumerate(wall.rules):
            if rule.chain == chain:
                chains += [f"    {line}" for line in _rule(rule, number, meters)]
        chains.append("  }")
    return "\n".join([*lines, *meters, *chains, "}", ""])


def _always(chain: str) -> list[str]:
    """What a mistake in the rules must not cut."""
    lines = ["ct state established,related accept", "ct state invalid drop"]
    if chain != "forward":
        lines.append(f"{'iifname' if chain == 'input' else 'oifname'} lo accept")
    return [*lines, f"icmp type {{ {_ICMP} }} accept", f"icmpv6 type {{ {_ICMP6} }} accept"]


def _rule(rule: FirewallRule, number: int, meters: list[str]) -> Iterator[str]:
    head = []
    if rule.interface is not None:
        head.append(f'{"oifname" if rule.chain == "output" else "iifname"} "{rule.interface}"')
    if rule.protocol == "icmp":
        head.append("meta l4proto { icmp, ipv6-icmp }")
    elif rule.protocol != "any":
        ports = f"{rule.protocol} dport {{ {', '.join(rule.ports)} }}" if rule.ports else f"meta l4proto {rule.protocol}"
        head.append(ports)
    note = f' comment "{rule.note}"' if rule.note else ""
    # A reset ends a TCP client's waiting at once; for the rest there is ICMP alone.
    refusal = "reject with tcp reset" if rule.protocol == "tcp" else "reject with icmpx admin-prohibited"
    verdict = refusal if rule.action == "reject" else rule.action
    log = f'log prefix "hcc {rule.action} {number}: " ' if rule.log else ""
    for places in _places(rule):
        begin = " ".join([*head, *places])
        if rule.limit is not None:
            yield from _limit(rule, number, begin, meters)
        yield f"{begin} {log}{verdict}{note}".strip()


def _places(rule: FirewallRule) -> Iterator[list[str]]:
    """Conditions on addresses: a rule names those of both families, nftables one at a time."""
    if not rule.sources and not rule.destinations:
        yield []
        return
    for version in _FAMILIES:
        for source in _matches(rule.sources, "saddr", version):
            for destination in _matches(rule.destinations, "daddr", version):
                yield [condition for condition in (source, destination) if condition]


def _matches(texts: list[str], side: str, version: int) -> Iterator[str]:
    family = _FAMILIES[version][0]
    if not texts:
        yield ""
        return
    plain = [text for text in texts if not text.startswith("@") and ip_network(text).version == version]
    if plain:
        yield f"{family} {side} {{ {', '.join(plain)} }}"
    yield from (f"{family} {side} {text}_v{version}" for text in texts if text.startswith("@"))


def _limit(rule: FirewallRule, number: int, begin: str, meters: list[str]) -> Iterator[str]:
    limit = rule.limit
    assert limit is not None
    over = f"limit rate over {limit.rate}/{limit.per} burst {limit.burst} packets"
    start = f"{begin} ct state new" if rule.protocol in ("tcp", "any") else begin
    if not limit.each:
        yield f"{start} {over} drop".strip()
        return
    for version, (family, kind) in _FAMILIES.items():
        if f"{_FAMILIES[10 - version][0]} " in f"{begin} " and f"{family} " not in f"{begin} ":
            continue
        name = f"limit_{number}_v{version}"
        declared = f"  set {name} {{ type {kind}; size {_METER_SIZE}; flags dynamic,timeout; timeout 1h; }}"
        if declared not in meters:
            meters.append(declared)
        yield f"{start} update @{name} {{ {family} saddr {over} }} drop".strip()
