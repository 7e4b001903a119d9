"""How the firewall works on a route."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Mode = Literal["off", "detect", "block"]
Paranoia = Annotated[int, Meta(ge=1, le=4)]
Threshold = Annotated[int, Meta(ge=1, le=10_000)]
RuleSet = Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){1,2}$", description="Version of the OWASP CRS")]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in force. An answer is held back from `outbound_threshold` on, a request from `inbound_threshold` on.

    With `response_bodies` the bodies of answers are looked at too.
    """

    mode: Mode = "off"
    paranoia: Paranoia = 1
    inbound_threshold: Threshold = 5
    outbound_threshold: Threshold = 4
    rule_set: RuleSet = "3.3.4"
    response_bodies: bool = False
