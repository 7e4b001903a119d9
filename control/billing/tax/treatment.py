"""How the sale of a service is taxed: where, under which category of EN 16931, and what the document must say about it.

Hosting is an electronically supplied service: among businesses it is taxed where the customer is (directive 2006/112/EC,
article 44) and the customer owes the tax (article 196); a private customer pays the tax of their own country (article 58),
which a seller below the threshold or outside the one-stop shop replaces by that of the seller's country (article 59c).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from control.billing.addresses import EU
from control.billing.invoices.totals import TaxCategory
from control.billing.tax.rates import Rate, find

Reason = Literal["domestic", "oss", "below_threshold", "reverse_charge", "outside_scope", "exempt", "small_business", "no_rate"]
_ZERO = Decimal(0)


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of who sells."""

    country: str
    region: str = ""
    oss_registered: bool = False
    small_business: bool = False


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of who buys. `tax_id_known` is a VAT id that is valid or not yet refused."""

    country: str
    region: str = ""
    is_business: bool = False
    tax_id_known: bool = False
    is_exempt: bool = False


class Treatment(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a sale is taxed. `country` is whose tax it is."""

    reason: Reason
    country: str
    region: str
    category: TaxCategory

    def rate(self, tax_class: str, on: date, own: Iterable[Rate] = ()) -> Decimal | None:
        """The percent for a class of goods; None when no rate is known, so that somebody must say one."""
        if self.category != "S":
            return _ZERO
        return find(self.country, self.region, tax_class, on, own)


def treat(seller: Seller, buyer: Buyer) -> Treatment:
    """How sales from one to the other are taxed."""

    def taxed(reason: Reason, category: TaxCategory, *, by_buyer: bool = False) -> Treatment:
        place = buyer if by_buyer else seller
        return Treatment(reason=reason, country=place.country, region=place.region, category=category)

    if seller.small_business:
        return taxed("small_business", "E")
    if buyer.is_exempt:
        return taxed("exempt", "E")
    if seller.country == buyer.country:
        # Where regions tax by themselves it is the buyer's that counts.
        return taxed("domestic", "S", by_buyer=True)
    if buyer.country in EU and seller.country in EU:
        if buyer.is_business and buyer.tax_id_known:
            return taxed("reverse_charge", "AE", by_buyer=True)
        return taxed("oss", "S", by_buyer=True) if seller.oss_registered else taxed("below_threshold", "S")
    return taxed("outside_scope", "O", by_buyer=True)
