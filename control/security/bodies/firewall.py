"""A server's packet filter as data."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.sites.bodies.common import Network

SetName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,23}$")]
Ports = Annotated[str, Meta(pattern="^[0-9]{1,5}(-[0-9]{1,5})?$", description="A port, or a range such as 8000-8099")]
Source = Annotated[str, Meta(min_length=2, max_length=64, description="A network, or a set as @name")]
Interface = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,13}\*?$")]
Policy = Literal["accept", "drop"]


class NetworkSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Networks of either family under one name."""

    name: SetName
    networks: Annotated[list[Network], Meta(max_length=10_000)] = []


class PacketLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No more than `rate` packets a unit of time, `burst` at once; by source address when `each`. More are dropped."""

    rate: Annotated[int, Meta(ge=1, le=1_000_000)]
    per: Literal["second", "minute", "hour"] = "second"
    burst: Annotated[int, Meta(ge=1, le=100_000)] = 5
    each: bool = True


class FirewallRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is given must fit; of a list, one entry. The first rule that fits decides.

    With a `limit` only packets that begin a connection (for UDP and ICMP, all) are counted, and what is within it is accepted.
    """

    action: Literal["accept", "drop", "reject"]
    chain: Literal["input", "forward", "output"] = "input"
    protocol: Literal["any", "tcp", "udp", "icmp"] = "any"
    ports: Annotated[list[Ports], Meta(max_length=100)] = []
    sources: Annotated[list[Source], Meta(max_length=200)] = []
    destinations: Annotated[list[Source], Meta(max_length=200)] = []
    interface: Interface | None = None
    limit: PacketLimit | None = None
    log: bool = False
    note: Annotated[str, Meta(max_length=100)] = ""
