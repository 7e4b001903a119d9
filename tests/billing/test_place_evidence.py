"""What speaks for a customer's country, and what it comes to."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from control.billing.tax.evidence.weighing import Kind, weigh
from control.core.outbox import relay
from control.core.runtime import Runtime
from control.worker import import_jobs
from tests.billing.selling import BERLIN, PARIS, Shop
from tests.conftest import Urls
from tests.world import World


@pytest.mark.parametrize(
    ("pieces", "billing", "verdict", "country"),
    [
        ({}, "FR", "insufficient", None),
        ({"billing_address": "FR"}, "FR", "insufficient", "FR"),
        ({"billing_address": "FR", "ip_address": "FR"}, "FR", "settled", "FR"),
        ({"billing_address": "FR", "bank": "FR"}, "FR", "settled", "FR"),
        ({"billing_address": "FR", "tax_id": "FR"}, "FR", "settled", "FR"),
        ({"billing_address": "FR", "ip_address": "DE"}, "FR", "contradictory", None),
        ({"billing_address": "FR", "ip_address": "DE", "bank": "FR"}, "FR", "settled", "FR"),
        ({"billing_address": "FR", "ip_address": "DE", "bank": "DE"}, "FR", "elsewhere", "DE"),
        ({"billing_address": "FR", "ip_address": "DE", "bank": "IT"}, "FR", "contradictory", None),
        ({"billing_address": "FR", "ip_address": "DE", "bank": "DE", "phone": "FR"}, "FR", "contradictory", None),
        ({"billing_address": "MC", "ip_address": "FR"}, "MC", "settled", "FR"),
        ({"billing_address": "IM", "bank": "GB"}, "IM", "settled", "GB"),
        ({"billing_address": "FR", "tax_id": None}, "FR", "insufficient", "FR"),
        ({"ip_address": "FR", "bank": "FR"}, "DE", "elsewhere", "FR"),
    ],
)
def test_weighing(pieces: dict[Kind, str | None], billing: str, verdict: str, country: str | None) -> None:
    found = weigh(pieces, billing)
    assert (found.verdict, found.country) == (verdict, country)
    assert found.explanation


async def _hand_on(worker: Runtime, urls: Urls) -> None:
    import_jobs()
    while await relay(worker.database):
        pass
    with psycopg.connect(urls["hcc_owner"]) as owner:
        assert owner.execute("SELECT topic FROM hcc.outbox_events WHERE relayed_at IS NULL").fetchall() == []


@pytest.mark.asyncio
async def test_evidence_is_gathered(world: World, worker_runtime: Runtime, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open(oss_registered=True)
    customer = await shop.customer(kind="private", address=PARIS)
    path = f"/v1/customers/{customer['id']}"
    await _hand_on(worker_runtime, urls)
    found = await shop.ask("GET", f"{path}/place-of-supply")
    assert (found["verdict"], found["country"], found["agreeing"]) == ("insufficient", "FR", ["billing_address"])
    # What the order form saw: of the address only its network is kept.
    piece = {"kind": "ip_address", "country": "FR", "detail": "203.0.113.77", "source": "checkout"}
    found = await shop.ask("POST", f"{path}/place-evidence", piece, 201)
    assert (found["verdict"], found["country"]) == ("settled", "FR")
    assert next(one for one in found["pieces"] if one["kind"] == "ip_address")["detail"] == "203.0.113.0/24"
    # The same again adds nothing.
    await shop.ask("POST", f"{path}/place-evidence", piece, 201)
    assert len(await shop.ask("GET", f"{path}/place-evidence")) == 2
    # A move leaves the old piece where it was and contradicts what is left.
    body = {"kind": "private", "name": "Apple", "email": "a@customer.example", "address": BERLIN}
    await shop.ask("PUT", path, body)
    await _hand_on(worker_runtime, urls)
    found = await shop.ask("GET", f"{path}/place-of-supply")
    assert (found["verdict"], found["country"], found["billing_country"]) == ("contradictory", None, "DE")
    with psycopg.connect(urls["hcc_owner"]) as owner:
        told = owner.execute("SELECT payload FROM hcc.outbox_events WHERE topic = 'customer.place_contradicted'").fetchall()
    assert [one[0]["verdict"] for one in told] == ["contradictory"]
    found = await shop.ask("POST", f"{path}/place-evidence", {"kind": "bank", "country": "FR", "source": "payment"}, 201)
    assert (found["verdict"], found["country"]) == ("elsewhere", "FR")
    assert len(await shop.ask("GET", f"{path}/place-evidence")) == 4


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "piece",
    [
        {"kind": "billing_address", "country": "FR"},
        {"kind": "bank", "country": "XX"},
        {"kind": "bank", "country": "fr"},
        {"kind": "bank"},
        {"kind": "bank", "country": "FR", "detail": "a\u0000b"},
        {"kind": "bank", "country": "FR", "source": "Not A Word"},
    ],
)
async def test_bad_pieces(world: World, piece: dict[str, Any]) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    await shop.ask("POST", f"/v1/customers/{customer['id']}/place-evidence", piece, 422)


@pytest.mark.asyncio
async def test_evidence_is_only_added_to(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    piece = {"kind": "bank", "country": "FR"}
    path = f"/v1/customers/{customer['id']}/place-evidence"
    await shop.ask("POST", path, piece, 201)
    for statement in ("UPDATE hcc.place_evidence SET country = 'DE'", "DELETE FROM hcc.place_evidence"):
        for role in ("hcc_app", "hcc_worker"):
            with psycopg.connect(urls[role]) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(statement)
    for who in ("saul", "cleo"):
        assert (await world.get(who, path)).status_code == 404
    assert (await world.send("saul", "POST", path, piece)).status_code == 404
