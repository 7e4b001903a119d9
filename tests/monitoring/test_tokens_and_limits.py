"""/v1/monitoring/ingest-tokens and /v1/monitoring/limits."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
import pytest

from tests.cluster import Urls
from tests.world import World

TOKENS, LIMITS = "/v1/monitoring/ingest-tokens", "/v1/monitoring/limits"


def config(urls: Urls) -> dict[bytes, tuple[Any, ...]]:
    """What ingesters are told, by the token's hash."""
    with psycopg.connect(urls["hcc_ingest"]) as ingest:
        rows = ingest.execute("SELECT token_hash, organization_id, values_per_s, active_series FROM hcc.ingest_config_tokens")
        return {bytes(row[0]): row[1:] for row in rows}


async def test_a_token_is_shown_once_and_counts_until_it_is_revoked(world: World, urls: Urls) -> None:
    answer = await world.send("anna", "POST", TOKENS, {"name": "web servers"})
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert made["token"].startswith(made["prefix"])
    key = hashlib.sha256(made["token"].encode()).digest()
    assert config(urls)[key] == (world.organizations["apple"], 0, 1_000_000)
    for shown in (await world.get("anna", f"{TOKENS}/{made['id']}"), await world.get("anna", TOKENS)):
        assert made["id"] in shown.text
        assert made["token"] not in shown.text
    with psycopg.connect(urls["hcc_owner"]) as owner:
        kept = owner.execute("SELECT coalesce(string_agg(after::text, ''), '') FROM hcc.audit_log").fetchone()
        sent = owner.execute("SELECT string_agg(payload::text, '') FROM hcc.outbox_events").fetchone()
    assert kept is not None
    assert sent is not None
    assert made["id"] in kept[0]
    assert made["token"] not in kept[0] + (sent[0] or "")
    assert (await world.send("anna", "DELETE", f"{TOKENS}/{made['id']}")).status_code == 204
    assert key not in config(urls)
    assert (await world.send("anna", "DELETE", f"{TOKENS}/{made['id']}")).status_code == 404


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "token": "mine"}])
async def test_a_token_needs_a_name_and_no_more(world: World, body: dict[str, str]) -> None:
    assert (await world.send("anna", "POST", TOKENS, body)).status_code == 422


async def test_the_seller_sets_what_its_customer_sees_and_ingesters_keep(world: World, urls: Urls) -> None:
    apple = world.organizations["apple"]
    made = (await world.send("anna", "POST", TOKENS, {"name": "agent"})).json()["data"]
    key = hashlib.sha256(made["token"].encode()).digest()
    seen = (await world.get("anna", f"{LIMITS}/{apple}")).json()["data"]
    assert (seen["values_per_s"], seen["active_series"], seen["version"]) == (0, 1_000_000, 0)
    wanted = {"values_per_s": 500, "active_series": 2_000}
    for version in (1, 2):
        answer = await world.send("nora", "PUT", f"{LIMITS}/{apple}", wanted)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["version"] == version
    seen = (await world.get("anna", f"{LIMITS}/{apple}")).json()["data"]
    assert (seen["values_per_s"], seen["active_series"]) == (500, 2_000)
    assert config(urls)[key] == (apple, 500, 2_000)
    stale = await world.send("nora", "PUT", f"{LIMITS}/{apple}", wanted, if_match='"1"')
    assert stale.status_code == 412
    inside = await world.send("nora", "PUT", f"{LIMITS}/{apple}", wanted, X_Organization_Id=str(apple))
    assert inside.status_code == 200, "staff who work inside a customer are still the seller"
    own = world.organizations["north"]
    assert (await world.send("nora", "PUT", f"{LIMITS}/{own}", wanted)).status_code == 403


@pytest.mark.parametrize("body", [
    {"values_per_s": -1, "active_series": 1},
    {"values_per_s": 1, "active_series": -1},
    {"values_per_s": 1, "active_series": 10**9},
    {"values_per_s": 1},
])  # fmt: skip
async def test_limits_are_numbers_in_range(world: World, body: dict[str, int]) -> None:
    answer = await world.send("nora", "PUT", f"{LIMITS}/{world.organizations['apple']}", body)
    assert answer.status_code == 422
