"""How the sale of a service is taxed: where, under which category of EN 16931, and on what law that rests.

Hosting is an electronically supplied service: among businesses it is taxed where the customer is (directive 2006/112/EC,
article 44) and the customer owes the tax (article 196); a private customer pays the tax of their own country (article 58),
which a seller below the threshold or outside the one-stop shop replaces by that of the seller's country (article 59c).
Switzerland, Norway and the United Kingdom follow the same plan. States of the US tax what is sold into them by who has a
presence or a registration there; Canada adds provinces to its federal tax.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from control.billing.invoices.totals import TaxCategory
from control.billing.tax.legal import reference
from control.billing.tax.places import Place, place_of
from control.billing.tax.rates import Rate, find
from control.billing.tax.regions import PROVINCIAL_TAX

Reason = Literal[
    "domestic", "oss", "below_threshold", "reverse_charge", "outside_scope", "exempt", "small_business", "no_rate", "compensation"
]  # fmt: skip
LATE_FEE = "late_fee"
"""The class of what a late payer owes beyond the price: compensation, for which nothing is supplied."""
_ZERO = Decimal(0)
_SALES_TAX = frozenset({"US", "CA"})
"""Countries where who is registered charges businesses too."""


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of who sells. `registrations` are places abroad where the seller charges tax: `GB`, `US-NY`, `CA-QC`."""

    country: str
    postal_code: str = ""
    region: str = ""
    city: str = ""
    oss_registered: bool = False
    small_business: bool = False
    registrations: frozenset[str] = frozenset()


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of who buys. `tax_id_known` is a VAT id that is valid, or not yet refused where the seller allows that.

    A public body without a tax id is no business (article 13), one with it is (article 43). `tax_id_country` is the country
    that gave the id, where it is known.
    """

    country: str
    postal_code: str = ""
    region: str = ""
    city: str = ""
    is_business: bool = False
    tax_id_known: bool = False
    tax_id_country: str = ""
    is_exempt: bool = False


class Treatment(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a sale is taxed. `country` and `region` are whose tax it is; `legal` is the provision."""

    reason: Reason
    country: str
    region: str
    category: TaxCategory
    legal: str = ""

    def rate(self, tax_class: str, on: date, own: Iterable[Rate] = ()) -> Decimal | None:
        """The percent for a class of goods; None when no rate is known, so that somebody must say one."""
        if self.category != "S":
            return _ZERO
        found = self.rate_row(tax_class, on, own)
        return None if found is None else found.percent

    def rate_row(self, tax_class: str, on: date, own: Iterable[Rate] = ()) -> Rate | None:
        """The rate with the taxes it is made of; None where nothing is charged or no rate is known."""
        return find(self.country, self.region, tax_class, on, own) if self.category == "S" else None

    def category_at(self, percent: Decimal) -> TaxCategory:
        """The category of a line: what is taxed at nothing is zero rated (EN 16931, BR-S-05 and BR-Z-05)."""
        return "Z" if self.category == "S" and percent == 0 else self.category


class _Taxed(Protocol):
    """Makes a treatment; `region` replaces the place's."""

    def __call__(self, reason: Reason, place: Place, category: TaxCategory = "S", *, region: str | None = None) -> Treatment: ...


def treat(seller: Seller, buyer: Buyer) -> Treatment:
    """How sales from one to the other are taxed."""
    home = place_of(seller.country, seller.postal_code, seller.region, seller.city)
    there = _place_of_buyer(buyer)
    # Within the union only a VAT id shows a business: without it the sale is taxed as to a private customer.
    business = buyer.tax_id_known or (buyer.is_business and not there.eu)

    def taxed(reason: Reason, place: Place, category: TaxCategory = "S", *, region: str | None = None) -> Treatment:
        if category == "S" and buyer.is_exempt:
            reason, category = "exempt", "E"
        return Treatment(
            reason=reason,
            country=place.country,
            region=place.region if region is None else region,
            category=category,
            legal=reference(reason, home.country, business=business),
        )

    if home.law == there.law:
        return _at_home(seller, home, there, taxed)
    if _registered(seller, there) and (not business or there.country in _SALES_TAX):
        return taxed("domestic", there, region=_own_region(seller, home, there))
    if not there.eu:
        return taxed("outside_scope", there, "O")
    # Åland is outside the common territory, but who sells services from there is Finnish.
    if home.eu or home.region == "AX":
        if business:
            return taxed("reverse_charge", there, "AE")
        if seller.oss_registered:
            return taxed("oss", there)
        return taxed("small_business", home, "E") if seller.small_business else taxed("below_threshold", home)
    if seller.oss_registered and not business:
        return taxed("oss", there)
    return taxed("outside_scope", there, "O")


def compensation(seller: Seller) -> Treatment:
    """How a late fee is taxed: not at all, since nothing is supplied for it (Court of Justice, 222/81, BAZ Bausystem)."""
    home = place_of(seller.country, seller.postal_code, seller.region, seller.city)
    return Treatment(reason="compensation", country=home.country, region=home.region, category="O")


def _at_home(seller: Seller, home: Place, there: Place, taxed: _Taxed) -> Treatment:
    """Both are under one law. Where regions tax by themselves it is the buyer's that counts."""
    if not there.taxed:
        return taxed("outside_scope", there, "O")
    if seller.small_business:
        return taxed("small_business", home, "E")
    if home.country == "US" and home.region != there.region and not _registered(seller, there):
        return taxed("outside_scope", there, "O")
    return taxed("domestic", home, region=_own_region(seller, home, there))


def _own_region(seller: Seller, home: Place, there: Place) -> str:
    """The region whose rate is charged: a province's own tax only by who is at home or registered there."""
    if there.country == "CA" and there.region in PROVINCIAL_TAX:
        known = home.country == "CA" and home.region == there.region
        return there.region if known or f"CA-{there.region}" in seller.registrations else ""
    return "" if there.law == "CH" else there.region


def _registered(seller: Seller, place: Place) -> bool:
    """Whether the seller charges tax at a place abroad. In the US that is a state; Canada's federal tax is the country's."""
    if place.country == "US":
        return f"US-{place.region}" in seller.registrations
    if not place.taxed or place.law not in (place.country, "CH"):
        return f"{place.country}-{place.region}" in seller.registrations
    return place.country in seller.registrations or any(
        place.country == "CA" and one.startswith("CA-") for one in seller.registrations
    )


def _place_of_buyer(buyer: Buyer) -> Place:
    """Where the buyer is: by the address, unless the VAT id is of another member state, whose establishment then buys."""
    place = place_of(buyer.country, buyer.postal_code, buyer.region, buyer.city)
    if buyer.tax_id_known and buyer.tax_id_country and place.eu and buyer.tax_id_country != place.country:
        return place_of(buyer.tax_id_country)
    return place
