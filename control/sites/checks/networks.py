"""Networks as the gateway reads them."""

from __future__ import annotations

from ipaddress import ip_network

from control.core.errors import FieldError
from control.sites.bodies.common import Maintenance


def check(pointer: str, texts: list[str]) -> tuple[list[str], list[FieldError]]:
    """The networks in the form address/length, and what is wrong with each."""
    found: list[str] = []
    errors: list[FieldError] = []
    for number, text in enumerate(texts):
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError:
            errors.append(FieldError(f"{pointer}/{number}", "is no network such as 192.0.2.0/24 or 2001:db8::/32"))
    return found, errors


def maintenance(value: Maintenance | None) -> tuple[Maintenance | None, list[FieldError]]:
    """Maintenance with its networks in the gateway's form."""
    if value is None:
        return None, []
    allow, errors = check("/maintenance/allow", value.allow)
    return Maintenance(on=value.on, retry_after_s=value.retry_after_s, message=value.message, allow=allow), errors
