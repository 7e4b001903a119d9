"""Where a webhook may go. A customer chooses the address, and our network is not the customer's."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import msgspec

from control.core.words import N_

Address = IPv4Address | IPv6Address

_REFUSED = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared address space of providers (RFC 6598); some clouds answer metadata there
        "168.63.129.16/32",  # a cloud's inner services on a public address
        "192.0.0.0/24",  # RFC 6890
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "fec0::/10",  # site-local (RFC 3879)
        "64:ff9b:1::/48",  # NAT64 of one network (RFC 8215)
        "100::/64",  # discard (RFC 6666)
    )
)
_CARRIERS = (
    (ip_network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052): IPv4 in the last 32 bits
    (ip_network("::/96"), 0),  # IPv4-compatible (RFC 4291)
    (ip_network("2002::/16"), 80),  # 6to4 (RFC 3056)
)


class RefusedError(Exception):
    """The address may not be called; the text is for its owner."""


class Destination(msgspec.Struct, frozen=True):
    """A checked URL: connect to `address`, speak of `host`."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == {"http": 80, "https": 443}[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The URL with the very address that was checked, so that no second look-up can give another."""
        literal = f"[{self.address}]" if isinstance(self.address, IPv6Address) else str(self.address)
        return f"{self.scheme}://{literal}:{self.port}{self.path}"


def check_url(url: str, *, https_only: bool) -> tuple[str, str, int, str]:
    """Scheme, host, port and path with query of an acceptable URL. Raises RefusedError."""
    if not url.isascii() or any(c.isspace() or ord(c) < 0x21 or c == "\\" for c in url):
        raise RefusedError(N_("must be ASCII without spaces; write the host in its xn-- form"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedError(N_("is not a URL")) from None
    if parts.scheme not in ("https", "http") or (https_only and parts.scheme != "https"):
        raise RefusedError("must start with https://" if https_only else "must start with https:// or http://")
    if "@" in parts.netloc:
        raise RefusedError(N_("must not hold a user name or password"))
    if parts.fragment or "#" in url:
        raise RefusedError(N_("must not hold a fragment"))
    if not parts.hostname:
        raise RefusedError(N_("needs a host"))
    if port == 0:
        raise RefusedError(N_("has no usable port"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname.rstrip("."), port or (443 if parts.scheme == "https" else 80), path


def is_public(address: Address) -> bool:
    """Whether an address is out on the Internet, IPv4 inside IPv6 looked through."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        for network, shift in _CARRIERS:
            if address in network:
                return is_public(IPv4Address(int(address) >> shift & 0xFFFFFFFF)) and address not in ip_network("::/128")
    if any(address.version == network.version and address in network for network in _REFUSED):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


async def look_up(host: str, port: int) -> list[Address]:
    """All addresses of a host, IPv4 first. Raises OSError when there is none."""
    found: list[tuple[Any, ...]] = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
    return sorted(addresses, key=lambda a: a.version)


async def resolve(url: str, *, https_only: bool, allow_private: bool) -> Destination:
    """Check the URL and every address of its host. Raises RefusedError; OSError when the name does not resolve.

    One address that is not public refuses the name as a whole: a host that mixes them is an attack or a mistake.
    """
    scheme, host, port, path = check_url(url, https_only=https_only)
    try:
        addresses = [ip_address(host)]
    except ValueError:
        addresses = await look_up(host, port)
    if not addresses:
        raise OSError("the name has no address")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise RefusedError(N_("leads to an address that is not public"))
    return Destination(scheme, host, port, path, addresses[0])
