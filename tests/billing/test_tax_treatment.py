"""How sales are taxed: named cases of who sells to whom, and what comes of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from control.billing.tax.places import place_of
from control.billing.tax.treatment import Buyer, Seller, treat

TODAY = date(2026, 11, 25)
DE, OSS = {"country": "DE"}, {"country": "DE", "oss_registered": True}
SMALL = {"country": "DE", "small_business": True}
CH, NO, GB, US, CA = ({"country": code} for code in ("CH", "NO", "GB", "US", "CA"))
NY, ON = US | {"region": "NY"}, CA | {"region": "ON"}
CANARY = {"country": "ES", "postal_code": "35001"}


def _at(country: str, postal_code: str = "", region: str = "", city: str = "") -> dict[str, Any]:
    return {"country": country, "postal_code": postal_code, "region": region, "city": city}


def _firm(country: str, postal_code: str = "", region: str = "") -> dict[str, Any]:
    """A business without an id."""
    return _at(country, postal_code, region) | {"is_business": True}


def _known(country: str, postal_code: str = "", by: str = "") -> dict[str, Any]:
    """A business with an id that counts, given by its own country unless said otherwise."""
    return _firm(country, postal_code) | {"tax_id_known": True, "tax_id_country": by or country}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # (name, seller, buyer, "reason country[-region] category percent"; the percent is that of class standard, ? when unknown)
    ("private at home", DE, _at("DE", "10115"), "domestic DE S 19"),
    ("business at home", DE, _known("DE", "10115"), "domestic DE S 19"),
    ("business in another member state", DE, _known("FR", "75001"), "reverse_charge FR AE 0"),
    ("business in Greece, whose ids say EL", DE, _known("GR", "10431"), "reverse_charge GR AE 0"),
    ("business without an id", DE, _firm("FR", "75001"), "below_threshold DE S 19"),
    ("business without an id, one-stop shop", OSS, _firm("FR", "75001"), "oss FR S 20"),
    ("private in another member state", DE, _at("FR", "75001"), "below_threshold DE S 19"),
    ("private in another member state, one-stop shop", OSS, _at("FR", "75001"), "oss FR S 20"),
    ("private in Finland, one-stop shop", OSS, _at("FI", "00100"), "oss FI S 25.5"),
    ("private in Hungary, one-stop shop", OSS, _at("HU", "1011"), "oss HU S 27"),
    ("business in the one-stop shop's country", OSS, _known("FI", "00100"), "reverse_charge FI AE 0"),
    ("an id of the seller's own country", DE, _known("FR", "75001", by="DE"), "domestic DE S 19"),
    ("an id of a third member state", DE, _known("FR", "75001", by="BE"), "reverse_charge BE AE 0"),
    ("registered in the buyer's state", DE | {"registrations": frozenset({"FR"})}, _at("FR", "75001"), "domestic FR S 20"),
    ("registered, to a business", DE | {"registrations": frozenset({"FR"})}, _known("FR"), "reverse_charge FR AE 0"),
    ("public body without an id", DE, _at("FR"), "below_threshold DE S 19"),
    ("public body without an id, one-stop shop", OSS, _at("AT"), "oss AT S 20"),
    ("public body with an id", DE, _known("FR") | {"is_business": False}, "reverse_charge FR AE 0"),
    ("public body at home", DE, _at("DE"), "domestic DE S 19"),
    ("embassy at home", DE, _at("DE") | {"is_exempt": True}, "exempt DE E 0"),
    ("exempt body abroad", DE, _at("FR") | {"is_exempt": True}, "exempt DE E 0"),
    ("exempt body abroad, one-stop shop", OSS, _at("FR") | {"is_exempt": True}, "exempt FR E 0"),
    ("exempt business abroad owes by itself", DE, _known("FR") | {"is_exempt": True}, "reverse_charge FR AE 0"),
    ("small business at home", SMALL, _at("DE"), "small_business DE E 0"),
    ("small business to a private customer abroad", SMALL, _at("FR"), "small_business DE E 0"),
    ("small business to a business abroad", SMALL, _known("FR"), "reverse_charge FR AE 0"),
    ("small business in the one-stop shop", SMALL | {"oss_registered": True}, _at("FR"), "oss FR S 20"),
    ("small business to Switzerland", SMALL, _at("CH"), "outside_scope CH O 0"),
    # Beyond the union.
    ("business in Switzerland", DE, _firm("CH", "8001"), "outside_scope CH O 0"),
    ("private in Switzerland", DE, _at("CH", "8001"), "outside_scope CH O 0"),
    ("private in Switzerland, one-stop shop", OSS, _at("CH", "8001"), "outside_scope CH O 0"),
    ("private in Switzerland, registered there", DE | {"registrations": frozenset({"CH"})}, _at("CH"), "domestic CH S 8.1"),
    ("private in Liechtenstein, registered there", DE | {"registrations": frozenset({"LI"})}, _at("LI"), "domestic LI S 8.1"),
    ("business in Switzerland, registered", DE | {"registrations": frozenset({"CH"})}, _firm("CH"), "outside_scope CH O 0"),
    ("private in Norway", DE, _at("NO"), "outside_scope NO O 0"),
    ("private in Norway, registered there", DE | {"registrations": frozenset({"NO"})}, _at("NO"), "domestic NO S 25"),
    ("business in Norway, registered there", DE | {"registrations": frozenset({"NO"})}, _firm("NO"), "outside_scope NO O 0"),
    ("Svalbard, registered in Norway", DE | {"registrations": frozenset({"NO"})}, _at("SJ"), "outside_scope NO-SJ O 0"),
    ("private in the United Kingdom", DE, _at("GB", "SW1A 1AA"), "outside_scope GB O 0"),
    ("private in the United Kingdom, registered", DE | {"registrations": frozenset({"GB"})}, _at("GB"), "domestic GB S 20"),
    ("business in the United Kingdom", DE, _firm("GB"), "outside_scope GB O 0"),
    ("business in Japan", DE, _firm("JP"), "outside_scope JP O 0"),
    ("private in Brazil", OSS, _at("BR"), "outside_scope BR O 0"),
    ("public body in the United Kingdom", DE, _at("GB"), "outside_scope GB O 0"),
    # Parts of member states, and what counts as one.
    ("Northern Ireland, private", OSS, _at("GB", "BT1 1AA"), "outside_scope GB O 0"),
    ("Northern Ireland with its id for goods", DE, _firm("GB", "BT1 1AA") | {"tax_id_known": True}, "outside_scope GB O 0"),
    ("British seller to Northern Ireland", GB, _at("GB", "BT1 1AA"), "domestic GB S 20"),
    ("Isle of Man from London", GB, _at("IM", "IM1 1AA"), "domestic GB S 20"),
    ("Isle of Man from Germany", OSS, _at("IM", "IM1 1AA"), "outside_scope GB O 0"),
    ("Jersey from London", GB, _at("JE"), "outside_scope JE O 0"),
    ("Monaco, private, one-stop shop", OSS, _at("MC", "98000"), "oss FR S 20"),
    ("Monaco, business", DE, _known("MC", "98000", by="FR"), "reverse_charge FR AE 0"),
    ("Monaco from France", {"country": "FR"}, _at("MC", "98000"), "domestic FR S 20"),
    ("France from Monaco", {"country": "MC"}, _at("FR", "75001"), "domestic FR S 20"),
    ("Canary Islands, private", OSS, _at("ES", "35001"), "outside_scope ES-CN O 0"),
    ("Canary Islands, business", DE, _firm("ES", "38001"), "outside_scope ES-CN O 0"),
    ("Canary Islands with a Spanish id", DE, _known("ES", "38001"), "outside_scope ES-CN O 0"),
    ("Canary Islands from Madrid", {"country": "ES", "postal_code": "28001"}, _at("ES", "35001"), "outside_scope ES-CN O 0"),
    ("within the Canary Islands", CANARY, _at("ES", "38001"), "domestic ES-CN S 7"),
    ("Madrid from the Canary Islands", CANARY, _at("ES", "28001"), "outside_scope ES O 0"),
    ("France from the Canary Islands, one-stop shop", CANARY | {"oss_registered": True}, _at("FR"), "oss FR S 20"),
    ("Ceuta", OSS, _at("ES", "51001"), "outside_scope ES-CE O 0"),
    ("Melilla", OSS, _at("ES", "52006"), "outside_scope ES-ML O 0"),
    ("within Ceuta, whose tax is not known", {"country": "ES", "postal_code": "51001"}, _at("ES", "51002"), "domestic ES-CE S ?"),
    ("Barcelona", OSS, _at("ES", "08001"), "oss ES S 21"),
    ("Åland from Germany", OSS, _at("FI", "22100"), "outside_scope FI-AX O 0"),
    ("Åland by its own code", OSS, _at("AX", "AX-22100"), "outside_scope FI-AX O 0"),
    ("Åland from Helsinki", {"country": "FI"}, _at("AX", "22100"), "domestic FI-AX S 25.5"),
    ("Helsinki from Åland", {"country": "AX"}, _at("FI", "00100"), "domestic FI S 25.5"),
    ("Germany from Åland", {"country": "AX"}, _known("DE"), "reverse_charge DE AE 0"),
    ("Büsingen from Germany", DE, _at("DE", "78266"), "outside_scope CH-BUESINGEN O 0"),
    ("Büsingen from Switzerland", CH, _at("DE", "D-78266"), "domestic CH S 8.1"),
    ("Helgoland", DE, _at("DE", "27498"), "outside_scope DE-HELGOLAND O 0"),
    ("Livigno from Italy", {"country": "IT"}, _at("IT", "23041"), "outside_scope IT-LIVIGNO O 0"),
    ("Livigno from Germany", OSS, _at("IT", "23041"), "outside_scope IT-LIVIGNO O 0"),
    ("Livigno under its old code", OSS, _at("IT", "23030", city="Livigno"), "outside_scope IT-LIVIGNO O 0"),
    ("a neighbour of Livigno", OSS, _at("IT", "23030", city="Valdisotto"), "oss IT S 22"),
    ("Campione", OSS, _at("IT", "22061"), "outside_scope IT-CAMPIONE O 0"),
    ("Campione from Switzerland", CH, _at("IT", "22061"), "outside_scope IT-CAMPIONE O 0"),
    ("Mount Athos from Athens", {"country": "GR"}, _at("GR", "630 86"), "outside_scope GR-69 O 0"),
    ("Mount Athos from Germany", OSS, _at("GR", "63087"), "outside_scope GR-69 O 0"),
    ("Réunion from Paris", {"country": "FR"}, _at("FR", "97400"), "domestic FR-RE S 8.5"),
    ("Réunion by its own code", {"country": "FR"}, _at("RE", "97400"), "domestic FR-RE S 8.5"),
    ("Guadeloupe from Germany", OSS, _at("GP", "97110"), "outside_scope FR-GP O 0"),
    ("Martinique, business", DE, _known("FR", "97200"), "outside_scope FR-MQ O 0"),
    ("Guyane from Paris", {"country": "FR"}, _at("FR", "97300"), "outside_scope FR-GF O 0"),
    ("Mayotte from Paris", {"country": "FR"}, _at("YT", "97600"), "outside_scope FR-YT O 0"),
    ("Saint-Martin from Paris", {"country": "FR"}, _at("FR", "97150"), "outside_scope MF O 0"),
    ("New Caledonia from Paris", {"country": "FR"}, _at("FR", "98800"), "outside_scope NC O 0"),
    ("Madeira, one-stop shop", OSS, _at("PT", "9000-001"), "oss PT-30 S 22"),
    ("the Azores, one-stop shop", OSS, _at("PT", "9500-010"), "oss PT-20 S 16"),
    ("Lisbon, one-stop shop", OSS, _at("PT", "1000-001"), "oss PT S 23"),
    ("Mittelberg, one-stop shop", OSS, _at("AT", "A-6993"), "oss AT-JM S 19"),
    ("San Marino", OSS, _at("SM"), "outside_scope SM O 0"),
    ("Faroe Islands from Denmark", {"country": "DK"}, _at("FO"), "outside_scope FO O 0"),
    ("Curaçao from the Netherlands", {"country": "NL"}, _at("CW"), "outside_scope CW O 0"),
    ("Cyprus, one-stop shop", OSS, _at("CY"), "oss CY S 19"),
    # Sellers beyond the union.
    ("Swiss at home", CH, _at("CH"), "domestic CH S 8.1"),
    ("Swiss to Liechtenstein", CH, _firm("LI"), "domestic CH S 8.1"),
    ("Liechtenstein to Switzerland", {"country": "LI"}, _at("CH"), "domestic LI S 8.1"),
    ("Swiss to a German business", CH, _known("DE"), "outside_scope DE O 0"),
    ("Swiss to a German consumer", CH, _at("DE"), "outside_scope DE O 0"),
    ("Swiss to a German consumer, one-stop shop", CH | {"oss_registered": True}, _at("DE"), "oss DE S 19"),
    ("Swiss to a German business, one-stop shop", CH | {"oss_registered": True}, _known("DE"), "outside_scope DE O 0"),
    ("Swiss below the turnover limit", CH | {"small_business": True}, _at("CH"), "small_business CH E 0"),
    ("Norwegian at home", NO, _at("NO"), "domestic NO S 25"),
    ("Norwegian to Sweden, business", NO, _known("SE"), "outside_scope SE O 0"),
    ("Norwegian to Svalbard", NO, _at("SJ"), "outside_scope NO-SJ O 0"),
    ("Norwegian to Sweden, one-stop shop", NO | {"oss_registered": True}, _at("SE"), "oss SE S 25"),
    ("British at home", GB, _firm("GB"), "domestic GB S 20"),
    ("British to Ireland, business", GB, _known("IE"), "outside_scope IE O 0"),
    ("British to Ireland, consumer", GB, _at("IE"), "outside_scope IE O 0"),
    ("British to Ireland, registered there", GB | {"registrations": frozenset({"IE"})}, _at("IE"), "domestic IE S 23"),
    ("British to Switzerland", GB, _at("CH"), "outside_scope CH O 0"),
    ("Icelandic at home", {"country": "IS"}, _at("IS"), "domestic IS S 24"),
    # Sales tax.
    ("New York at home", NY, _at("US", "10001", "New York"), "domestic US-NY S 4"),
    ("New York to Texas without nexus", NY, _at("US", "73301", "TX"), "outside_scope US-TX O 0"),
    ("New York to Texas, nexus", NY | {"registrations": frozenset({"US-TX"})}, _firm("US", "", "TX"), "domestic US-TX S 6.25"),
    ("a reseller with a certificate", NY, _firm("US", "", "NY") | {"is_exempt": True}, "exempt US-NY E 0"),
    ("German to New York", DE, _firm("US", "", "NY"), "outside_scope US-NY O 0"),
    ("German to New York, registered", DE | {"registrations": frozenset({"US-NY"})}, _firm("US", "", "NY"), "domestic US-NY S 4"),
    ("American to Germany, consumer", NY | {"oss_registered": True}, _at("DE"), "oss DE S 19"),
    ("Ontario at home", ON, _at("CA", "", "Ontario"), "domestic CA-ON S 13"),
    ("Ontario to Nova Scotia", ON, _at("CA", "", "NS"), "domestic CA-NS S 14"),
    ("Ontario to Alberta", ON, _at("CA", "", "AB"), "domestic CA-AB S 5"),
    ("Ontario to Quebec, not registered there", ON, _at("CA", "", "Québec"), "domestic CA S 5"),
    ("Ontario to Quebec", ON | {"registrations": frozenset({"CA-QC"})}, _at("CA", "", "QC"), "domestic CA-QC S 14.975"),
    ("Quebec at home", CA | {"region": "QC"}, _firm("CA", "", "QC"), "domestic CA-QC S 14.975"),
    ("British Columbia at home", CA | {"region": "BC"}, _at("CA", "", "BC"), "domestic CA-BC S 12"),
    ("German to Canada, registered for GST", DE | {"registrations": frozenset({"CA"})}, _at("CA", "", "BC"), "domestic CA S 5"),
    ("Canadian small supplier", ON | {"small_business": True}, _at("CA", "", "ON"), "small_business CA-ON E 0"),
]  # fmt: skip


@pytest.mark.parametrize(("seller", "buyer", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_treatment(seller: dict[str, Any], buyer: dict[str, Any], expected: str) -> None:
    found = treat(Seller(**seller), Buyer(**buyer))
    where = "-".join(filter(None, (found.country, found.region)))
    percent = found.rate("standard", TODAY)
    assert f"{found.reason} {where} {found.category} {'?' if percent is None else f'{percent:f}'}" == expected


def test_there_are_enough_cases() -> None:
    assert len({name for name, *_ in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize(
    ("seller", "buyer", "legal"),
    [
        (DE, _at("DE"), ""),
        (DE, _known("FR"), "Articles 44 and 196 of Directive 2006/112/EC"),
        (DE, _at("FR"), "Article 59c of Directive 2006/112/EC"),
        (OSS, _at("FR"), "Articles 58 and 369a of Directive 2006/112/EC"),
        (CH | {"oss_registered": True}, _at("FR"), "Articles 58 and 358a of Directive 2006/112/EC"),
        (DE, _firm("US"), "Article 44 of Directive 2006/112/EC"),
        (DE, _at("US"), "Article 58 of Directive 2006/112/EC"),
        (SMALL, _at("DE"), "§ 19 UStG"),
        ({"country": "SK", "small_business": True}, _at("SK"), "Article 284 of Directive 2006/112/EC"),
        (DE, _at("DE") | {"is_exempt": True}, "Article 151 of Directive 2006/112/EC"),
        (GB, _known("FR"), "VATA 1994, section 7A and schedule 4A"),
        (CH, _at("DE"), "Art. 8 Abs. 1 MWSTG"),
        (NO, _at("DE"), "Merverdiavgiftsloven § 6-22"),
        (NY, _at("US", "", "TX"), ""),
    ],
)
def test_legal_reference(seller: dict[str, Any], buyer: dict[str, Any], legal: str) -> None:
    assert treat(Seller(**seller), Buyer(**buyer)).legal == legal


def test_what_is_taxed_at_nothing_is_zero_rated() -> None:
    at_home = treat(Seller(country="GB"), Buyer(country="GB"))
    assert at_home.category_at(Decimal(0)) == "Z"
    assert at_home.category_at(Decimal(20)) == "S"
    assert treat(Seller(country="DE"), Buyer(country="US")).category_at(Decimal(0)) == "O"


def test_odd_addresses_are_nowhere_special() -> None:
    for code in ("", "  ", "x" * 20, "97", "3500", "350011"):
        assert place_of("ES", code).law == "ES"
