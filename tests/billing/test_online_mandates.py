"""Mandates that customers give themselves: which accounts, what is agreed to and proven, who may, and what is collected."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import UUID
from xml.etree import ElementTree as ET

import msgspec
import psycopg
import pytest

from control.billing.documents.words import words
from control.billing.payments.providers.models import PaymentMethod
from control.billing.payments.sepa import own_pages
from control.billing.payments.sepa.ibans import EEA, LENGTH, LENGTHS, MISTYPED, NO_IBAN, NO_SEPA, checked, wants_address
from control.billing.payments.sepa.pain008 import NAMESPACE
from control.billing.payments.sepa.telling import notice
from control.billing.settings.models import BillingSettings, Language
from control.core import mailer
from control.core.runtime import Runtime
from tests.billing.bank import CREDITOR_ID, DEBTOR, BankShop, camt, entry
from tests.billing.selling import SELLER
from tests.billing.test_sepa import SOON
from tests.conftest import Urls
from tests.world import World

METHOD: dict[str, Any] = {
    "id": UUID(int=1), "organization_id": UUID(int=2), "customer_id": UUID(int=3), "customer_org_id": UUID(int=4),
    "kind": "sepa_debit", "provider": "", "brand": "", "last4": "2051", "exp_month": None, "exp_year": None, "iban": "DE02…2051",
    "bic": "", "holder": "Anna", "mandate_reference": "M-1", "mandate_signed_on": date(2026, 11, 26), "mandate_scheme": "CORE",
    "mandate_kind": "one_off", "mandate_used_on": None, "pre_notification_days": 14, "given_online": True, "holder_address": None,
    "is_default": True, "status": "active", "revoked_by": None, "version": 1,
}  # fmt: skip
TIMES = {"created_at": datetime(2026, 11, 26, tzinfo=UTC), "updated_at": datetime(2026, 11, 26, tzinfo=UTC)}
ONLINE = "/v1/payments/mandates/online"
SWISS = {"iban": "CH93 0076 2011 6238 5295 7", "bic": "POFICHBEXXX"}
# One account of each country, as its banks show IBANs.
_GOOD = """
AD1200012030200359100100 AL47212110090000000235698741 AT611904300234573201 BE68539007547034 BG80BNBG96611020345678
CH9300762011623852957 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243
EE382200221020145685 ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 GB29NWBK60161331926819
GI75NWBK000000007099453 GR1601101250000000012300695 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678
IS140159260076545510730339 IT60X0542811101000000123456 LI21088100002324013AA LT121000011101001000 LU280019400644750000
LV80BANK0000435195001 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984
MT84MALT011000012345MTLCAST001S NL91ABNA0417164300 NO9386011117947 PL61109010140000071219812874 PT50000201231234567890154
RO49AAAA1B31007593840000 RS35260005601001611379 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541
SM86U0322509800000000270100 VA59001123000012345678
"""
GOOD = _GOOD.split()


def with_check_digits(country: str, rest: str) -> str:
    """An IBAN whose check digits fit, whatever its length (ISO 13616-1, section 6)."""
    number = int("".join(str(int(letter, 36)) for letter in f"{rest}{country}00"))
    return f"{country}{98 - number % 97:02}{rest}"


@pytest.mark.parametrize("iban", GOOD, ids=lambda iban: iban[:2])
def test_accounts_of_each_country(iban: str) -> None:
    country, rest = iban[:2], iban[4:]
    assert with_check_digits(country, rest) == iban, "the table is right"
    spaced = " ".join(iban[n : n + 4] for n in range(0, len(iban), 4))
    for written in (iban, spaced, iban.lower(), f" {iban}\n"):
        assert checked(written) == iban
    assert wants_address(iban) == (country not in EEA)
    other = "1" if rest[-1] != "1" else "2"
    for wrong, why in (
        (with_check_digits(country, rest[:-1]), LENGTH),
        (with_check_digits(country, f"{rest}0"), LENGTH),
        (f"{iban[:-1]}{other}", MISTYPED),
        (f"{country}{98 if iban[2:4] != '98' else 97}{rest}", MISTYPED),
    ):
        with pytest.raises(ValueError, match=why):
            checked(wrong)


def test_the_table_has_all_of_them() -> None:
    assert {iban[:2]: len(iban) for iban in GOOD} == LENGTHS
    assert len(EEA & LENGTHS.keys()) == 30


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", NO_IBAN), ("DE", NO_IBAN), ("12345678", NO_IBAN), ("4242424242424242", NO_IBAN),
        ("DE8937040044053201300\u0660", NO_IBAN),
        ("DEXX370400440532013000", NO_IBAN), ("DE89-3704", LENGTH), ("DE8937040044053201300<", NO_IBAN),
        (with_check_digits("TR", "0006100519786457841326"), NO_SEPA), (with_check_digits("SA", "80000000608010167519"), NO_SEPA),
        (with_check_digits("XX", "370400440532013000"), NO_SEPA), (with_check_digits("DE", "3704004405320130AB"), NO_IBAN),
        (with_check_digits("GB", "1234601613319268AB"), NO_IBAN),
    ],
)  # fmt: skip
def test_what_is_no_account(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked(text)
    assert why in own_pages.SAID, "it is translated"


class Own(BankShop):
    """A seller that takes mandates online, and its customers."""

    async def sell(self, **settings: Any) -> dict[str, str]:
        await self.open(**{"creditor_id": CREDITOR_ID, "online_mandates": True, "pre_notification_days": 1} | settings)
        place = self.world.organizations
        made = {}
        for who, slug in (("anna", "apple"), ("bert", "birch")):
            made[who] = (await self.customer(slug.title(), customer_org_id=str(place[slug]), language="de"))["id"]
        return made

    async def to(self, who: str, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """What a person gets."""
        answer = await self.world.send(who, method, path, body, **headers)
        assert answer.status_code == status, answer.text
        return answer.json().get("data") or answer.json().get("error") if answer.content else None

    async def give(self, who: str = "anna", status: int = 201, **more: Any) -> Any:
        """Read, and agree."""
        offer = await self.to(who, "GET", f"{ONLINE}?language=en")
        body = {"iban": DEBTOR, "holder": "Anna Apfel", "language": "en", "agrees_to": offer["agrees_to"]} | more
        return await self.to(who, "POST", ONLINE, body, status, User_Agent="Test/1")

    async def file(self, invoice: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        body = {"collected_on": str(SOON), "invoice_ids": [invoice["id"]]}
        batch = await self.ask("POST", "/v1/payments/sepa-batches", body, 201)
        answer = await self.world.get("nora", f"/v1/payments/sepa-batches/{batch['id']}/file")
        return batch, answer.content


def _found(content: bytes, path: str) -> list[str]:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return [one.text or "" for one in ET.fromstring(content).iterfind(f".//{steps}")]  # noqa: S314 - our own file


@pytest.fixture
def shop(world: World, worker_runtime: Runtime) -> Own:
    shop = Own(world)
    shop.worker = worker_runtime
    return shop


async def test_given_collected_and_returned(shop: Own) -> None:
    """The first debit and the next carry the mandate as it was given; a debit that comes back opens its invoice again."""
    customers = await shop.sell()
    mandate = await shop.give()
    assert (mandate["iban"], mandate["given_online"], mandate["is_default"]) == ("DE02…2051", True, True)
    assert (mandate["mandate_scheme"], mandate["mandate_kind"], mandate["pre_notification_days"]) == ("CORE", "recurrent", 1)
    first, second = [await shop.invoice(customers["anna"]) for _ in range(2)]
    named = ""
    for invoice, sequence in ((first, "FRST"), (second, "RCUR")):
        _, content = await shop.file(invoice)
        assert _found(content, "SeqTp") == [sequence]
        assert _found(content, "MndtRltdInf/MndtId") == [mandate["mandate_reference"]]
        assert _found(content, "MndtRltdInf/DtOfSgntr") == [mandate["mandate_signed_on"]]
        assert _found(content, "DbtrAcct/Id/IBAN") == [DEBTOR]
        assert _found(content, "Dbtr/Nm") == ["Anna Apfel"]
        assert _found(content, "Dbtr/PstlAdr/Ctry") == [], "no address inside of the EEA"
        named = named or _found(content, "PmtId/EndToEndId")[0]
    await shop.bring(camt(entry("119.00", "E1", end_to_end=named)))
    assert await shop.state_of(first["id"]) == ("paid", "0.000")
    # Revoked meanwhile: what was handed in goes on, and may still come back.
    await shop.to("anna", "DELETE", f"/v1/payments/methods/{mandate['id']}", status=204)
    await shop.bring(camt(entry("-122.50", "E2", end_to_end=named, returned="AM04")))
    assert await shop.state_of(first["id"]) == ("sent", "119.000")
    payment = await shop.ask("GET", f"/v1/payments/{UUID(named)}")
    assert (payment["status"], payment["failure_code"]) == ("disputed", "AM04")
    [waiting] = await shop.ask("GET", "/v1/payments?status=pending")
    assert waiting["invoice_id"] == second["id"]
    body = {"collected_on": str(SOON), "invoice_ids": [first["id"]]}
    error = await shop.ask("POST", "/v1/payments/sepa-batches", body, 409)
    assert "no mandate" in error["details"]["skipped"][0]["reason"]


async def test_one_off_from_switzerland(shop: Own) -> None:
    customers = await shop.sell()
    error = await shop.give(status=422, iban=SWISS["iban"])
    assert [one["pointer"] for one in error["details"]["errors"]] == ["/bic"]
    address = {"line1": "Gasse 4", "postal_code": "8001", "city": "Zürich", "country": "CH"}
    mandate = await shop.give(iban=SWISS["iban"], bic=SWISS["bic"], kind="one_off", address=address)
    _, content = await shop.file(await shop.invoice(customers["anna"]))
    assert _found(content, "SeqTp") == ["OOFF"]
    [place] = ET.fromstring(content).iterfind(f".//{{{NAMESPACE}}}Dbtr/{{{NAMESPACE}}}PstlAdr")  # noqa: S314 - our own file
    parts = [(one.tag.removeprefix(f"{{{NAMESPACE}}}"), one.text) for one in place]
    assert parts == [("StrtNm", "Gasse 4"), ("PstCd", "8001"), ("TwnNm", "Zuerich"), ("Ctry", "CH")], "in the schema's order"
    assert _found(content, "DbtrAgt/FinInstnId/BICFI") == ["POFICHBEXXX"]
    found = await shop.to("anna", "GET", f"/v1/payments/methods/{mandate['id']}")
    assert (found["status"], found["revoked_by"]) == ("revoked", None)


async def test_who_chose_a_card_is_debited_only_by_name(shop: Own, urls: Urls) -> None:
    customers = await shop.sell(payment_terms_days=0)
    invoice = await shop.invoice(customers["anna"])
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        owner.execute(
            "INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, provider,"
            " provider_reference, is_default) SELECT %s, organization_id, id, customer_org_id, 'card', 'stripe', 'pm_1', true"
            " FROM hcc.customers WHERE id = %s",
            (UUID(int=1), customers["anna"]),
        )
    mandate = await shop.give(is_default=False)
    everything = {"collected_on": str(SOON)}
    await shop.ask("POST", "/v1/payments/sepa-batches", everything, 409)
    batch = await shop.ask("POST", "/v1/payments/sepa-batches", everything | {"invoice_ids": [invoice["id"]]}, 201)
    await shop.ask("POST", f"/v1/payments/sepa-batches/{batch['id']}/cancel", {})
    await shop.to("anna", "POST", f"/v1/payments/methods/{mandate['id']}/default", {"is_default": True})
    assert (await shop.ask("POST", "/v1/payments/sepa-batches", everything, 201))["payments"] == 1


async def test_the_proof(shop: Own, urls: Urls) -> None:
    customers = await shop.sell()
    mandate = await shop.give()
    path = f"/v1/payments/methods/{mandate['id']}/mandate"
    for who in ("anna", "nora"):
        proof = await shop.to(who, "GET", path)
        assert (proof["user_agent"], proof["given_with"]) == ("Test/1", "user")
        assert (proof["creditor_id"], proof["creditor_name"]) == (CREDITOR_ID, "North Hosting GmbH")
        assert proof["given_by"] == str(shop.world.users["anna"])
        said = [one.format(creditor="North Hosting GmbH", days=1) for one in words("en").mandate.words]
        assert proof["words"] == said
        assert proof["address"]
    for who in ("bert", "saul"):
        await shop.to(who, "GET", path, status=404)
    # Another name later does not change what was agreed to; nobody can.
    await shop.open(legal_name="Other GmbH", creditor_id=CREDITOR_ID, online_mandates=True)
    assert (await shop.to("anna", "GET", path))["creditor_name"] == "North Hosting GmbH"
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("UPDATE hcc.mandate_consents SET words = '{x}'")
        logged = owner.execute("SELECT actor_id, after::text FROM hcc.audit_log WHERE action = 'payment_method.added'").fetchall()
        assert [one for one, _ in logged] == [shop.world.users["anna"]]
        kept = owner.execute(
            "SELECT coalesce(string_agg(t::text, ''), '') FROM (SELECT to_jsonb(a) t FROM hcc.audit_log a"
            " UNION ALL SELECT to_jsonb(o) FROM hcc.outbox_events o UNION ALL SELECT to_jsonb(m) FROM hcc.mandate_consents m) x"
        ).fetchone()
        assert kept is not None
        assert "2051" in kept[0]
        assert DEBTOR not in kept[0], "the whole IBAN is in one place alone"
    typed = {"customer_id": customers["bert"], "iban": DEBTOR, "holder": "B", "signed_on": "2026-01-15"}
    by_hand = await shop.ask("POST", "/v1/payments/mandates", typed, 201)
    assert by_hand["given_online"] is False
    await shop.ask("GET", f"/v1/payments/methods/{by_hand['id']}/mandate", status=404)


async def _body(shop: Own) -> dict[str, str]:
    offer = await shop.to("bert", "GET", ONLINE)
    return {"iban": DEBTOR, "holder": "Bert", "agrees_to": offer["agrees_to"]}


async def test_words_that_changed_and_accounts_that_are_known(shop: Own) -> None:
    await shop.sell()
    offer = await shop.to("anna", "GET", f"{ONLINE}?language=en")
    await shop.open(creditor_id=CREDITOR_ID, online_mandates=True, legal_name="Renamed GmbH")
    assert "changed" in (await shop.give(status=409, agrees_to=offer["agrees_to"]))["message"]
    german = await shop.to("anna", "GET", ONLINE)
    assert german["language"] == "de", "the customer's"
    await shop.give(status=409, agrees_to=german["agrees_to"])
    key = {"Idempotency_Key": "mandate-1"}
    body = {"iban": DEBTOR, "holder": "Anna", "agrees_to": german["agrees_to"]}
    made = [await shop.to("anna", "POST", ONLINE, body, 201, **key) for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert "already" in (await shop.give(status=409))["message"]
    at_once = [shop.world.send("bert", "POST", ONLINE, await _body(shop)) for _ in range(3)]
    assert sorted([one.status_code for one in await asyncio.gather(*at_once)]) == [201, 409, 409]
    beside = await shop.give(iban="DE75512108001245126199", is_default=False)
    assert beside["is_default"] is False
    other = await shop.give(iban="NL91ABNA0417164300")
    found = {one["id"]: one["is_default"] for one in await shop.to("anna", "GET", "/v1/payments/methods")}
    assert found == {made[0]["id"]: False, beside["id"]: False, other["id"]: True}
    for change, pointer in (
        ({"iban": "DE02120300000000202052"}, "/iban"), ({"holder": "a\u0007"}, "/holder"),
        ({"holder": "4242424242424242"}, "/holder"),
        ({"bic": "X"}, "/bic"), ({"agrees_to": "yes"}, "/agrees_to"),
        ({"address": {"line1": "x", "city": "y", "country": "QQ"}}, "/address/country"),
    ):  # fmt: skip
        error = await shop.give(status=422, **change)
        assert [one["pointer"] for one in error["details"]["errors"]] == [pointer]


async def test_who_may(shop: Own) -> None:
    customers = await shop.sell()
    mandate = await shop.give()
    offer = await shop.to("bert", "GET", ONLINE)
    assert offer["customer_id"] == customers["bert"]
    body = {"iban": DEBTOR, "holder": "X", "agrees_to": offer["agrees_to"], "customer_id": customers["anna"]}
    # Bert does not know of anna's; the seller does, and does not agree for her, not even from inside.
    for who in ("bert", "nora"):
        await shop.to(who, "POST", ONLINE, body, 422)
    await shop.to("alex", "GET", ONLINE, status=403)
    for who in ("bert", "saul"):
        assert (await shop.world.get(who, "/v1/payments/methods")).json()["data"] == []
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/mandate")):
            await shop.to(who, method, f"/v1/payments/methods/{mandate['id']}{path}", status=404)
    for off in ({"online_mandates": False}, {"online_mandates": False, "creditor_id": ""}):
        await shop.open(**{"creditor_id": CREDITOR_ID} | off)
        await shop.to("anna", "GET", ONLINE, status=409)
        error = await shop.to("anna", "POST", ONLINE, body | {"customer_id": None}, 409)
        assert "does not take mandates" in error["message"]
    for name, value in (("creditor_id", ""), ("creditor_id", "DE00ZZZ09999999999"), ("iban", "")):
        settings = SELLER | {"creditor_id": CREDITOR_ID, "online_mandates": True, name: value}
        error = await shop.ask("PUT", "/v1/billing/settings", settings, 422)
        assert [one["pointer"] for one in error["details"]["errors"]] == [f"/{name}"]


async def test_mails(shop: Own, urls: Urls) -> None:
    await shop.sell()
    mandate = await shop.give()
    other = await shop.give(iban="NL91ABNA0417164300")
    await shop.to("anna", "DELETE", f"/v1/payments/methods/{mandate['id']}", status=204)
    await shop.to("anna", "DELETE", f"/v1/payments/methods/{mandate['id']}", status=204)
    await shop.ask("DELETE", f"/v1/payments/methods/{other['id']}", status=204)
    states = {one["id"]: one["revoked_by"] for one in await shop.ask("GET", "/v1/payments/methods")}
    assert states == {mandate["id"]: "customer", other["id"]: "seller"}
    with psycopg.connect(urls["hcc_owner"]) as owner:
        rows = owner.execute(
            "SELECT id, recipient, template, locale, context FROM hcc.outgoing_mail ORDER BY created_at"
        ).fetchall()
    opened = [
        mailer.render(template, locale, msgspec.json.decode(shop.worker.keyring.open(sealed, mailer._where(mail_id))))
        for mail_id, recipient, template, locale, sealed in rows if recipient == "books@customer.example"
    ]  # fmt: skip
    given, _, revoked, refused = opened
    assert mandate["mandate_reference"] in given.subject
    for said in ("DE02…2051", "Anna Apfel", CREDITOR_ID, "eight weeks", f"/payments/methods/{mandate['id']}", "wiederkehrend"):
        assert said in given.text, given.text
    assert "ist widerrufen" in revoked.text
    assert other["mandate_reference"] in refused.subject
    for one in opened:
        assert DEBTOR not in f"{one.subject}{one.text}{one.html}"


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("what", ["mandate_given", "mandate_revoked", "mandate_refused"])
def test_each_language_says_it(language: Language, what: str) -> None:
    method = msgspec.convert(METHOD | TIMES, PaymentMethod)
    seller = msgspec.convert(
        {**SELLER, **TIMES, "organization_id": UUID(int=1), "has_logo": False, "version": 1}, BillingSettings
    )
    found = notice(what, method, seller, language, "https://panel.example/x", ["Agreed."])
    text = "\n".join([found.subject, *found.lines, *found.more])
    for said in ("DE02…2051", "M-1", "https://panel.example/x"):
        assert said in text
    assert "{" not in text
    say = words(language).mandate
    assert len(say.words) == 4
    assert "{creditor}" in say.words[0]
    assert "{days}" in say.words[2]
