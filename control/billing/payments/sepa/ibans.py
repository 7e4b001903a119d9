"""Accounts that SEPA direct debits can be collected from. Pure."""

from __future__ import annotations

import re

from stdnum import bic as bic_codes
from stdnum import iban as ibans
from stdnum.exceptions import InvalidChecksum, ValidationError

from control.billing.addresses import EU
from control.core.words import N_

EEA = EU | {"IS", "LI", "NO"}
LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""How long an IBAN is (register of ISO 13616), by countries of SEPA (EPC409-09). Jersey, Guernsey and Man
have the code of GB, overseas parts of France that of FR."""
NO_IBAN = N_("is not an IBAN")
NO_SEPA = N_("is of a country in which SEPA direct debits are not collected")
LENGTH = N_("is too short or too long for its country")
MISTYPED = N_("is mistyped: its check digits do not fit")
NO_BIC = N_("is not a BIC")
_FORM = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")


def checked(text: str) -> str:
    """An IBAN without spaces. Raises ValueError, which says what is wrong."""
    iban = ibans.compact(text)
    if not _FORM.fullmatch(iban):
        raise ValueError(NO_IBAN)
    length = LENGTHS.get(iban[:2])
    if length is None:
        raise ValueError(NO_SEPA)
    if len(iban) != length:
        raise ValueError(LENGTH)
    try:
        # Not by lists of a country's banks: they age, and a new bank's customers would be refused.
        return ibans.validate(iban, check_country=False)
    except InvalidChecksum:
        raise ValueError(MISTYPED) from None
    except ValidationError:
        raise ValueError(NO_IBAN) from None


def checked_bic(text: str) -> str:
    """A BIC; empty for none. Raises ValueError."""
    try:
        return bic_codes.validate(text) if text else ""
    except ValidationError:
        raise ValueError(NO_BIC) from None


def wants_address(iban: str) -> bool:
    """Whether the scheme wants the address of the debtor and the BIC of their bank: outside of the European Economic Area
    (EPC130-08)."""
    return iban[:2] not in EEA
