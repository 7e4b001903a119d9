"""States and provinces that tax by themselves, by the code of ISO 3166-2 without its country."""

from __future__ import annotations

_US = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,"
    "FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,"
    "MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,"
    "NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,"
    "PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,"
    "WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming"
)
_CA = (
    "AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NT Northwest Territories,"
    "NS Nova Scotia,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,QC Québec,SK Saskatchewan,YT Yukon"
)


def _codes(text: str) -> dict[str, str]:
    pairs = [entry.partition(" ") for entry in text.split(",")]
    return {name.casefold(): code for code, _, name in pairs} | {code.casefold(): code for code, _, _ in pairs}


REGIONS = {"US": _codes(_US), "CA": _codes(_CA)}
"""By country: code by code or English name, both in lower case."""
PROVINCIAL_TAX = frozenset({"BC", "MB", "SK", "QC"})
"""Provinces of Canada with a tax of their own beside the federal one: it is owed by who is registered there."""


def region_code(country: str, region: str) -> str:
    """The code of a region of the US or Canada, as addresses write it: `CA`, `US-CA`, `California`; empty when it is none."""
    codes = REGIONS.get(country, {})
    plain = " ".join(region.split()).casefold()
    return codes.get(plain) or codes.get(plain.removeprefix(f"{country.casefold()}-"), "")
