"""Requests as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["begun", "watched", "full"]


class SeenRequest(msgspec.Struct, kw_only=True):
    """One request as the access log has it: `reason` is what ended it early, `detail` the rule, list or ban behind that."""

    at: datetime
    gateway: str
    client: str
    country: str | None
    status: int
    micros: int
    bytes_in: int
    bytes_out: int
    request_id: str
    method: str
    host: str
    path: str
    upstream: str | None
    reason: str | None
    detail: str | None


class Heard(msgspec.Struct, kw_only=True):
    """Which gateways look at a site, and how many of its requests they left out."""

    gateways: list[str]
    left_out: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests: of a class of status (2 to 5), those that ended early, of a method, with a text in them."""

    status_class: int | None = None
    early: bool = False
    method: str | None = None
    text: str | None = None


class Watching(msgspec.Struct, kw_only=True):
    """What is to be seen of a site: the newest request first."""

    state: State
    heard: Heard
    requests: list[SeenRequest]
