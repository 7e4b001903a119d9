"""The configuration feed against a real PostgreSQL, with a gateway that only remembers what it was given."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import psycopg
import pytest

from control import demo
from control.core.crypto import Keyring, KeyringError
from control.core.settings import Settings
from control.sites import own_site
from dataplane.config import ConfigFeed, section
from tests.conftest import Urls
from tests.working import eventually


def quiet(_event: str, /, **_facts: Any) -> None:
    """Says nothing."""


class Remembering:
    """Takes the place of the compiled gateway."""

    def __init__(self) -> None:
        self.snapshots: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.revocations: asyncio.Queue[tuple[list[str], int]] = asyncio.Queue()
        self.bans: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.watches: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self.refuse: str | None = None
        self._loop = asyncio.get_running_loop()

    def apply(self, raw: bytes) -> bytes:
        snapshot = msgspec.json.decode(raw)
        self._loop.call_soon_threadsafe(self.snapshots.put_nowait, snapshot)
        refused = [{"id": s["id"], "error": "no"} for s in snapshot["sections"] if s["id"] == self.refuse]
        applied = [s["id"] for s in snapshot["sections"] if s["id"] != self.refuse]
        return msgspec.json.encode({"version": 1, "applied": applied, "unchanged": [], "refused": refused})

    def revoke(self, sessions: list[str], until: int) -> None:
        self.revocations.put_nowait((sessions, until))

    def ban(self, told: bytes) -> None:
        self.bans.put_nowait(msgspec.json.decode(told))

    def watch(self, site_id: str, seconds: int) -> None:
        self.watches.put_nowait((site_id, seconds))

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.snapshots.get(), 10)


@pytest.fixture
async def seeded(settings: Settings) -> Settings:
    await demo.seed(
        settings,
        gateway_url="http://127.0.0.1:1",
        control_addr="127.0.0.1:2",
        origin_addr="127.0.0.1:3",
        secrets={"admin": "a-long-password-1", "customer": "a-long-password-2"},
    )
    return settings


@pytest.fixture
async def gateway(seeded: Settings) -> AsyncIterator[Remembering]:
    remembering = Remembering()
    feed = ConfigFeed(
        seeded.gateway_database_url, remembering.apply, remembering.revoke, remembering.ban, remembering.watch, quiet
    )
    task = asyncio.create_task(feed.run())
    yield remembering
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def site(snapshot: dict[str, Any], name: str) -> dict[str, Any]:
    return next(s["body"] for s in snapshot["sections"] if s["body"].get("name") == name)


async def test_the_demo_as_a_snapshot(gateway: Remembering) -> None:
    snapshot = await gateway.next()
    platform = snapshot["sections"][0]
    assert platform["id"] == "platform"
    assert [k["kty"] for k in platform["body"]["jwt"]["keys"]] == ["OKP"]
    assert all("d" not in k for k in platform["body"]["jwt"]["keys"])
    shop = site(snapshot, "Olivia's Shop")
    assert shop["hosts"] == [demo.SITE_HOST]
    assert shop["upstreams"]["origin"]["targets"] == [{"address": "127.0.0.1:3", "weight": 1}]
    api = next(r for r in site(snapshot, "Platform")["routes"] if r["path_prefix"] == "/v1")
    assert api["auth"] == {"mode": "jwt", "api_keys": "pass"}
    assert api["rate_limits"] == [own_site.API_LIMIT]
    assert own_site.API_LIMIT["shared"] is True
    assert api["upstream"] == "control"
    assert snapshot["sections"][1] == {**snapshot["sections"][1], "id": "api_keys", "body": {"keys": []}}


async def test_certificates_open_with_their_own_keyring_alone(gateway: Remembering, settings: Settings) -> None:
    sections = (await gateway.next())["sections"]
    certificates = {s["id"]: s["body"] for s in sections if s["id"].startswith("certificate:")}
    assert sorted(body["hosts"] for body in certificates.values()) == [["*", "localhost"], [demo.SITE_HOST]]
    for name, body in certificates.items():
        assert set(body) == {"id", "hosts", "chain_pem", "key_sealed"}
        sealed, where = base64.b64decode(body["key_sealed"], validate=True), f"gateway_certificates.private_key:{body['id']}"
        assert name == f"certificate:{body['id']}"
        opened = Keyring.parse(settings.certificate_keys).open(sealed, where.encode()).decode()
        assert opened.startswith("-----BEGIN PRIVATE KEY-----")
        with pytest.raises(KeyringError):
            Keyring.parse(settings.encryption_keys).open(sealed, where.encode())


async def test_a_change_arrives_and_leaves_other_hashes_alone(gateway: Remembering, urls: Urls) -> None:
    before = {s["id"]: s["hash"] for s in (await gateway.next())["sections"]}
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute("UPDATE hcc.gateway_targets SET address = '127.0.0.1:9' WHERE address = '127.0.0.1:3'")
    after = await gateway.next()
    changed = [s["body"]["name"] for s in after["sections"] if before[s["id"]] != s["hash"]]
    assert changed == ["Olivia's Shop"]


async def test_a_closed_organisation_is_not_served(gateway: Remembering, urls: Urls) -> None:
    await gateway.next()
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute("UPDATE hcc.organizations SET is_active = false WHERE slug = 'shop'")
        connection.execute("UPDATE hcc.gateway_settings SET defaults = '{}'")
    names = {s["body"].get("name") for s in (await gateway.next())["sections"]}
    assert names == {None, "Platform"}


async def test_a_revocation_takes_the_fast_way(gateway: Remembering, urls: Urls) -> None:
    await gateway.next()
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as connection:
        connection.execute("""SELECT pg_notify('hcc_revocations', '{"sid":"s-1","until":4102444800}')""")
        connection.execute("SELECT pg_notify('hcc_revocations', 'nonsense')")
    assert await asyncio.wait_for(gateway.revocations.get(), 5) == (["s-1"], 4102444800)
    assert gateway.revocations.empty()


async def test_a_watch_takes_the_fast_way_and_is_known_after_a_reconnect(gateway: Remembering, urls: Urls) -> None:
    shop = site(await gateway.next(), "Olivia's Shop")["site_id"]
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as connection:
        connection.execute("SELECT pg_notify('hcc_watches', 'nonsense')")
        connection.execute(
            "INSERT INTO hcc.site_watches (site_id, organization_id, until)"
            " SELECT id, organization_id, now() + interval '50 seconds' FROM hcc.gateway_sites WHERE id = %s", (shop,),
        )  # fmt: skip
        connection.execute("SELECT pg_notify('hcc_watches', json_build_object('site', %s::text, 'seconds', 60)::text)", (shop,))
        assert await asyncio.wait_for(gateway.watches.get(), 5) == (shop, 60)
    with psycopg.connect(urls["postgres"], autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hcc-gateway'")
    again, seconds = await asyncio.wait_for(gateway.watches.get(), 5)
    assert again == shop
    assert 30 < seconds <= 50


async def test_what_was_refused_is_written_down(gateway: Remembering, urls: Urls) -> None:
    snapshot = await gateway.next()
    gateway.refuse = snapshot["sections"][1]["id"]
    async with await psycopg.AsyncConnection.connect(urls["hcc_owner"], autocommit=True) as connection:
        await connection.execute("UPDATE hcc.gateway_settings SET defaults = '{}'")
        await gateway.next()
        found = None
        for _ in range(200):
            found = await (await connection.execute("SELECT refused FROM hcc.gateway_reports")).fetchone()
            if found and found[0]:
                break
            await asyncio.sleep(0.02)
    assert found is not None
    assert found[0] == [{"id": gateway.refuse, "error": "no"}]


async def test_of_sites_only_what_is_new_is_written_down(gateway: Remembering, urls: Urls) -> None:
    """Ten thousand sites and one change make one row."""

    async def written() -> dict[str, tuple[int, Any]]:
        async with await psycopg.AsyncConnection.connect(urls["hcc_owner"], autocommit=True) as connection:
            rows = await connection.execute(
                "SELECT s.name, r.revision, r.reported_at FROM hcc.gateway_site_reports r"
                " JOIN hcc.gateway_sites s ON s.id = r.site_id AND s.revision = r.revision"
            )
            return {name: (revision, at) for name, revision, at in await rows.fetchall()}

    async def all_written() -> dict[str, tuple[int, Any]] | None:
        return found if len(found := await written()) == 2 else None

    await gateway.next()
    before = await eventually(all_written)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute("UPDATE hcc.gateway_targets SET address = '127.0.0.1:9' WHERE address = '127.0.0.1:3'")
    await gateway.next()
    after = await eventually(all_written)
    assert after["Platform"] == before["Platform"]
    assert after["Olivia's Shop"] != before["Olivia's Shop"]


async def test_a_lost_connection_is_made_again(gateway: Remembering, urls: Urls) -> None:
    await gateway.next()
    with psycopg.connect(urls["postgres"], autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hcc-gateway'")
    await gateway.next()


async def test_the_role_of_the_gateway_reads_views_only(urls: Urls) -> None:
    with psycopg.connect(urls["hcc_gateway"], autocommit=True) as connection:
        for table in ("signing_keys", "users", "organizations", "gateway_sites", "sessions", "api_keys", "gateway_certificates"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT 1 FROM hcc.{table}")


def test_equal_content_has_equal_hashes() -> None:
    assert section("a", {"x": 1, "y": [1, 2]}).hash == section("a", {"y": [1, 2], "x": 1}).hash
    assert section("a", {"x": 1}).hash != section("a", {"x": 2}).hash
