"""Simple rules: conditions in the gateway's form, and what is wrong with them."""

from __future__ import annotations

import msgspec

from control.core.errors import FieldError
from control.security.bodies.match import Match
from control.sites.checks import headers, networks, paths


def check(value: Match) -> tuple[Match, list[FieldError]]:
    """The conditions with networks normalised, and every field that is wrong."""
    errors: list[FieldError] = []
    if not any(msgspec.structs.asdict(value).values()):
        errors.append(FieldError("/conditions", "needs at least one condition"))
    for number, path in enumerate(value.paths):
        bare = path.removesuffix("*")
        try:
            if "*" in bare:
                raise paths.PathError("has * at its end only")
            # A beginning may end within a segment, where the normal form has no say.
            paths.plain(bare)
        except paths.PathError as error:
            errors.append(FieldError(f"/conditions/paths/{number}", str(error)))
    for number, header in enumerate(value.headers):
        pointer = f"/conditions/headers/{number}"
        if not headers.is_token(header.name):
            errors.append(FieldError(f"{pointer}/name", "is no name of a header field"))
        if (header.how == "absent") != (header.value == ""):
            errors.append(FieldError(f"{pointer}/value", "is needed, but for absent"))
        elif not header.value.isprintable():
            errors.append(FieldError(f"{pointer}/value", "holds a control character"))
    nets, wrong = networks.check("/conditions/networks", value.networks)
    return msgspec.structs.replace(value, networks=nets), errors + wrong
