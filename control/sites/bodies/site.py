"""The fields of a site itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Hosts = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=255)]],
    Meta(min_length=1, max_length=100, description="Host names; `*.shop.example` stands for every name below"),
]
Seconds = Annotated[int, Meta(ge=0, le=63_072_000)]
ErrorPages = Annotated[
    dict[str, Annotated[str, Meta(max_length=65_536)]],
    Meta(max_length=20, description="HTML by status, such as 502, or by class, 4xx and 5xx"),
]
