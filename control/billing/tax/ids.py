"""Tax ids: their form, and which state gave them. Whether an id is in use is asked by a job; see checking.py."""

from __future__ import annotations

from typing import Literal

from stdnum.ch import vat as ch_vat
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.no import mva as no_vat

from control.billing.addresses import EU, Address, countries
from control.billing.tax.places import place_of
from control.billing.tax.regions import REGIONS
from control.billing.texts import line_error
from control.core.errors import FieldError
from control.core.words import said

Status = Literal["none", "pending_verification", "valid", "invalid", "unchecked"]
_REGISTERED_PARTS = {"ES": {"CN", "CE", "ML"}, "IT": {"CAMPIONE"}}


def member_state_of(tax_id: str) -> str:
    """The member state of a VAT id, as a country of ISO 3166-1; empty for any other id."""
    prefix = {"EL": "GR"}.get(tax_id[:2], tax_id[:2])
    return prefix if prefix in EU else ""


def is_asked_of_vies(tax_id: str) -> bool:
    """Whether VIES knows ids of this kind: those of member states, and Northern Ireland's for goods."""
    return tax_id[:2] == "XI" or member_state_of(tax_id) != ""


def checked(pointer: str, tax_id: str, address: Address) -> tuple[str, Status, FieldError | None]:
    """An id in one form, what is known of it, and what is wrong with its form for somebody at this address."""
    place = place_of(address.country, address.postal_code, address.region, address.city)
    error = line_error(pointer, tax_id)
    if error is not None:
        return "", "none", error
    try:
        if place.country in EU:
            return _european(tax_id), "pending_verification", None
        if place.country == "GB" and tax_id.strip().upper().startswith("XI"):
            return _european(tax_id), "pending_verification", None
        if place.country == "GB":
            return f"GB{gb_vat.validate(tax_id)}", "unchecked", None
        if place.country == "CH":
            return ch_vat.validate(tax_id), "unchecked", None
        if place.country == "NO":
            return f"NO{no_vat.validate(tax_id)}", "unchecked", None
    except ValidationError:
        return "", "none", FieldError(pointer, said("is not a VAT id of %(country)s", country=address.country))
    return tax_id.strip(), "unchecked", None


def _european(tax_id: str) -> str:
    found = str(eu_vat.validate(tax_id))
    # The library takes GR for Greece and gives it back; documents and VIES say EL.
    return f"EL{found[2:]}" if found.startswith("GR") else found


def registration_error(pointer: str, code: str) -> FieldError | None:
    """What is wrong with a place where a seller says it is registered."""
    country, _, region = code.partition("-")
    if country not in countries():
        return FieldError(pointer, "is not a country of ISO 3166-1, or one of its states, such as US-NY")
    if country == "US" and not region:
        return FieldError(pointer, "needs a state, such as US-NY")
    known = set(REGIONS.get(country, {}).values()) | _REGISTERED_PARTS.get(country, set())
    if region and region not in known:
        return FieldError(pointer, said("is no part of %(country)s that taxes by itself", country=country))
    return None
