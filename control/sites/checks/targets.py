"""Where an upstream may go. A customer chooses the address, and the platform's network is not the customer's."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from control.automation.webhooks.destinations import Address, is_public, look_up
from control.core.errors import FieldError
from control.core.settings import Settings
from control.core.words import N_
from control.sites.bodies.upstream import Target
from control.sites.checks import hosts
from control.sites.checks.hosts import HostError

LOOK_UP_SECONDS = 3.0
"""For one name. A name that gives no answer in time is taken: it may be new, and the gateway looks it up again and again."""
_INNER = ("localhost", "internal", "local")
_LONGEST_SOCKET = 107
"""Bytes of a Unix socket's path on Linux."""


def split(address: str) -> tuple[str, int]:
    """Host, in lower case and with brackets when it is IPv6, and port. Raises HostError."""
    host, colon, port = address.strip().rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65_535:
        raise HostError(N_("must be host:port, such as 192.0.2.10:8080"))
    if host.startswith("[") and host.endswith("]"):
        try:
            return f"[{IPv6Address(host[1:-1])}]", int(port)
        except ValueError:
            raise HostError(N_("holds no IPv6 address in its brackets")) from None
    try:
        return str(IPv4Address(host)), int(port)
    except ValueError:
        if host.replace(".", "").isdigit():
            raise HostError(N_("holds no IPv4 address")) from None
        return hosts.name(host), int(port)


def normal(address: str, *, staff: bool) -> str:
    """An address in the gateway's form. Raises HostError for one that has none, or that is not for the caller."""
    text = address.strip()
    if text.startswith("unix:"):
        if not staff:
            raise HostError(N_("must be host:port; sockets are for the platform's staff"))
        path = text.removeprefix("unix:")
        if not path.startswith("/") or len(path.encode()) > _LONGEST_SOCKET or not path.isprintable():
            raise HostError(N_("must be unix: and an absolute path"))
        return text
    host, port = split(text)
    return f"{host}:{port}"


def inner_hosts(settings: Settings) -> set[str]:
    """The hosts of the platform's own parts."""
    urls = (settings.database_url, settings.redis_url, settings.smtp_url, settings.otel_endpoint, settings.public_url)
    listening = (settings.control_listen, settings.worker_listen)
    found = {urlsplit(url).hostname for url in urls if url} | {text.rpartition(":")[0].strip("[]") for text in listening}
    return {host.rstrip(".").lower() for host in found if host}


async def _addresses(host: str) -> list[Address]:
    try:
        return [ip_address(host.strip("[]"))]
    except ValueError:
        pass
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            return await look_up(host, 0)
    except (OSError, TimeoutError, UnicodeError):
        return []


async def check(targets: list[Target], settings: Settings, *, staff: bool, known: frozenset[str]) -> list[FieldError]:
    """What is wrong with where the targets lead; nothing is for staff, and for addresses that are `known` already.

    One look-up at this time: what a name is changed to later is not seen (docs/gateway.md says so).
    """
    if staff:
        return []
    inner_names = inner_hosts(settings)
    inner: set[Address] = set()
    for addresses in await asyncio.gather(*(_addresses(host) for host in inner_names)):
        inner.update(addresses)

    async def one(number: int, target: Target) -> FieldError | None:
        if target.address in known:
            return None
        host = target.address.rpartition(":")[0]
        where = f"/targets/{number}/address"
        if host in inner_names or host.rpartition(".")[2] in _INNER:
            return FieldError(where, "is inside the platform's network")
        found = await _addresses(host)
        if any(not is_public(address) or address in inner for address in found):
            return FieldError(where, "leads to an address that is not public")
        return None

    errors = await asyncio.gather(*(one(number, target) for number, target in enumerate(targets)))
    return [error for error in errors if error is not None]
