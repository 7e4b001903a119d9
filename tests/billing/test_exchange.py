"""Rates of exchange: by hand, from the central bank's file, fetched; and what invoices do with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psycopg
import pytest

from control.billing.exchange import ecb, jobs
from control.billing.invoices import listing
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.world import World

PATH = "/v1/billing/exchange-rates"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
    ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><Cube>'
)
_FOOT = "</Cube></gesmes:Envelope>"


def file(**days: dict[str, str]) -> str:
    """What the bank publishes: `d2026_11_24={"USD": "1.25"}`."""
    cubes = "".join(
        f"<Cube time='{name[1:].replace('_', '-')}'>"
        + "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
        + "</Cube>"
        for name, rates in days.items()
    )
    return _HEAD + cubes + _FOOT


TWO_DAYS = file(d2026_11_25={"USD": "1.25", "CHF": "0.8", "XYZ": "2"}, d2026_11_24={"USD": "1.6"})


def test_rates_are_turned_round() -> None:
    days = ecb.read(TWO_DAYS.encode())
    assert ecb.into("EUR", days) == [
        ("USD", date(2026, 11, 24), Decimal("0.625")),
        ("USD", date(2026, 11, 25), Decimal("0.8")),
        ("CHF", date(2026, 11, 25), Decimal("1.25")),
    ]
    # 1 CHF = 1/0.8 EUR = 1.25 x 1.25 USD; the day without a rate of the franc is left out for who counts in francs.
    assert {code: rate for code, on, rate in ecb.into("USD", days) if on == date(2026, 11, 25)} == {
        "EUR": Decimal("1.25"),
        "CHF": Decimal("1.5625"),
    }
    assert {on for _, on, _ in ecb.into("CHF", days)} == {date(2026, 11, 25)}
    assert ecb.into("JPY", days) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is no XML"),
        ("<a", "is no XML"),
        ("<a/>", "no day of reference rates"),
        (_HEAD + _FOOT, "no day of reference rates"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (file(d2026_13_40={"USD": "1"}), "is no day"),
        (file(d2026_11_25={"USD": "-1"}), "is no rate of USD"),
        (file(d2026_11_25={"USD": "NaN"}), "is no rate of USD"),
        (file(d2026_11_25={"USD": "1e999"}), "is no rate of USD"),
        (file(d2026_11_25={"USD": "a lot"}), "is no rate of USD"),
    ],
)
def test_other_files_are_refused(content: str, words: str) -> None:
    with pytest.raises(ecb.RatesError, match=words):
        ecb.read(content.encode())


@pytest.mark.asyncio
async def test_by_hand_and_by_file(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    made = await shop.ask("PUT", f"{PATH}/USD/2026-11-24", {"rate": "0.7", "source": "our bank"})
    assert (made["rate"], made["base"], made["source"]) == ("0.7000000000", "EUR", "our bank")
    first = await send_file(world, TWO_DAYS)
    assert first == {"days": 2, "first_day": "2026-11-24", "last_day": "2026-11-25", "written": 2, "unchanged": 1}
    assert await send_file(world, TWO_DAYS) == first | {"written": 0, "unchanged": 3}
    listed = await shop.ask("GET", f"{PATH}?currency=USD")
    assert [(one["valid_from"], one["rate"], one["source"]) for one in listed] == [
        ("2026-11-25", "0.8000000000", "ECB"),
        ("2026-11-24", "0.7000000000", "our bank"),
    ]
    await shop.ask("DELETE", f"{PATH}/USD/2026-11-24", None, 204)
    await shop.ask("DELETE", f"{PATH}/USD/2026-11-24", None, 404)


async def send_file(world: World, content: str) -> dict[str, object]:
    answer = await world.client.post(f"{PATH}/import", content=content, headers=world.headers("nora"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


@pytest.mark.asyncio
async def test_an_invoice_in_another_currency_takes_the_last_rate(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(currency="USD")
    draft = await shop.draft(customer["id"])
    error = await shop.ask("POST", f"/v1/invoices/{draft['id']}/finalise", {}, 409)
    assert "No exchange rate from USD to EUR" in error["message"]
    await shop.ask("PUT", f"{PATH}/USD/2020-01-02", {"rate": "0.5"})
    final = await shop.ask("POST", f"/v1/invoices/{draft['id']}/finalise", {})
    assert Decimal(final["exchange_rate"]) == Decimal("0.5")
    # What is finalised keeps it.
    await shop.ask("PUT", f"{PATH}/USD/2020-01-02", {"rate": "0.9"})
    assert Decimal((await shop.ask("GET", f"/v1/invoices/{final['id']}"))["exchange_rate"]) == Decimal("0.5")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("EUR/2026-11-24", {"rate": "1"}, "currency"),
        ("ABC/2026-11-24", {"rate": "1"}, "currency"),
        ("USD/1998-12-31", {"rate": "1"}, "valid_from"),
        ("USD/2026-11-24", {"rate": "0"}, "/rate"),
        ("USD/2026-11-24", {"rate": "-1"}, "/rate"),
        ("USD/2026-11-24", {"rate": "NaN"}, "/rate"),
        ("USD/2026-11-24", {"rate": "1e30"}, "/rate"),
        ("USD/2026-11-24", {"rate": "0.00000000001"}, "/rate"),
        ("USD/2026-11-24", {"rate": "1", "source": "a\u0007b"}, "/source"),
    ],
)
async def test_what_is_wrong_is_said(world: World, path: str, body: dict[str, str], pointer: str) -> None:
    shop = Shop(world)
    await shop.open()
    error = await shop.ask("PUT", f"{PATH}/{path}", body, 422)
    assert pointer in str(error["details"]), error


@pytest.fixture
def bank() -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """An address, and what it answers next."""
    answers: list[tuple[int, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/daily.xml", answers
        server.shutdown()


@pytest.mark.asyncio
async def test_they_are_fetched_for_every_seller(
    world: World, worker_runtime: Runtime, bank: tuple[str, list[tuple[int, bytes]]], urls: Urls
) -> None:
    url, answers = bank
    await Shop(world).open()
    await Shop(world, "saul").open(currency="CHF")
    for bad in ((500, b""), (200, b"x" * (jobs.MOST_READ + 1))):
        answers.append(bad)
        with pytest.raises(OSError, match=r"127\.0\.0\.1"):
            await jobs.read(url)
    answers.append((200, TWO_DAYS.encode()))
    assert await jobs.take(worker_runtime, ecb.read(await jobs.read(url))) == 5
    with psycopg.connect(urls["hcc_owner"]) as owner:
        found = owner.execute("SELECT base, count(*) FROM hcc.exchange_rates GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("CHF", 2), ("EUR", 3)]


@pytest.mark.asyncio
async def test_the_list_as_a_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_PART", 1)
    shop = Shop(world)
    await shop.open()
    apple, risky = await shop.customer(), await shop.customer("=HYPERLINK(1)")
    first, second = await shop.invoice(apple["id"]), await shop.draft(risky["id"])
    answer = await world.get("nora", "/v1/invoices.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", second["id"], first["id"]]
    assert "'=HYPERLINK(1)" in lines[1]
    only = await world.get("nora", f"/v1/invoices.csv?status=sent&search={first['invoice_number'].lower()}")
    assert [line.split(",")[0] for line in only.text.splitlines()][1:] == [first["id"]]
    assert len((await world.get("saul", "/v1/invoices.csv")).text.splitlines()) == 1
    assert (await world.get("nora", "/v1/invoices.csv?status=lost")).status_code == 422
