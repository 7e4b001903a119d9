"""Types that several bodies share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Note = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Position = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2, as DE")]
Asn = Annotated[int, Meta(ge=1, le=4_294_967_295, description="Number of an autonomous system")]
Moment = Annotated[datetime, Meta(tz=True)]
