"""Detectors as the API shows and takes them, and what they find."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

DetectorName = Literal["login", "unauthorized", "not_found", "scanner", "limited", "waf_score"]
Threshold = Annotated[int, Meta(ge=1, le=1_000_000)]
Window = Annotated[int, Meta(ge=5, le=3600)]
Duration = Annotated[int, Meta(ge=1, le=31_536_000)]


class Detector(msgspec.Struct, kw_only=True):
    """From `threshold` on within `window_s` seconds a client is banned for `ban_s`, doubled with each ban of the last week, up to
    `most_ban_s`.

    `login` counts 401 and 403 on the paths of log-ins, `unauthorized` other 401, `not_found` 404, `scanner` paths that only
    scanners ask for, `limited` 429, `waf_score` adds up the firewall's scores.
    """

    name: DetectorName
    is_active: bool
    threshold: int
    window_s: int
    ban_s: int
    most_ban_s: int
    version: int
    updated_at: datetime


class DetectorPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All of a detector."""

    is_active: bool
    threshold: Threshold
    window_s: Window
    ban_s: Duration
    most_ban_s: Duration


class Threat(msgspec.Struct, kw_only=True):
    """A client past a threshold; `earlier` is how many bans by detectors it had in the last week."""

    detector: DetectorName
    organization_id: UUID
    client: str
    total: int
    threshold: int
    window_s: int
    sites: int
    first_at: datetime
    last_at: datetime
    sample: str
    ban_s: int
    most_ban_s: int
    earlier: int
