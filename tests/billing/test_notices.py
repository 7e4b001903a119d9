"""Mails about paying: their words in each language, and those that are not about a charge: debits, prices, reminders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from control.billing.catalogue.models import Price
from control.billing.collecting import announcing, telling
from control.billing.documents.formats import formats
from control.billing.documents.words import words
from control.billing.mails.composing import written
from control.billing.mails.models import What
from control.billing.mails.notices import Facts, card_of, link_of
from control.billing.payments.sepa.days import next_open
from control.billing.settings.models import Language
from control.billing.subscriptions.models import Subscription
from control.core import jobs
from control.core.db import Scope
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.stripe_simulator.server import Simulator
from tests.billing.collecting import Collecting, mail_server, now
from tests.billing.papers import AT, ID, made
from tests.billing.selling import PARIS, SELLER
from tests.conftest import Urls
from tests.core.test_mailer import Mailbox
from tests.peopling import Keys, settings_for
from tests.world import World

LANGUAGES = get_args(Language)
FACTS = Facts(
    amount=Decimal("36.89"),
    currency="EUR",
    day=date(2026, 3, 20),
    card="Visa …4242",
    iban="DE02…2051",
    mandate="M-1",
    creditor="DE98ZZZ09999999999",
    reason="funds",
    link="https://pay.example/1",
)
SAID: list[tuple[What, list[str]]] = [
    # What a mail must say, in any language.
    ("reminder", ["36", "89", "DE02…2051", "INV-2026-00042", "https://pay.example/1"]),
    ("payment_failed", ["36", "89", "Visa …4242", "INV-2026-00042", "20", "https://pay.example/1"]),
    ("payment_confirm", ["36", "89", "Visa …4242", "INV-2026-00042", "https://pay.example/1"]),
    ("debit_announced", ["36", "89", "DE02…2051", "M-1", "DE98ZZZ09999999999", "20"]),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("what", "said"), SAID, ids=[one[0] for one in SAID])
def test_each_language_says_it(language: Language, what: What, said: list[str]) -> None:
    paper = made(language="en")
    found = written(paper, "", is_hybrid=False, what=what, facts=msgspec.structs.replace(FACTS, language=language))
    for one in said:
        assert one in found.text, (one, found.text)
        assert one in found.html
    assert "{" not in found.subject + found.text
    assert words(language).mail.greeting.format(name="Anna Apfel") in found.text
    assert f'dir="{words(language).direction}"' in found.html
    others = [
        written(paper, "", is_hybrid=False, what=what, facts=msgspec.structs.replace(FACTS, language=one)) for one in LANGUAGES
    ]
    assert len({one.subject for one in others}) == len(LANGUAGES)


FAILURES: list[tuple[dict[str, Any], list[str], list[str]]] = [
    # What is known of a failure; sentences that are there, and that are not.
    ({"reason": "funds"}, ["funds", "again"], ["expired", "final", "by_hand"]),
    ({"reason": "expired", "is_final": True}, ["expired", "final"], ["funds", "again", "by_hand"]),
    ({"is_final": True}, ["final"], ["funds", "expired", "again", "by_hand"]),
    ({"day": None}, ["by_hand"], ["again", "final"]),
    ({"day": None, "link": ""}, ["by_hand"], ["link"]),
]


@pytest.mark.parametrize(("known", "there", "not_there"), FAILURES)
def test_what_a_declined_card_is_told(known: dict[str, Any], there: list[str], not_there: list[str]) -> None:
    facts = msgspec.structs.replace(FACTS, **({"reason": ""} | known))
    text = written(made(), "", is_hybrid=False, what="payment_failed", facts=facts).text
    say = words("en").mail.payment_failed
    for name in there + not_there:
        beginning = str(getattr(say, name)).partition("{")[0]
        assert (beginning in text) == (name in there), (name, text)


def test_what_is_written_is_no_markup() -> None:
    found = written(made(), "<b>Pay & go</b>", is_hybrid=False, what="reminder", facts=FACTS)
    assert "&lt;b&gt;Pay &amp; go&lt;/b&gt;" in found.html
    assert "<b>Pay & go</b>" in found.text
    assert '<a href="https://pay.example/1"' in found.html


def test_an_invoice_says_how_it_is_collected() -> None:
    for by, said in (("card", "We charge €36.89 to your card Visa …4242."), ("debit", "We collect €36.89 by SEPA direct debit")):
        text = written(made(), "", is_hybrid=True, facts=msgspec.structs.replace(FACTS, by=by)).text
        assert said in text
        assert "Please pay" not in text
    assert "Please pay" in written(made(), "", is_hybrid=True).text


def test_cards_and_links() -> None:
    assert [card_of("visa", "4242"), card_of("", "4242")] == ["Visa …4242", "…4242"]
    assert link_of("https://p.example/{number}?i={invoice_id}", "7", "INV-1") == "https://p.example/INV-1?i=7"
    assert link_of("", "7", "INV-1") == ""


STARTS = [
    # Anchor, interval, billed until, effective from: the first day at the new price.
    ("2026-01-31", "month", "2026-02-28", "2026-02-10", "2026-02-28"),
    ("2026-01-31", "month", "2026-02-28", "2026-02-28", "2026-02-28"),
    ("2026-01-31", "month", "2026-02-28", "2026-03-01", "2026-03-31"),
    ("2026-01-01", "year", "2027-01-01", "2026-06-01", "2027-01-01"),
    ("2026-01-01", "year", "2028-01-01", "2026-06-01", "2028-01-01"),
]


@pytest.mark.parametrize(("anchor", "interval", "billed", "effective", "expected"), STARTS)
def test_the_first_day_of_a_new_price(anchor: str, interval: Any, billed: str, effective: str, expected: str) -> None:
    on = date.fromisoformat(anchor)
    known: dict[str, Any] = dict.fromkeys(Subscription.__struct_fields__)
    sub = Subscription(
        **known
        | {
            "anchor_month": on.replace(day=1),
            "anchor_day": on.day,
            "interval": interval,
            "billed_until": date.fromisoformat(billed),
        }
    )
    assert str(announcing.starts_on(sub, date.fromisoformat(effective))) == expected


PRICE: dict[str, Any] = {
    "id": ID, "organization_id": ID, "plan_id": ID, "name": "", "currency": "EUR", "interval": "month", "amount": "0",
    "setup_fee": "0", "tiers": [], "meter": None, "unit": "C62", "valid_from": "2026-01-01", "valid_to": None,
    "replaces_id": None, "used_at": None, "is_active": True, "version": 1, "created_at": AT, "updated_at": AT,
}  # fmt: skip
PRICED: list[tuple[dict[str, Any], int, Language, str]] = [
    ({"model": "flat", "amount": "12.50"}, 3, "en", "€12.50 a month"),
    ({"model": "per_unit", "amount": "5"}, 3, "en", "3 x €5.00 a month"),
    ({"model": "per_unit", "amount": "5"}, 1, "de", "5,00\xa0€ im Monat"),
    ({"model": "flat", "amount": "100", "interval": "two_years"}, 1, "fr", "100,00\xa0€ tous les deux ans"),
    (
        {"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "5"}, {"unit_price": "4", "flat_fee": "20"}]},
        1,
        "en",
        "≤ 10: €5.00; > 10: €4.00 + €20.00 a month",
    ),
    (
        {"model": "metered", "amount": "0.0125", "meter": {"selector": "x", "unit_name": "GB"}},
        1,
        "en",
        "€0.0125 / GB",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "quantity", "language", "expected"), PRICED)
def test_a_price_in_words(columns: dict[str, Any], quantity: int, language: Language, expected: str) -> None:
    price = msgspec.convert(PRICE | columns, Price)
    assert announcing.priced(price, quantity, formats(language, "EUR", "A4"), words(language)) == expected


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    yield from mail_server()


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys, simulator: Simulator, mailbox: tuple[Mailbox, str]) -> Settings:
    return msgspec.structs.replace(
        settings_for(urls, redis_url, keys),
        stripe_api_base=simulator.url,
        smtp_url=mailbox[1],
        mail_from="Panel <panel@example.com>",
    )


@pytest.fixture
def shop(world: World, simulator: Simulator, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls) -> Collecting:
    return Collecting(world, simulator, worker_runtime, mailbox[0], urls)


async def test_a_new_price_is_announced(shop: Collecting) -> None:
    customer = await shop.begin(None, language="de", copies_to=["boss@customer.example"], contact="Anna")
    plan = await shop.plan("Server M")
    old, new = await shop.price("10", plan["id"], name="old"), await shop.price("12.50", plan["id"], name="new")
    subscription = await shop.automatic(customer)
    made = await shop.subscribe(customer["id"], old["id"], name="Webserver")
    over = await shop.subscribe(customer["id"], old["id"], name="Leaving")
    await shop.ask("DELETE", f"/v1/subscriptions/{over['id']}")
    move = {"to_price_id": new["id"], "effective_from": str(now() + timedelta(days=3))}
    assert (await shop.ask("POST", f"/v1/prices/{old['id']}/move", move))["items"] == 2
    await shop.through()
    sent = [one for one in shop.mailbox.received if str(one[2]["Subject"]).startswith("Neuer Preis")]
    assert [one[1] for one in sorted(sent, key=lambda one: one[1])] == [["books@customer.example"], ["boss@customer.example"]]
    message = sent[0][2]
    day = formats("de", "EUR", "A4").day(date.fromisoformat(made["billed_until"]))
    assert message["Subject"] == f"Neuer Preis für Server M, old ab dem {day}"
    assert message["Reply-To"] == "billing@north.example"
    text = shop.text("Neuer Preis")
    for said in ("Guten Tag Anna,", "Abonnement Webserver", "Bis dahin: 10,00\xa0€ im Monat", "Danach: 12,50\xa0€ im Monat",
                 "Preise ohne Umsatzsteuer.", "billing@north.example"):  # fmt: skip
        assert said in text, (said, text)
    changes = await shop.ask("GET", f"/v1/subscriptions/{made['id']}/changes")
    announced = next(one for one in changes if one["kind"] == "price_announced")
    assert announced["effective_on"] == made["billed_until"]
    assert announced["detail"]["recipients"] == ["books@customer.example", "boss@customer.example"]
    # The same announcement again, or one that means nothing any more.
    told = {"id": made["id"], "price_id": old["id"], **move}
    for event_id, of in [
        (UUID(announced["id"]), told),
        (uuid4(), told | {"to_price_id": old["id"]}),
        (uuid4(), told | {"id": subscription["id"]}),
    ]:
        with pytest.raises(jobs.Skip):
            await announcing.announce(shop.worker, shop.organization_id, event_id, of)


async def test_a_direct_debit_is_announced(shop: Collecting) -> None:
    """The mandate is the default way to pay: no card is charged; the file collects, and its debits are announced once."""
    customer = await shop.begin(None, language="es", address=PARIS, tax_id="FR40303265045")
    await shop.open(creditor_id="DE98ZZZ09999999999", payment_terms_days=0)
    mandate = {"customer_id": customer["id"], "iban": "DE02120300000000202051", "holder": "Apple", "signed_on": "2026-01-15",
               "reference": "M-1", "pre_notification_days": 1}  # fmt: skip
    await shop.ask("POST", "/v1/payments/mandates", mandate, 201)
    await shop.automatic(customer)
    await shop.through()
    [invoice] = await shop.invoices()
    assert (await shop.payments(invoice), shop.topics("payment.%")) == ([], [])
    assert "Cobramos 100,00\xa0€ por adeudo directo SEPA" in shop.text("Factura")
    on = next_open(now() + timedelta(days=3))
    batch = await shop.ask("POST", "/v1/payments/sepa-batches", {"collected_on": str(on)}, 201)
    assert batch["payments"] == 1
    await shop.through()
    assert await shop.mails(invoice) == ["invoice", "debit_announced"]
    text = shop.text("Adeudo de 100,00")
    for said in (formats("es", "EUR", "A4").day(on), "DE02…2051", "M-1", "DE98ZZZ09999999999"):
        assert said in text
    [payment] = await shop.ask("GET", f"/v1/payments/invoice/{invoice['id']}")
    told = {"payment_id": payment["id"], "collected_on": str(on), "mandate_reference": "M-1", "creditor_id": "x"}
    async with shop.worker.database.transaction(Scope(shop.organization_id)) as tx:
        await telling.debit(tx, shop.organization_id, told)
    await shop.through()
    assert await shop.mails(invoice) == ["invoice", "debit_announced"]
    # While the debit is on its way, dunning waits; when nobody heard of it for long, it goes on, and does not charge beside it.
    ahead = (on - date.fromisoformat(invoice["due_date"])).days
    for days in (1, ahead, ahead + 10):
        await shop.after(invoice, days)
        assert await shop.taken(invoice) == []
    await shop.after(invoice, ahead + 11)
    assert await shop.taken(invoice) == [("retry_payment", "not_retried", "under_way")]


async def test_a_reminder_is_in_the_invoices_language(shop: Collecting) -> None:
    customer = await shop.begin(None, language="fr")
    price = await shop.price("100")
    await shop.subscribe(customer["id"], price["id"])
    [invoice] = await shop.invoices()
    await shop.after(invoice, 1)
    await shop.after(invoice, 3)
    await shop.after(invoice, 7)
    assert await shop.mails(invoice) == ["invoice", "reminder"]
    text = shop.text("Rappel : la facture")
    for said in (invoice["invoice_number"], "119,00", "Please.", "DE89 3704 0044 0532 0130 00"):
        assert said in text
    with psycopg.connect(shop.urls["hcc_owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM hcc.outgoing_mail").fetchone() == (0,)
    # A reminder is no sending of the invoice.
    assert shop.topics("invoice.sent") == ["invoice.sent"]


PAGES = [
    ("https://pay.example/{invoice_id}", True),
    ("https://pay.example/pay?n={number}&i={invoice_id}", True),
    ("", True),
    ("http://pay.example/", False),
    ("javascript:alert(1)", False),
    ("https://", False),
    ("https://user@pay.example/", False),
    ("https://pay.example/{secret}", False),
    ("https://pay.example/{invoice_id", False),
    ("https://pay.example/}", False),
    ("https://pay.example/ x", False),
    ("https://pay.example/\n", False),
    ("https://pay.example/<b>", False),
    ("https://[pay.example/", False),
]


@pytest.mark.parametrize(("page", "is_good"), PAGES)
async def test_the_page_where_customers_pay(world: World, page: str, is_good: bool) -> None:
    await world.send("nora", "PUT", "/v1/billing/settings", SELLER)
    answer = await world.send("nora", "PUT", "/v1/billing/subscription-settings", {"payment_page": page})
    assert answer.status_code == (200 if is_good else 422), answer.text
    if not is_good:
        assert answer.json()["error"]["details"]["errors"][0]["pointer"] == "/payment_page"
