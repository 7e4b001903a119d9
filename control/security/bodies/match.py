"""Simple rules: which requests, and what is done with them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.security.bodies.common import Asn, Country
from control.sites.bodies.common import FieldName, Network
from control.sites.bodies.route import Method

Action = Literal["block", "allow", "limit", "challenge", "log"]
Text = Annotated[str, Meta(min_length=1, max_length=1024)]


class HeaderMatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of the request: any line of that name whose value is, or contains, `value`; letters' case does not matter.

    `how: "absent"` is a request without the field, and then `value` is empty.
    """

    name: FieldName
    how: Literal["is", "contains", "absent"] = "contains"
    value: Annotated[str, Meta(max_length=1024)] = ""


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is given must fit; of a list, one entry. `paths` are whole paths in their normal form, or beginnings with a `*` at
    their end. At least one condition is needed."""

    paths: Annotated[list[Text], Meta(max_length=100)] = []
    methods: Annotated[list[Method], Meta(max_length=32)] = []
    headers: Annotated[list[HeaderMatch], Meta(max_length=16)] = []
    countries: Annotated[list[Country], Meta(max_length=250)] = []
    asns: Annotated[list[Asn], Meta(max_length=1000)] = []
    networks: Annotated[list[Network], Meta(max_length=1000)] = []


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For `action: "limit"`: `rate` requests of one client in `per_s` seconds, `burst` at once."""

    rate: Annotated[int, Meta(ge=1, le=4_294_967_295)]
    per_s: Annotated[int, Meta(ge=1, le=86_400)]
    burst: Annotated[int, Meta(ge=1, le=4_294_967_295)]
