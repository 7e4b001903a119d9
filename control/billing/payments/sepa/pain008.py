"""Files of direct debits: ISO 20022 pain.008.001.08, as the SEPA rulebooks (EPC016-06, EPC222-07) narrow it. Pure.

One block (`PmtInf`) for each sequence type, with its own count and sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec
from lxml import etree

from control.billing.addresses import Address
from control.billing.payments.sepa.letters import sepa_text

Scheme = Literal["CORE", "B2B"]
Sequence_ = Literal["FRST", "RCUR", "OOFF", "FNAL"]
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"
ORDER: tuple[Sequence_, ...] = ("FRST", "RCUR", "OOFF", "FNAL")
_CENT = Decimal("0.01")


class Creditor(msgspec.Struct, frozen=True, kw_only=True):
    """Who collects."""

    name: str
    iban: str
    bic: str
    creditor_id: str


class Debit(msgspec.Struct, frozen=True, kw_only=True):
    """One collection in euros."""

    end_to_end_id: str
    amount: Decimal
    sequence: Sequence_
    mandate_reference: str
    mandate_signed_on: date
    name: str
    iban: str
    bic: str
    remittance: str
    address: Address | None = None
    """Where the debtor is: for accounts outside of the European Economic Area."""


def block_id(message_id: str, sequence: str) -> str:
    """The id of the block of one sequence type: statements name it for the sum of the block."""
    return f"{message_id}-{sequence}"


def write(
    message_id: str, created_at: datetime, creditor: Creditor, scheme: Scheme, collected_on: date, debits: Sequence[Debit]
) -> bytes:
    """The file. `message_id` has at most 30 characters. Raises ValueError for no debits, or amounts that are no cents above 0."""
    if not debits or any(one.amount <= 0 or one.amount != one.amount.quantize(_CENT) for one in debits):
        raise ValueError("a file needs debits of whole cents above nought")
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the default namespace
    root = _in(document, "CstmrDrctDbtInitn")
    head = _in(root, "GrpHdr")
    _in(head, "MsgId", text=message_id)
    _in(head, "CreDtTm", text=created_at.replace(microsecond=0, tzinfo=None).isoformat())
    _sums(head, debits)
    _in(head, "InitgPty", "Nm", text=sepa_text(creditor.name, 70))
    for sequence in ORDER:
        chosen = [one for one in debits if one.sequence == sequence]
        if chosen:
            _block(root, message_id, creditor, scheme, collected_on, sequence, chosen)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _block(
    root: etree._Element,
    message_id: str,
    creditor: Creditor,
    scheme: Scheme,
    collected_on: date,
    sequence: Sequence_,
    debits: Sequence[Debit],
) -> None:
    block = _in(root, "PmtInf")
    _in(block, "PmtInfId", text=block_id(message_id, sequence))
    _in(block, "PmtMtd", text="DD")
    _in(block, "BtchBookg", text="true")
    _sums(block, debits)
    kind = _in(block, "PmtTpInf")
    _in(kind, "SvcLvl", "Cd", text="SEPA")
    _in(kind, "LclInstrm", "Cd", text=scheme)
    _in(kind, "SeqTp", text=sequence)
    _in(block, "ReqdColltnDt", text=collected_on.isoformat())
    _in(block, "Cdtr", "Nm", text=sepa_text(creditor.name, 70))
    _in(block, "CdtrAcct", "Id", "IBAN", text=creditor.iban)
    _bank(block, "CdtrAgt", creditor.bic)
    _in(block, "ChrgBr", text="SLEV")
    scheme_id = _in(block, "CdtrSchmeId", "Id", "PrvtId", "Othr")
    _in(scheme_id, "Id", text=creditor.creditor_id)
    _in(scheme_id, "SchmeNm", "Prtry", text="SEPA")
    for one in debits:
        debit = _in(block, "DrctDbtTxInf")
        _in(debit, "PmtId", "EndToEndId", text=one.end_to_end_id)
        _in(debit, "InstdAmt", text=f"{one.amount:.2f}").set("Ccy", "EUR")
        mandate = _in(debit, "DrctDbtTx", "MndtRltdInf")
        _in(mandate, "MndtId", text=one.mandate_reference)
        _in(mandate, "DtOfSgntr", text=one.mandate_signed_on.isoformat())
        _bank(debit, "DbtrAgt", one.bic)
        debtor = _in(debit, "Dbtr")
        _in(debtor, "Nm", text=sepa_text(one.name, 70))
        if one.address is not None:
            _place(debtor, one.address)
        _in(debit, "DbtrAcct", "Id", "IBAN", text=one.iban)
        _in(debit, "RmtInf", "Ustrd", text=sepa_text(one.remittance, 140))


def _place(above: etree._Element, address: Address) -> None:
    """An address in parts: banks no longer take lines without form."""
    place = _in(above, "PstlAdr")
    street = ", ".join(filter(None, (address.line1, address.line2)))
    for name, text, most in (("StrtNm", street, 70), ("PstCd", address.postal_code, 16), ("TwnNm", address.city, 35)):
        if text:
            _in(place, name, text=sepa_text(text, most))
    _in(place, "Ctry", text=address.country)


def _bank(above: etree._Element, name: str, bic: str) -> None:
    if bic:
        _in(above, name, "FinInstnId", "BICFI", text=bic)
    else:
        _in(above, name, "FinInstnId", "Othr", "Id", text="NOTPROVIDED")


def _sums(above: etree._Element, debits: Sequence[Debit]) -> None:
    _in(above, "NbOfTxs", text=str(len(debits)))
    _in(above, "CtrlSum", text=f"{sum((one.amount for one in debits), Decimal(0)):.2f}")


def _in(above: etree._Element, *path: str, text: str | None = None) -> etree._Element:
    """Elements below one another; the last one with a text."""
    for step in path:
        above = etree.SubElement(above, f"{{{NAMESPACE}}}{step}")
    above.text = text
    return above
