"""From entries of the books to records of two accounts each, as DATEV takes them. Pure.

A document's receivable stands against each of its revenue accounts: with its tax where the account computes that itself, else
without, and the tax in a record of its own. What is sold for a time is moved to deferred revenue by a record without tax, so that
the accounts that returns are made of show all that was sold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import cast
from uuid import UUID

import msgspec

from control.billing.datev.charts import Accounts
from control.billing.datev.models import AccountName

_ZERO = Decimal(0)
_SALES = ("invoice", "debit_note", "credit_note")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the books, with what its entry says."""

    entry_id: UUID
    booked_on: date
    kind: str
    text: str
    account: str
    base_amount: Decimal
    customer_id: UUID | None
    document: str
    tax_country: str
    tax_reason: str
    tax_rate: Decimal | None
    tax_id: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An amount above zero between two accounts: a debit of `account` unless `is_credit`."""

    amount: Decimal
    is_credit: bool
    account: str
    contra: str
    bu_key: str = ""
    booked_on: date
    document: str
    text: str
    eu: str = ""
    """The customer's VAT id, or the member state whose tax it is."""
    eu_rate: Decimal | None = None


class Unmapped(msgspec.Struct, frozen=True, order=True):
    """What no account is known for."""

    what: str
    reason: str = ""
    country: str = ""
    rate: str = ""


class _Leg(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    amount: Decimal
    document: str = ""
    bu_key: str = ""
    eu: str = ""
    eu_rate: Decimal | None = None
    is_debtor: bool = False


class _Sale(msgspec.Struct):
    net: Decimal = _ZERO
    tax: Decimal = _ZERO
    deferred: Decimal = _ZERO


class Translator:
    """Turns entries into records and notes what it cannot turn."""

    def __init__(self, accounts: Accounts, debtors: Mapping[UUID, int]) -> None:
        self.accounts, self.debtors = accounts, debtors
        self.unmapped: set[Unmapped] = set()

    def records(self, lines: Sequence[Line]) -> list[Record]:
        """The records of lines that stand entry by entry. What `unmapped` names is left out: look there first."""
        found: list[Record] = []
        for _, group in groupby(lines, key=lambda line: line.entry_id):
            found += self._entry(list(group))
        return found

    def _entry(self, lines: Sequence[Line]) -> list[Record]:
        legs: list[_Leg] = []
        sales: dict[tuple[str, str, Decimal, str], _Sale] = {}
        for line in lines:
            if line.tax_reason:
                sale = sales.setdefault((line.tax_reason, line.tax_country, line.tax_rate or _ZERO, line.tax_id), _Sale())
                if line.account == "tax":
                    sale.tax += line.base_amount
                else:
                    sale.net += line.base_amount
                    sale.deferred += line.base_amount if line.account == "deferred_revenue" else _ZERO
            elif line.account == "receivable":
                legs.append(self._debtor(line, line.base_amount))
            else:
                legs.append(self._plain(line.account, line.base_amount, line.document))
        first = lines[0]
        if not sales:
            return _paired(_hub(legs), legs, first)
        # The customer's account, also where all of a credit note became the customer's credit.
        with_customer = next((line for line in lines if line.customer_id is not None), first)
        hub = next((leg for leg in legs if leg.is_debtor), None) or self._debtor(with_customer, _ZERO)
        found: list[Record] = []
        for (reason, country, rate, tax_id), sale in sales.items():
            legs += self._sold(reason, country, rate, tax_id, sale)
            if sale.deferred:
                moved = [
                    self._plain("revenue", -sale.deferred, hub.document),
                    self._plain("deferred_revenue", sale.deferred, hub.document),
                ]
                found += _paired(moved[0], moved, first)
        return _paired(hub, legs, first) + found

    def _sold(self, reason: str, country: str, rate: Decimal, tax_id: str, sale: _Sale) -> list[_Leg]:
        rule = self.accounts.rule(reason, rate, country)
        if rule is None:
            self.unmapped.add(Unmapped("revenue", reason, country, f"{rate.normalize():f}"))
            return []
        eu = tax_id or (country if reason == "oss" else "")
        eu_rate = rate if reason == "oss" else None
        if rule.automatic:
            return [_Leg(account=rule.account, amount=sale.net + sale.tax, bu_key=rule.bu_key, eu=eu, eu_rate=eu_rate)]
        legs = [_Leg(account=rule.account, amount=sale.net, bu_key=rule.bu_key, eu=eu, eu_rate=eu_rate)]
        if sale.tax:
            number = rule.tax_account or self._number("tax")
            legs.append(_Leg(account=number, amount=sale.tax, eu=eu, eu_rate=eu_rate))
        return legs

    def _debtor(self, line: Line, amount: Decimal) -> _Leg:
        number = None if line.customer_id is None else self.debtors.get(line.customer_id)
        if number is None:
            self.unmapped.add(Unmapped("customer"))
        return _Leg(account=str(number or ""), amount=amount, document=line.document, is_debtor=True)

    def _plain(self, account: str, amount: Decimal, document: str) -> _Leg:
        if account == "exchange_difference":
            account = "exchange_loss" if amount > 0 else "exchange_gain"
        return _Leg(account=self._number(account), amount=amount, document=document)

    def _number(self, account: str) -> str:
        number = self.accounts.numbers.get(cast("AccountName", account))
        if number is None:
            self.unmapped.add(Unmapped(account))
        return number or ""


def _hub(legs: Sequence[_Leg]) -> _Leg:
    """The leg that all others stand against: the invoice's where there is one, so that the bank has what the bank's statement
    says; where there are several, none of theirs, so that each has its record."""
    debtors = [leg for leg in legs if leg.is_debtor]
    return debtors[0] if len(debtors) == 1 else max(legs, key=lambda leg: (not leg.is_debtor, abs(leg.amount)))


def _paired(hub: _Leg, legs: Sequence[_Leg], of: Line) -> list[Record]:
    """Each leg against the hub. What the hub itself has comes of that: an entry adds up to nothing."""
    found = []
    for leg in legs:
        if leg is hub or leg.account == hub.account or not leg.amount:
            continue
        found.append(
            Record(
                amount=abs(leg.amount),
                is_credit=leg.amount > 0,
                account=hub.account,
                contra=leg.account,
                bu_key=leg.bu_key,
                booked_on=of.booked_on,
                document=(hub.document if hub.is_debtor else leg.document) or leg.document or hub.document,
                text=of.text,
                eu=leg.eu,
                eu_rate=leg.eu_rate,
            )
        )
    return found
