"""Statements as ISO 20022 camt.053, versions 02 to 13: the elements used here are in all of them. Pure.

An entry with details of each transaction is read as so many lines when their amounts add up to its own; else it is one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec
from lxml import etree

from control.billing.payments.statements.lines import MOST_LINES, Line, Statement, StatementError, referenced
from control.core.words import N_, Said, said

_NAMESPACE = re.compile(r"^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])$")
_AMOUNT = re.compile(r"^[0-9]{1,13}(\.[0-9]{1,5})?$")
_NONE = frozenset({"", "NOTPROVIDED", "NONREF"})


def read(content: bytes) -> list[Statement]:
    """The statements of a file. Raises StatementError; declarations of entities and documents of other kinds are refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StatementError(said("is no XML: %(reason)s", reason=str(error))) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise StatementError(N_("has a document type declaration"))
    namespace = etree.QName(root).namespace or ""
    if not _NAMESPACE.match(namespace):
        raise StatementError(_other(namespace))
    found = [_statement(one, n) for n, one in enumerate(_each(root, "BkToCstmrStmt", "Stmt"), 1)]
    if not found:
        raise StatementError(N_("has no statement"))
    if sum(len(one.lines) for one in found) > MOST_LINES:
        raise StatementError(said("has more than %(most)s entries", most=MOST_LINES))
    return found


def _statement(statement: etree._Element, number: int) -> Statement:
    where = said("statement %(number)s", number=number)
    account = _text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id")
    if not account:
        raise StatementError(N_("names no account"), where)
    lines: list[Line] = []
    for n, entry in enumerate(_each(statement, "Ntry"), 1):
        lines += _entry(entry, said("%(place)s, entry %(number)s", place=where, number=n))
    balances = {
        _text(one, "Tp", "CdOrPrtry", "Cd"): _signed(one, where)[0] for one in _each(statement, "Bal") if _text(one, "Amt")
    }
    currency = _text(statement, "Acct", "Ccy") or (lines[0].currency if lines else "EUR")
    return Statement(
        format="camt.053",
        account=account.replace(" ", "")[:34],
        currency=currency,
        statement_id=_text(statement, "Id")[:100],
        opening=balances.get("OPBD", balances.get("PRCD")),
        closing=balances.get("CLBD"),
        lines=referenced(lines),
    )


def _other(namespace: str) -> Said:
    """What another kind of document is told."""
    if not namespace:
        return said("is no camt.053 document, but without a namespace")
    return said("is no camt.053 document, but %(namespace)s", namespace=namespace[:100])


def _entry(entry: etree._Element, where: str) -> Iterator[Line]:
    """What an entry books; nothing for one that is not booked yet."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status not in ("", "BOOK"):
        return
    amount, currency = _signed(entry, where)
    on = _date(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm") or _text(entry, "ValDt", "Dt"), where)
    reference = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    whole = Line(
        booked_on=on,
        amount=amount,
        currency=currency,
        reference=reference[:100],
        remittance=_text(entry, "AddtlNtryInf")[:1000],
        batch_reference=_known(_text(entry, "NtryDtls", "Btch", "PmtInfId")),
    )
    details = list(_each(entry, "NtryDtls", "TxDtls"))
    if len(details) == 1:
        yield _detail(details[0], whole, amount, reference)
        return
    found = [_detail_amount(one, where) for one in details]
    amounts = [one for one in found if one is not None]
    if not details or len(amounts) < len(details) or sum(amounts, Decimal(0)) != abs(amount):
        yield whole
        return
    sign = 1 if amount > 0 else -1
    for n, (one, part) in enumerate(zip(details, amounts, strict=True), 1):
        own = _text(one, "Refs", "AcctSvcrRef")
        yield _detail(one, whole, sign * part, own if own and own != reference else f"{reference}/{n}" if reference else "")


def _detail(detail: etree._Element, whole: Line, amount: Decimal, reference: str) -> Line:
    side = "Dbtr" if amount > 0 else "Cdtr"
    # A returned direct debit goes out to who was the debtor of it.
    code = _text(detail, "RtrInf", "Rsn", "Cd") or _text(detail, "RtrInf", "Rsn", "Prtry")
    if code and amount < 0:
        side = "Dbtr"
    name = _text(detail, "RltdPties", side, "Nm") or _text(detail, "RltdPties", side, "Pty", "Nm")
    free = " ".join(one.text or "" for one in _each(detail, "RmtInf", "Ustrd"))
    return msgspec.structs.replace(
        whole,
        amount=amount,
        reference=reference[:100],
        counterparty=_plain(name)[:140],
        counterparty_iban=_text(detail, "RltdPties", f"{side}Acct", "Id", "IBAN").replace(" ", "")[:34],
        remittance=_plain(free or whole.remittance)[:1000],
        creditor_reference=_text(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref")[:35],
        end_to_end_id=_known(_text(detail, "Refs", "EndToEndId")),
        batch_reference=_known(_text(detail, "Refs", "PmtInfId")) or whole.batch_reference,
        return_code=code[:10],
    )


def _detail_amount(detail: etree._Element, where: str) -> Decimal | None:
    text = _text(detail, "AmtDtls", "TxAmt", "Amt") or _text(detail, "Amt")
    return _amount(text, where) if text else None


def _signed(element: etree._Element, where: str) -> tuple[Decimal, str]:
    found = next(_each(element, "Amt"), None)
    if found is None:
        raise StatementError(N_("has no amount"), where)
    amount = _amount((found.text or "").strip(), where)
    direction = _text(element, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise StatementError(N_("is neither credit nor debit"), where)
    return (amount if direction == "CRDT" else -amount), found.get("Ccy", "EUR")


def _amount(text: str, where: str) -> Decimal:
    if not _AMOUNT.match(text):
        raise StatementError(said("'%(text)s' is no amount", text=text[:40]), where)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise StatementError(said("'%(text)s' is no amount", text=text[:40]), where) from None


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise StatementError(said("'%(text)s' is no day", text=text[:40]), where) from None


def _known(text: str) -> str:
    return "" if text.upper() in _NONE else text[:35]


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _each(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """The elements at a path of local names."""
    name, rest = path[0], path[1:]
    for child in element:
        tag = str(child.tag)
        if tag[tag.rfind("}") + 1 :] == name:
            if rest:
                yield from _each(child, *rest)
            else:
                yield child


def _text(element: etree._Element, *path: str) -> str:
    found = next(_each(element, *path), None)
    return "" if found is None else (found.text or "").strip()
