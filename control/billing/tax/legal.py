"""On what law a treatment rests: the reference that a document may carry, by reason and the seller's country."""

from __future__ import annotations

from typing import Final

from control.billing.addresses import EU

_DIRECTIVE: Final = "Directive 2006/112/EC"
_SMALL: Final = {
    "AT": "§ 6 Abs. 1 Z 27 UStG 1994",
    "CH": "Art. 10 Abs. 2 MWSTG",
    "DE": "§ 19 UStG",
    "FR": "Article 293 B du CGI",
    "IT": "Legge 190/2014, art. 1, commi 54-89",
    "GB": "VATA 1994, schedule 1",
    "CA": "Excise Tax Act, section 148",
    "NO": "Merverdiavgiftsloven § 2-1",
}
_ABROAD: Final = {
    "GB": "VATA 1994, section 7A and schedule 4A",
    "CH": "Art. 8 Abs. 1 MWSTG",
    "LI": "Art. 8 Abs. 1 MWSTG (LI)",
    "NO": "Merverdiavgiftsloven § 6-22",
    "CA": "Excise Tax Act, schedule VI, part V, section 7",
}


def reference(reason: str, seller: str, *, business: bool = False) -> str:
    """The provision, or nothing where none need be named. `seller` is a country, `business` says whether the buyer is one."""
    if reason == "reverse_charge":
        return f"Articles 44 and 196 of {_DIRECTIVE}"
    if reason == "oss":
        scheme = "369a" if seller in EU else "358a"
        return f"Articles 58 and {scheme} of {_DIRECTIVE}"
    if reason == "below_threshold":
        return f"Article 59c of {_DIRECTIVE}"
    if reason == "small_business":
        return _SMALL.get(seller, f"Article 284 of {_DIRECTIVE}" if seller in EU else "")
    if reason == "exempt":
        return f"Article 151 of {_DIRECTIVE}" if seller in EU else ""
    if reason == "outside_scope":
        if seller in EU:
            return f"Article {44 if business else 58} of {_DIRECTIVE}"
        return _ABROAD.get(seller, "")
    return ""
