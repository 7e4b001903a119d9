"""Types that several bodies share."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
PositiveMilliseconds = Annotated[int, Meta(ge=1, le=3_600_000)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
"""0 is without limit."""
Bytes = Annotated[int, Meta(ge=1, le=1 << 40)]
FieldName = Annotated[str, Meta(min_length=1, max_length=128)]
FieldValue = Annotated[str, Meta(max_length=4096)]
Network = Annotated[str, Meta(min_length=2, max_length=64, description="An address or a network, such as 192.0.2.0/24")]


class Maintenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """503 for everybody but the networks in `allow`; `retry_after_s` 0 stands for 300 seconds."""

    on: bool = False
    retry_after_s: Annotated[int, Meta(ge=0, le=604_800)] = 0
    message: Annotated[str, Meta(max_length=500)] = ""
    allow: Annotated[list[Network], Meta(max_length=100)] = []
