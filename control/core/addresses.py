"""Who the client is: forwarded headers count only when a trusted proxy wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
    """A comma separated list of networks. Raises ValueError naming the one that is wrong."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def parse_address(text: str) -> Address | None:
    """An address, with or without port and brackets, IPv4 in IPv6 unwrapped; None when it is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def client_address(peer: str | None, forwarded_for: Iterable[str], trusted: tuple[Network, ...]) -> Address | None:
    """The right-most hop that is not a trusted proxy. `forwarded_for` holds the X-Forwarded-For lines in order."""
    current = parse_address(peer or "")
    if current is None or not _is_in(current, trusted):
        return current
    for hop in reversed([h for line in forwarded_for for h in line.split(",")]):
        address = parse_address(hop)
        if address is None:
            return current
        current = address
        if not _is_in(address, trusted):
            return address
    return current


def subject(address: Address | None) -> str:
    """What a limit counts: an IPv4 address, or the /64 of an IPv6 one, since one customer holds all of it."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
