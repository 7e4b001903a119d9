"""Where an address is for the law of VAT, which does not end where countries do.

Directive 2006/112/EC, articles 5 to 7, says which parts of member states are outside the common territory, and which places
beyond them count as inside. Postal codes tell them apart where the country's code does not.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from control.billing.addresses import EU
from control.billing.tax.regions import region_code


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place as tax law sees it. Places of one `law` are at home to each other; `eu` is the common territory of VAT.

    `country` is whose tax it is. `taxed` is false where the country's VAT law itself does not reach.
    """

    country: str
    region: str = ""
    law: str
    eu: bool = False
    taxed: bool = True


_SAME_AS: Final = {"MC": "FR", "IM": "GB", "GP": "FR", "MQ": "FR", "RE": "FR", "GF": "FR", "YT": "FR", "AX": "FI", "SJ": "NO"}
"""Codes of ISO 3166-1 of places whose tax, if any, is another country's."""
_FRENCH: Final = (
    (r"97150", "MF"),
    (r"97133", "BL"),
    (r"971\d\d", "GP"),
    (r"972\d\d", "MQ"),
    (r"973\d\d", "GF"),
    (r"974\d\d", "RE"),
    (r"975\d\d", "PM"),
    (r"976\d\d", "YT"),
    (r"986\d\d", "WF"),
    (r"987\d\d", "PF"),
    (r"988\d\d", "NC"),
)
_BY_CODE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "ES": ((r"(35|38)\d{3}", "CN"), (r"51\d{3}", "CE"), (r"52\d{3}", "ML")),
    "FI": ((r"22\d{3}", "AX"),),
    "DE": ((r"78266", "BUESINGEN"), (r"27498", "HELGOLAND")),
    "IT": ((r"2304[1]|23030", "LIVIGNO"), (r"22061|22060", "CAMPIONE")),
    "GR": ((r"63086|63087", "69"),),
    "AT": ((r"6691|699[123]", "JM"),),
    "PT": ((r"9[0-4]\d{2}(\d{3})?", "30"), (r"9[5-9]\d{2}(\d{3})?", "20")),
    "FR": _FRENCH,
}
_TOWNS: Final = {("IT", "23030"): "livigno", ("IT", "22060"): "campione"}
"""Codes that several towns share: there it is the town's name that counts."""
_OWN_ISO: Final = frozenset({"MF", "BL", "PM", "WF", "PF", "NC"})
_OUTSIDE: Final = frozenset({("ES", "CN"), ("ES", "CE"), ("ES", "ML"), ("DE", "HELGOLAND"), ("IT", "LIVIGNO"),
                             ("IT", "CAMPIONE"), ("GR", "69"), ("FR", "GF"), ("FR", "YT")})  # fmt: skip
"""Parts of member states where neither the common VAT nor the member state's own is charged."""
_OTHER_TAX: Final = frozenset({("ES", "CN"), ("ES", "CE"), ("ES", "ML"), ("IT", "CAMPIONE")})
"""Those of them with a tax of their own: IGIC, IPSI, ILCCI."""
_NATIONAL_ONLY: Final = frozenset({("FR", "GP"), ("FR", "MQ"), ("FR", "RE"), ("FI", "AX")})
"""Outside the common territory, with the member state's own VAT between them and it."""


def place_of(country: str, postal_code: str = "", region: str = "", city: str = "") -> Place:
    """The place of an address."""
    code = re.sub(r"^[A-Z]{1,2}(?=\d)", "", re.sub(r"[\s-]", "", postal_code.upper()))
    part = country if country in ("GP", "MQ", "RE", "GF", "YT", "AX") else _part(country, code, city)
    if part in _OWN_ISO:
        return Place(country=part, law=part)
    if country == "SJ":
        # Svalbard and Jan Mayen: Norwegian, outside its VAT (mval. section 1-2).
        return Place(country="NO", region="SJ", law="NO-SJ", taxed=False)
    if part == "BUESINGEN":
        # German by state, Swiss by customs union and VAT (treaty of 1964).
        return Place(country="CH", region="BUESINGEN", law="CH")
    home = _SAME_AS.get(country, country)
    if (home, part) in _OUTSIDE:
        return Place(country=home, region=part, law=f"{home}-{part}", taxed=(home, part) in _OTHER_TAX)
    if (home, part) in _NATIONAL_ONLY:
        return Place(country=home, region=part, law=home)
    law = "CH" if home == "LI" else home
    return Place(country=home, region=part or region_code(home, region), law=law, eu=home in EU)


def _part(country: str, code: str, city: str) -> str:
    for pattern, part in _BY_CODE.get(country, ()):
        if re.fullmatch(pattern, code):
            town = _TOWNS.get((country, code))
            return part if town is None or town in city.casefold() else ""
    return ""
