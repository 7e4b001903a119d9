"""Who may come in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Names = Annotated[list[Annotated[str, Meta(min_length=1, max_length=64)]], Meta(max_length=64)]


class Auth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mode` says whether an access token is needed, `api_keys` what becomes of API keys.

    `refuse`: they prove nothing; `pass`: the upstream verifies them; `verify`: the gateway does, and wants all of `scopes`. Of
    `roles` and `user_types` the bearer needs one each; none named is any.
    """

    mode: Literal["none", "jwt", "optional"] = "none"
    api_keys: Literal["refuse", "pass", "verify"] = "refuse"
    scopes: Names = []
    roles: Names = []
    user_types: Annotated[list[Literal["admin", "reseller", "customer"]], Meta(max_length=3)] = []
