"""The file of rates: whole, without overlaps or holes, and right on days that are known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from control.billing.addresses import EU, countries
from control.billing.tax.rates import Component, Rate, built_in, find


def _series() -> dict[tuple[str, str, str], list[Rate]]:
    found: dict[tuple[str, str, str], list[Rate]] = {}
    for rate in sorted(built_in(), key=lambda one: one.valid_from):
        found.setdefault((rate.country, rate.region, rate.tax_class), []).append(rate)
    return found


def test_no_two_rates_hold_on_one_day_and_none_is_missing() -> None:
    for key, rates in _series().items():
        for before, after in pairwise(rates):
            assert before.valid_to is not None, key
            assert after.valid_from == before.valid_to + timedelta(days=1), key
        if key[2] == "standard":
            assert rates[-1].valid_to is None, key


def test_the_table_is_whole() -> None:
    known = {(rate.country, rate.region) for rate in built_in() if rate.tax_class == "standard"}
    for country in EU | {"GB", "CH", "LI", "NO", "IS", "CA"}:
        assert (country, "") in known
        found = find(country, "", "standard", date(2020, 1, 1))
        assert found is not None
    assert sum(1 for country, region in known if country == "US") == 51
    assert {rate.country for rate in built_in()} <= countries()
    for rate in built_in():
        assert rate.source, rate
        assert Decimal(0) <= rate.percent <= Decimal(27), rate
        assert rate.percent == sum((one.percent for one in rate.components), Decimal(0)) or not rate.components, rate


@pytest.mark.parametrize(
    ("country", "region", "tax_class", "on", "percent"),
    [
        ("DE", "", "standard", "2020-06-30", "19"),
        ("DE", "", "standard", "2020-07-01", "16"),
        ("DE", "", "reduced", "2020-12-31", "5"),
        ("DE", "", "standard", "2021-01-01", "19"),
        ("IE", "", "standard", "2020-09-01", "21"),
        ("IE", "", "standard", "2021-02-28", "21"),
        ("IE", "", "standard", "2021-03-01", "23"),
        ("IE", "", "super_reduced", "2026-11-25", "4.8"),
        ("IE", "", "hospitality", "2026-07-01", "9"),
        ("EE", "", "standard", "2023-12-31", "20"),
        ("EE", "", "standard", "2024-01-01", "22"),
        ("EE", "", "standard", "2025-07-01", "24"),
        ("EE", "", "reduced", "2025-01-01", "13"),
        ("LU", "", "standard", "2023-06-01", "16"),
        ("LU", "", "parking", "2023-06-01", "13"),
        ("LU", "", "standard", "2024-01-01", "17"),
        ("FI", "", "standard", "2024-08-31", "24"),
        ("FI", "", "standard", "2024-09-01", "25.5"),
        ("FI", "", "reduced", "2026-01-01", "13.5"),
        ("SK", "", "standard", "2025-01-01", "23"),
        ("RO", "", "standard", "2025-07-31", "19"),
        ("RO", "", "standard", "2025-08-01", "21"),
        ("RO", "", "reduced", "2025-08-01", "11"),
        ("LT", "", "reduced", "2026-01-01", "12"),
        ("CZ", "", "reduced", "2024-01-01", "12"),
        ("HU", "", "standard", "2026-11-25", "27"),
        ("FR", "", "super_reduced", "2026-11-25", "2.1"),
        ("FR", "RE", "standard", "2026-11-25", "8.5"),
        ("PT", "20", "standard", "2021-06-30", "18"),
        ("PT", "20", "standard", "2021-07-01", "16"),
        ("PT", "30", "standard", "2026-11-25", "22"),
        ("AT", "JM", "standard", "2026-11-25", "19"),
        ("AT", "Tirol", "standard", "2026-11-25", "20"),
        ("ES", "CN", "standard", "2026-11-25", "7"),
        ("GB", "", "hospitality", "2021-10-01", "12.5"),
        ("CH", "", "standard", "2023-12-31", "7.7"),
        ("CH", "", "standard", "2024-01-01", "8.1"),
        ("LI", "", "reduced", "2024-01-01", "2.6"),
        ("NO", "", "second_reduced", "2020-04-01", "6"),
        ("IS", "", "standard", "2026-11-25", "24"),
        ("CA", "ON", "standard", "2026-11-25", "13"),
        ("CA", "NS", "standard", "2025-03-31", "15"),
        ("CA", "NS", "standard", "2025-04-01", "14"),
        ("CA", "QC", "standard", "2026-11-25", "14.975"),
        ("CA", "AB", "standard", "2026-11-25", "5"),
        ("US", "TX", "standard", "2026-11-25", "6.25"),
        ("US", "TX", "saas", "2026-11-25", "5"),
        ("US", "CA", "saas", "2026-11-25", "0"),
        ("US", "MD", "saas", "2025-07-01", "3"),
        ("US", "OR", "standard", "2026-11-25", "0"),
        ("US", "LA", "standard", "2025-01-01", "5"),
        ("DE", "", "saas", "2026-11-25", "19"),
    ],
)
def test_known_days(country: str, region: str, tax_class: str, on: str, percent: str) -> None:
    found = find(country, region, tax_class, date.fromisoformat(on))
    assert found is not None
    assert found.percent == Decimal(percent)


@pytest.mark.parametrize(
    ("country", "region", "tax_class", "on"),
    [
        ("US", "", "standard", "2026-11-25"),
        ("ES", "CE", "cheap", "2026-11-25"),
        ("DE", "", "second_reduced", "2026-11-25"),
        ("CZ", "", "second_reduced", "2024-01-01"),
        ("BR", "", "standard", "2026-11-25"),
        ("DE", "", "standard", "2006-12-31"),
    ],
)
def test_what_is_not_known_is_not_guessed(country: str, region: str, tax_class: str, on: str) -> None:
    assert find(country, region, tax_class, date.fromisoformat(on)) is None


def _own(country: str, region: str, tax_class: str, percent: str, since: str, until: str | None = None) -> Rate:
    return Rate(
        country=country,
        region=region,
        tax_class=tax_class,
        percent=Decimal(percent),
        valid_from=date.fromisoformat(since),
        valid_to=None if until is None else date.fromisoformat(until),
    )


def test_own_rates_stand_before_the_file() -> None:
    own = [
        _own("US", "NY", "standard", "8.875", "2026-01-01"),
        _own("DE", "", "standard", "20", "2027-01-01"),
        _own("FR", "", "standard", "21", "2026-01-01", "2026-06-30"),
    ]
    cases = [
        ("US", "NY", "2026-11-25", "8.875"),
        ("US", "NY", "2025-11-25", "4"),
        ("DE", "", "2026-12-31", "19"),
        ("DE", "", "2027-01-01", "20"),
        ("FR", "", "2026-06-30", "21"),
        ("FR", "", "2026-07-01", "20"),
    ]
    for country, region, on, percent in cases:
        found = find(country, region, "standard", date.fromisoformat(on), own)
        assert found is not None
        assert found.percent == Decimal(percent), (country, on)
    # A state's saas rate of nothing is not overtaken by the seller's rate for everything else.
    free = find("US", "CA", "saas", date(2026, 11, 25), [_own("US", "CA", "standard", "9.5", "2026-01-01")])
    assert free is not None
    assert free.percent == 0


def test_two_taxes_make_one_rate() -> None:
    found = find("CA", "QC", "standard", date(2026, 11, 25))
    assert found is not None
    assert found.components == (
        Component(name="GST", percent=Decimal(5)),
        Component(name="QST", percent=Decimal("9.975")),
    )
