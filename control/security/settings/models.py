"""What is alike for the security of all sites, as the API shows and takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Difficulty = Annotated[int, Meta(ge=1, le=24)]
Lifetime = Annotated[int, Meta(ge=60, le=604_800)]


class SecuritySettings(msgspec.Struct, kw_only=True):
    """A challenge asks for a hash with `challenge_difficulty` leading zero bits; who found one is not asked again for
    `challenge_ttl_s` seconds."""

    challenge_difficulty: int
    challenge_ttl_s: int
    version: int
    updated_at: datetime


class SecuritySettingsPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All of them; one more bit of difficulty doubles the work."""

    challenge_difficulty: Difficulty = 16
    challenge_ttl_s: Lifetime = 3600
