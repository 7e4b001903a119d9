"""What is alike for the security of all sites, as the API shows and takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from control.sites.bodies.common import Network

Difficulty = Annotated[int, Meta(ge=1, le=24)]
Days = Annotated[int, Meta(ge=1, le=400)]
PathPart = Annotated[str, Meta(min_length=2, max_length=200, pattern="^/[!-~]+$")]
Lifetime = Annotated[int, Meta(ge=60, le=604_800)]


class SecuritySettings(msgspec.Struct, kw_only=True):
    """A challenge asks for a hash with `challenge_difficulty` leading zero bits; who found one is not asked again for
    `challenge_ttl_s` seconds. Events are kept for `event_days` days.

    Paths that hold one of `login_paths` are log-ins to detectors; those that begin with one of `scanner_paths` are asked for by
    scanners only. Networks in `never_ban` are not banned by detectors.
    """

    challenge_difficulty: int
    challenge_ttl_s: int
    event_days: int
    login_paths: list[str]
    scanner_paths: list[str]
    never_ban: list[str]
    version: int
    updated_at: datetime


class SecuritySettingsPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All of them; one more bit of difficulty doubles the work."""

    challenge_difficulty: Difficulty = 16
    challenge_ttl_s: Lifetime = 3600
    event_days: Days = 30
    login_paths: Annotated[list[PathPart], Meta(max_length=100)] = []
    scanner_paths: Annotated[list[PathPart], Meta(max_length=500)] = []
    never_ban: Annotated[list[Network], Meta(max_length=1000)] = []
