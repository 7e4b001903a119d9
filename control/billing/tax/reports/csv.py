"""Returns as tables for a spreadsheet or a tax office's upload. Names of taxes are people's own words, and no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from control.billing.reports.tables import cell
from control.billing.tax.reports.models import EcSalesList, OssReport, VatReport


def vat(report: VatReport) -> str:
    """One line for each place, treatment and rate, and one more for each tax that a rate is made of."""
    lines: list[Sequence[object]] = []
    for row in report.rows:
        key = (row.country, row.region, row.reason, row.category, row.rate)
        lines.append((*key, "", row.taxable, row.tax))
        lines += [(*key, part.name, "", part.tax) for part in row.parts]
    return _table(("country", "region", "reason", "category", "rate", "part", "taxable", "tax"), lines)


def oss(report: OssReport) -> str:
    """One line for each member state and rate, then those of what is corrected of earlier quarters."""
    lines: list[Sequence[object]] = [("sales", row.country, "", row.rate, row.taxable, row.tax) for row in report.rows]
    lines += [("correction", row.country, row.quarter, "", row.taxable, row.tax) for row in report.corrections]
    return _table(("kind", "country", "quarter", "rate", "taxable", "tax"), lines)


def ec_sales(report: EcSalesList) -> str:
    """One line for each VAT id: its state as VIES writes it, its number, and S for services."""
    lines = [(row.tax_id[:2], row.tax_id[2:], "S", row.amount) for row in report.rows]
    return _table(("country", "number", "kind", "amount"), lines)


def _table(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(heads)
    for line in lines:
        writer.writerow(cell(one) for one in line)
    return made.getvalue()
