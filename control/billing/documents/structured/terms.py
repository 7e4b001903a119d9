"""The business terms of EN 16931-1 that our documents have; BT and BG numbers are the standard's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from control.billing.addresses import Address

Profile = Literal["en16931", "xrechnung"]
CUSTOMIZATION: dict[Profile, str] = {
    "en16931": "urn:cen.eu:en16931:2017",
    "xrechnung": "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
}
"""BT-24."""
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
"""BT-23."""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """BG-4 or BG-7, with address and contact."""

    name: str
    address: Address
    email: str
    """BT-34 or BT-49, and BT-43 or BT-58."""
    identifier: str = ""
    """BT-29 or BT-46."""
    registration: str = ""
    """BT-30 or BT-47."""
    vat_id: str = ""
    """BT-31 or BT-48."""
    tax_number: str = ""
    """BT-32."""
    contact: str = ""
    """BT-41 or BT-56."""
    phone: str = ""
    """BT-42 or BT-57."""


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """BG-27, an allowance of a line; BG-28, a charge, on lines below zero. The amount is never below zero."""

    is_charge: bool
    amount: Decimal
    reason: str
    percent: Decimal | None = None
    base: Decimal | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """BG-25. Quantity times price by base quantity, less the reduction, is the net amount. Both days are included."""

    id: str
    name: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    base_quantity: Decimal | None
    reduction: Reduction | None
    net: Decimal
    category: str
    rate: Decimal | None
    first_day: date | None
    last_day: date | None


class Tax(msgspec.Struct, frozen=True, kw_only=True):
    """BG-23."""

    category: str
    rate: Decimal | None
    taxable: Decimal
    tax: Decimal
    reason: str
    reason_code: str


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """BG-17."""

    iban: str
    holder: str
    bic: str


class Structured(msgspec.Struct, frozen=True, kw_only=True):
    """A document by its business terms."""

    number: str
    type_code: str
    issued_on: date
    due_date: date | None
    currency: str
    tax_currency: str | None
    tax_in_tax_currency: Decimal | None
    buyer_reference: str
    notes: list[str]
    corrected_number: str
    corrected_on: date | None
    seller: Party
    buyer: Party
    delivered_on: date | None
    first_day: date | None
    last_day: date | None
    means_code: str
    transfer: Transfer | None
    terms: str
    taxes: list[Tax]
    lines: list[Line]
    net: Decimal
    tax: Decimal
    total: Decimal
