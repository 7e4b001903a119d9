"""A seller's chart of accounts, and the books of some days for DATEV."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.datev import queries as q
from control.billing.datev.charts import Accounts, accounts_of, first_debtor, last_debtor
from control.billing.datev.extf import LARGEST, MOST_RECORDS, Batch, written
from control.billing.datev.models import LedgerAccounts, NewLedgerAccounts
from control.billing.datev.records import Line, Record, Translator, Unmapped
from control.billing.money import number_error, present
from control.billing.settings import service as settings
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.words import N_, said

_CHARTS = {"skr03": "03", "skr04": "04", "custom": ""}
_MISSING = N_("Say first which accounts there are, in the billing settings.")


class _Debtor(msgspec.Struct, frozen=True):
    customer_id: UUID
    number: int


async def get(ctx: Context) -> LedgerAccounts:
    """The caller's. Raises NotFound when there are none yet."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(LedgerAccounts, q.SQL.get, organization_id=ctx.principal.organization_id)
    if found is None:
        raise NotFound("chart of accounts; PUT it first")
    return found


async def save(ctx: Context, data: NewLedgerAccounts) -> LedgerAccounts:
    """Set all. Raises ValidationFailed, and Conflict for another length once customers have numbers."""
    organization_id = ctx.principal.organization_id
    _check(data)
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.lock, organization_id=organization_id)
        before = await tx.maybe(LedgerAccounts, q.SQL.get, organization_id=organization_id)
        if before is not None:
            ctx.if_match(before.version)
            numbered = await tx.value(q.SQL.has_debtors, organization_id=organization_id)
            if before.account_length != data.account_length and numbered:
                raise Conflict("Customers have numbers of the present length already.", details={"field": "/account_length"})
        columns = msgspec.structs.asdict(data) | {
            "accounts": Jsonb(data.accounts),
            "revenue": Jsonb(msgspec.to_builtins(data.revenue)),
        }
        await tx.run(q.SQL.save, organization_id=organization_id, **columns)
        # The plain export shows these numbers as well.
        await tx.run(q.SQL.forget_numbers, organization_id=organization_id)
        rows = [{"account": name, "number": number} for name, number in accounts_of(data).numbers.items()]
        await tx.run(q.SQL.save_numbers, organization_id=organization_id, rows=Jsonb(rows))
        after = await tx.one(LedgerAccounts, q.SQL.get, organization_id=organization_id)
        await ctx.audit(
            tx,
            "ledger_accounts.updated",
            "ledger_accounts",
            organization_id,
            organization_id=organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "ledger_accounts.updated", organization_id, after)
    return after


async def export(ctx: Context, since: date, until: date) -> bytes:
    """The entries of some days of one fiscal year. Raises ValidationFailed, and Conflict that names what has no account."""
    organization_id = ctx.principal.organization_id
    if until < since:
        raise ValidationFailed(FieldError("until", "must not be before since"))
    async with ctx.transaction() as tx:
        seller = await settings.find(tx, organization_id)
        if seller.currency != "EUR":
            raise Conflict(
                said("DATEV keeps books in EUR, and yours are in %(currency)s: take journal.csv.", currency=seller.currency)
            )
        await tx.value(q.SQL.lock, organization_id=organization_id)
        kept = await tx.maybe(LedgerAccounts, q.SQL.get, organization_id=organization_id)
        if kept is None:
            raise Conflict(_MISSING)
        begin = fiscal_year(since, kept.fiscal_year_month)
        if fiscal_year(until, kept.fiscal_year_month) != begin:
            raise ValidationFailed(
                FieldError("until", said("must be in the fiscal year of since, which begins on %(day)s", day=begin))
            )
        accounts = accounts_of(kept)
        debtors = await _debtors(tx, organization_id, accounts, since, until)
        lines = await tx.all(Line, q.SQL.lines, organization_id=organization_id, since=since, until=until)
    records = _translated(lines, accounts, debtors)
    if len(records) > MOST_RECORDS:
        words = N_("takes %(number)s records, and a file holds %(most)s: take fewer days")
        raise ValidationFailed(FieldError("until", said(words, number=len(records), most=MOST_RECORDS)))
    batch = Batch(
        created_at=now(),
        consultant=kept.consultant_number,
        client=kept.client_number,
        fiscal_year=begin,
        account_length=kept.account_length,
        since=since,
        until=until,
        name=f"{seller.legal_name}",
        chart=_CHARTS[kept.chart],
    )
    return written(batch, records)


def fiscal_year(day: date, month: int) -> date:
    """The first day of the fiscal year that a day is in."""
    return date(day.year if day.month >= month else day.year - 1, month, 1)


def _translated(lines: list[Line], accounts: Accounts, debtors: dict[UUID, int]) -> list[Record]:
    translator = Translator(accounts, debtors)
    records = translator.records(lines)
    if translator.unmapped:
        missing = [_told(one) for one in sorted(translator.unmapped)]
        raise Conflict(
            said("No account is known for %(what)s; name it in the accounts of the billing settings.", what=missing[0]),
            details={"missing": [str(one) for one in missing]},
        )
    if any(record.amount > LARGEST for record in records):
        raise Conflict(said("An amount is larger than the %(most)s that DATEV takes.", most=LARGEST))
    return records


def _told(one: Unmapped) -> str:
    if one.what != "revenue" or not one.reason:
        return one.what
    return said(
        "revenue: reason %(reason)s, country %(country)s, rate %(rate)s", reason=one.reason, country=one.country, rate=one.rate
    )


async def _debtors(
    tx: Transaction, organization_id: UUID, accounts: Accounts, since: date, until: date
) -> dict[UUID, int]:  # fmt: skip
    """Accounts of customers, after each customer of these days has one. Raises Conflict when there are no more."""
    last = await tx.value(q.SQL.last_debtor, organization_id=organization_id)
    after = first_debtor(accounts.length) - 1 if last is None else int(last)
    await tx.run(q.SQL.give_debtors, organization_id=organization_id, after=after, since=since, until=until)
    found = await tx.all(_Debtor, q.SQL.debtors, organization_id=organization_id)
    if any(one.number > last_debtor(accounts.length) for one in found):
        raise Conflict("There are more customers than accounts of this length; agree on a longer one with your accountant.")
    return {one.customer_id: one.number for one in found}


def _check(data: NewLedgerAccounts) -> None:
    errors = [
        FieldError(f"/accounts/{name}", said("must have at most %(most)s digits", most=data.account_length))
        for name, number in data.accounts.items()
        if len(number) > data.account_length
    ]
    for n, rule in enumerate(data.revenue):
        errors += [
            FieldError(f"/revenue/{n}/{name}", said("must have at most %(most)s digits", most=data.account_length))
            for name in ("account", "tax_account")
            if len(getattr(rule, name)) > data.account_length
        ]
        if rule.rate is not None:
            errors += present([number_error(f"/revenue/{n}/rate", rule.rate, 4, most=Decimal(100))])
        if rule.automatic and rule.tax_account:
            errors.append(FieldError(f"/revenue/{n}/tax_account", "is for accounts that do not compute their tax themselves"))
        if rule.automatic and rule.bu_key:
            errors.append(FieldError(f"/revenue/{n}/bu_key", "would tax twice: an automatic account has its key already"))
        if rule.bu_key and rule.bu_key.lstrip("0") != "40" and rule.tax_account:
            errors.append(FieldError(f"/revenue/{n}/bu_key", "would tax twice: the tax has a record of its own"))
    if errors:
        raise ValidationFailed(errors)
