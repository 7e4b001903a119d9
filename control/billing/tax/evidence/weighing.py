"""What pieces of evidence come to (implementing regulation (EU) 282/2011, articles 24b to 24f). Pure.

A private customer's country is settled by two pieces that do not contradict each other. A bank's country and that of the
address from which somebody ordered may differ from the bill's; then two against one settle it, and one against one does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from control.billing.tax.places import place_of

Kind = Literal["billing_address", "ip_address", "bank", "tax_id", "phone", "other"]
Verdict = Literal["settled", "elsewhere", "contradictory", "insufficient"]
NEEDED = 2


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `elsewhere` is settled, but for another country than the bill's."""

    verdict: Verdict
    country: str | None
    agreeing: tuple[Kind, ...]
    contradicting: tuple[Kind, ...]
    explanation: str


def weigh(pieces: Mapping[Kind, str | None], billing: str) -> Weighed:
    """Weigh the latest piece of each kind, as countries of ISO 3166-1, against the country of the bill."""
    by_country: dict[str, list[Kind]] = {}
    for kind, country in pieces.items():
        if country is not None:
            by_country.setdefault(_tax_country(country), []).append(kind)
    home = _tax_country(billing)
    # The bill's country first among equals, so that a tie is told from a win below.
    ranked = sorted(by_country.items(), key=lambda item: (-len(item[1]), item[0] != home, item[0]))
    if not ranked:
        return Weighed(verdict="insufficient", country=None, agreeing=(), contradicting=(), explanation="Nothing is known.")
    country, agreeing = ranked[0]
    others = tuple(kind for _, kinds in ranked[1:] for kind in kinds)
    if len(ranked) > 1 and len(ranked[1][1]) == len(agreeing):
        return Weighed(
            verdict="contradictory",
            country=None,
            agreeing=(),
            contradicting=tuple(kind for _, kinds in ranked for kind in kinds),
            explanation="As many pieces speak for "
            + " as for ".join(code for code, kinds in ranked if len(kinds) == len(agreeing))
            + "; ask the customer for another.",
        )
    if len(agreeing) < NEEDED:
        return Weighed(
            verdict="insufficient",
            country=country,
            agreeing=tuple(agreeing),
            contradicting=(),
            explanation=f"One piece speaks for {country}; a second is needed.",
        )
    verdict: Verdict = "settled" if country == home else "elsewhere"
    said = f"{len(agreeing)} pieces speak for {country}"
    said += f", {len(others)} for another country" if others else ""
    said += "." if verdict == "settled" else f", while the bill goes to {home}; correct the address or ask the customer."
    return Weighed(verdict=verdict, country=country, agreeing=tuple(agreeing), contradicting=others, explanation=said)


def _tax_country(country: str) -> str:
    """Monaco counts as France: what is looked for is whose tax is owed."""
    return place_of(country).country
