"""Names, places and addresses that could be real and are not; the same for the same number."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec

_FIRST = {
    "DE": ("Anna", "Lukas", "Sophie", "Jonas", "Marie", "Felix", "Lena", "Paul", "Clara", "Jürgen"),
    "FR": ("Camille", "Hugo", "Léa", "Louis", "Chloé", "Jules", "Manon", "Étienne", "Inès", "Théo"),
    "ES": ("Lucía", "Martín", "Carmen", "Diego", "Elena", "Pablo", "Nuria", "Íñigo", "Sara", "Álvaro"),
    "RO": ("Andreea", "Mihai", "Ioana", "Vlad", "Elena", "Ștefan", "Maria", "Radu", "Ana", "Călin"),
    "IT": ("Giulia", "Marco", "Chiara", "Luca", "Sara", "Matteo", "Elisa", "Paolo", "Irene", "Davide"),
    "NL": ("Emma", "Daan", "Sanne", "Bram", "Lotte", "Jeroen", "Femke", "Sven", "Maud", "Thijs"),
}
_LAST = {
    "DE": ("Berger", "Winter", "Vogt", "Krämer", "Seidel", "Brandt", "Lorenz", "Groß", "Pohl", "Ebert"),
    "FR": ("Moreau", "Lefèvre", "Girard", "Bonnet", "Dupuis", "Fontaine", "Chevalier", "Roussel", "Perrin", "Marchand"),
    "ES": ("Ortega", "Navarro", "Gil", "Muñoz", "Serrano", "Ibáñez", "Castro", "Rubio", "Molina", "Peña"),
    "RO": ("Ionescu", "Munteanu", "Stan", "Dumitru", "Țepeș", "Marin", "Florea", "Nistor", "Oprea", "Bălan"),
    "IT": ("Conti", "Ferrara", "Greco", "Rinaldi", "Villa", "Gatti", "Costa", "Longo", "Marini", "Serra"),
    "NL": ("de Vries", "Bakker", "Visser", "Smit", "Mulder", "Bos", "Kok", "van Dijk", "Prins", "Blom"),
}
_CITIES = {
    "DE": (("Hamburg", "20457"), ("Leipzig", "04109"), ("Köln", "50667"), ("Freiburg", "79098"), ("Kiel", "24103")),
    "FR": (("Lyon", "69002"), ("Nantes", "44000"), ("Lille", "59000"), ("Rennes", "35000"), ("Nice", "06000")),
    "ES": (("Bilbao", "48001"), ("Sevilla", "41004"), ("Valencia", "46002"), ("Málaga", "29015")),
    "RO": (("Cluj-Napoca", "400001"), ("Iași", "700028"), ("Timișoara", "300006"), ("Sibiu", "550160")),
    "IT": (("Torino", "10122"), ("Bologna", "40121"), ("Trieste", "34121"), ("Verona", "37121")),
    "NL": (("Utrecht", "3511 LX"), ("Haarlem", "2011 RD"), ("Groningen", "9711 LM")),
}
_STREETS = {
    "DE": "Gartenstraße {}",
    "FR": "{} rue des Lilas",
    "ES": "Calle Mayor {}",
    "RO": "Strada Teiului {}",
    "IT": "Via Garibaldi {}",
    "NL": "Molenweg {}",
}
_FORMS = {
    "DE": ("GmbH", "e. K.", "AG", "GbR"),
    "FR": ("SARL", "SAS"),
    "ES": ("S.L.", "S.A."),
    "RO": ("SRL", "SA"),
    "IT": ("S.r.l.", "S.p.A."),
    "NL": ("B.V.", "V.O.F."),
}
_TRADES = (
    "Bakery", "Bikes", "Books", "Architects", "Dental", "Garden", "Media", "Studio", "Logistics", "Optics", "Legal", "Print",
    "Travel", "Wine", "Yoga", "Software", "Solar", "Music", "Camping", "Ceramics", "Coffee", "Energy", "Events", "Film",
)  # fmt: skip
_FANCY = (
    "Amber", "North", "Blue", "Linden", "River", "Silver", "Morning", "Harbour", "Maple", "Stone", "Cedar", "Bright", "Alpine",
    "Urban", "Golden", "Quiet", "Coral", "Field", "Copper", "Willow", "Orbit", "Summit", "Delta", "Ivory",
)  # fmt: skip
_TONGUES = {"DE": "de", "FR": "fr", "ES": "es", "RO": "en", "IT": "en", "NL": "en"}
_SHARES = ("DE",) * 11 + ("FR",) * 3 + ("ES",) * 2 + ("RO",) * 2 + ("IT", "NL")


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A customer that does not exist. `slug` is of its number, and so of nobody else."""

    slug: str
    name: str
    contact: str
    email: str
    address: dict[str, Any]
    language: str
    tax_id: str


def plain(text: str) -> str:
    """Letters and digits of ASCII, for an address."""
    ascii_ = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in ascii_).split())


def _one(dice: random.Random, of: Sequence[Any]) -> Any:
    return of[dice.randrange(len(of))]


def person(dice: random.Random, country: str) -> str:
    """A first and a last name."""
    return f"{_one(dice, _FIRST[country])} {_one(dice, _LAST[country])}"


def company(number: int, prefix: str = "c") -> Company:
    """The company of this number."""
    dice = random.Random(f"{prefix}{number}")
    country = _one(dice, _SHARES)
    kind = dice.randrange(3)
    trade, last = _one(dice, _TRADES), _one(dice, _LAST[country])
    stem = f"{_one(dice, _FANCY)} {trade}" if kind else f"{last} {trade}"
    city, postal_code = _one(dice, _CITIES[country])
    slug = f"{plain(stem)}-{prefix}{number}"
    return Company(
        slug=slug,
        name=f"{stem} {_one(dice, _FORMS[country])}",
        contact=person(dice, country),
        email=f"office@{slug}.example",
        address={
            "line1": _STREETS[country].format(dice.randrange(1, 180)),
            "postal_code": postal_code,
            "city": city,
            "country": country,
        },
        language=_TONGUES[country],
        tax_id="" if country == "DE" else f"{country}{dice.randrange(10**8, 10**9)}",
    )
