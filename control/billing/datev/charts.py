"""Standard charts of accounts, and which account something belongs to. Pure.

Numbers are those of DATEV's SKR03 and SKR04. Revenue accounts marked automatic carry their own tax key there; a key beside them
would tax twice, which the import refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from control.billing.datev.models import AccountName, Chart, NewLedgerAccounts, RevenueAccount
from control.billing.tax.treatment import Reason

_NUMBERS: dict[AccountName, tuple[str, str]] = {
    "bank": ("1200", "1800"),
    "cash": ("1000", "1600"),
    "provider_clearing": ("1360", "1460"),
    "customer_credit": ("1700", "3500"),
    "deferred_revenue": ("0990", "3900"),
    "revenue": ("8200", "4200"),
    "tax": ("1770", "3800"),
    "late_fees": ("2700", "4830"),
    "payment_fees": ("4970", "6855"),
    "bad_debt": ("2400", "6930"),
    "exchange_gain": ("2660", "4840"),
    "exchange_loss": ("2150", "6880"),
    "credit_adjustments": ("4900", "6300"),
    "supplier_costs": ("3100", "5900"),
    "supplier_payable": ("1701", "3501"),
}
_PLACE: dict[Chart, int] = {"skr03": 0, "skr04": 1}


def _sold(
    reason: Reason, accounts: tuple[str, str], rate: str | None = None, country: str = "", taxes: tuple[str, str] | None = None
) -> tuple[RevenueAccount, RevenueAccount]:
    percent = None if rate is None else Decimal(rate)
    automatic = taxes is None and accounts != _NUMBERS["revenue"] and reason != "small_business"
    skr03, skr04 = (
        RevenueAccount(
            reason=reason,
            rate=percent,
            country=country,
            account=number,
            automatic=automatic,
            tax_account=taxes[n] if taxes else "",
        )
        for n, number in enumerate(accounts)
    )
    return skr03, skr04


_REVENUE = [
    _sold("domestic", ("8400", "4400"), "19", "DE"),
    _sold("domestic", ("8300", "4300"), "7", "DE"),
    _sold("domestic", ("8200", "4200"), "0", "DE"),
    _sold("below_threshold", ("8400", "4400"), "19", "DE"),
    _sold("below_threshold", ("8300", "4300"), "7", "DE"),
    _sold("below_threshold", ("8200", "4200"), "0", "DE"),
    _sold("reverse_charge", ("8336", "4336")),
    _sold("outside_scope", ("8338", "4338")),
    _sold("oss", ("8339", "4339"), taxes=("1768", "3818")),
    _sold("small_business", ("8195", "4185"), country="DE"),
]
"""Exempt customers have no account here: which one it is depends on why they are exempt."""


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's chart with all that it says itself."""

    length: int
    numbers: dict[AccountName, str]
    revenue: Sequence[RevenueAccount]

    def rule(self, reason: str, rate: Decimal, country: str) -> RevenueAccount | None:
        """Where such sales go; the first that fits."""
        for one in self.revenue:
            if one.reason == reason and one.rate in (None, rate) and one.country in ("", country):
                return one
        return None


def accounts_of(settings: NewLedgerAccounts) -> Accounts:
    """The chart in force: what the seller says before what the chart says, in the seller's length."""
    numbers: dict[AccountName, str] = {}
    revenue = list(settings.revenue)
    place = _PLACE.get(settings.chart)
    if place is not None:
        numbers = {name: both[place] for name, both in _NUMBERS.items()}
        revenue += [both[place] for both in _REVENUE]
    length = settings.account_length
    return Accounts(
        length=length,
        numbers={name: long(number, length) for name, number in (numbers | settings.accounts).items()},
        revenue=[
            msgspec.structs.replace(
                one, account=long(one.account, length), tax_account=long(one.tax_account, length) if one.tax_account else ""
            )
            for one in revenue
        ],
    )


def long(number: str, length: int) -> str:
    """An account's number in the length of the books: DATEV adds zeros at the end."""
    return number.ljust(length, "0")


def first_debtor(length: int) -> int:
    """The first of the accounts of customers: one digit more than other accounts, up to sixty-nine thousands of them."""
    return int(10**length)


def last_debtor(length: int) -> int:
    """The last of them; after it come suppliers."""
    return int(7 * 10**length) - 1
