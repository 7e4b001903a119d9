"""Where a check may go: out to the Internet, and to inner addresses only where the operator allows it."""

from __future__ import annotations

from ipaddress import ip_address

from control.automation.webhooks.destinations import Address, RefusedError, is_public, look_up

__all__ = ["Address", "RefusedError", "addresses", "host_and_port", "is_public"]


async def addresses(host: str, port: int, *, allow_private: bool) -> list[Address]:
    """The addresses of a host, IPv4 first. Raises RefusedError when any is inner; OSError when the name does not resolve."""
    try:
        found: list[Address] = [ip_address(host)]
    except ValueError:
        found = await look_up(host, port)
    if not found:
        raise OSError("the name has no address")
    if not allow_private and not all(is_public(one) for one in found):
        raise RefusedError("leads to an address that is not public")
    return found


def host_and_port(target: str) -> tuple[str, int]:
    """From `host:port` or `[address]:port`. Raises ValueError."""
    host, colon, port = target.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError("must be host:port")
    return host, int(port)
