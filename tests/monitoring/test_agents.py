"""Agents: a claim lets one in, once; who may see and end it; what the installation writes."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from control.core.settings import Settings
from control.monitoring.agents.service import BUNDLE_PATH
from dataplane.agent.install import InstallError, Places, install
from dataplane.agent.settings import load
from tests.world import World

CLAIMS, ENROLMENTS = "/v1/monitoring/agents/claims", "/v1/monitoring/agents/enrolments"


async def claim(world: World, who: str = "anna", **body: Any) -> dict[str, Any]:
    answer = await world.send(who, "POST", CLAIMS, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def test_a_claim_is_good_once(world: World, settings: Settings) -> None:
    made = await claim(world, name="web1")
    body = {"claim": made["claim"], "host": "h1.example", "agent_version": "9.9"}
    both = await asyncio.gather(*(world.send(None, "POST", ENROLMENTS, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in both) == [201, 404, 404, 404]
    enrolled = next(answer.json()["data"] for answer in both if answer.status_code == 201)
    assert enrolled["name"] == "web1"
    assert enrolled["organization_id"] == str(world.organizations["apple"])
    assert enrolled["ingest_url"].endswith("/ingest")
    with psycopg.connect(settings.owner_database_url) as owner:
        tokens = owner.execute("SELECT token_hash, organization_id, for_others FROM hcc.ingest_tokens").fetchall()
        assert tokens == [(hashlib.sha256(enrolled["token"].encode()).digest(), world.organizations["apple"], False)]
        kept = owner.execute("SELECT claim_hash::text || coalesce(name, '') FROM hcc.agent_claims").fetchall()
        assert made["claim"] not in str(kept)
        said = owner.execute("SELECT string_agg(after::text, ' ') FROM hcc.audit_log WHERE action LIKE 'agent%'").fetchone()
    assert said is not None
    assert made["claim"] not in said[0]
    assert enrolled["token"] not in said[0]
    found = (await world.get("anna", "/v1/monitoring/agents")).json()["data"]
    assert [(one["name"], one["agent_version"], one["last_seen_at"]) for one in found] == [("web1", "9.9", None)]


BAD_CLAIMS = {
    "expired": "UPDATE hcc.agent_claims SET expires_at = now()",
    "of an organisation that is stopped": "UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'",
    "of one below such": "UPDATE hcc.organizations SET is_active = false WHERE slug = 'north'",
    "deleted": "DELETE FROM hcc.agent_claims",
}


@pytest.mark.parametrize("change", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
async def test_a_claim_that_is_not_good(world: World, settings: Settings, change: str) -> None:
    made = await claim(world)
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(change)
    assert (await world.send(None, "POST", ENROLMENTS, {"claim": made["claim"], "host": "h"})).status_code == 404
    with psycopg.connect(settings.owner_database_url) as owner:
        row = owner.execute("SELECT (SELECT count(*) FROM hcc.agents), (SELECT count(*) FROM hcc.ingest_tokens)").fetchone()
    assert row == (0, 0)


WRONG = [
    (CLAIMS, {"expires_in_s": 59}),
    (CLAIMS, {"expires_in_s": 604_801}),
    (CLAIMS, {"name": "x" * 101}),
    (ENROLMENTS, {"claim": "x", "host": ""}),
    (ENROLMENTS, {"claim": "", "host": "h"}),
    (ENROLMENTS, {"claim": "x", "host": "h", "token": "mine"}),
]


@pytest.mark.parametrize(("path", "body"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said(world: World, path: str, body: dict[str, Any]) -> None:
    assert (await world.send("anna", "POST", path, body)).status_code == 422


async def test_claims_that_wait_are_bounded(world: World, settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(
            "INSERT INTO hcc.agent_claims (id, organization_id, claim_hash, expires_at) SELECT gen_random_uuid(), %s,"
            " sha256(n::text::bytea), now() + interval '1 hour' FROM generate_series(1, 99) n",
            (world.organizations["apple"],),
        )
    await claim(world)
    assert (await world.send("anna", "POST", CLAIMS, {})).status_code == 409
    await claim(world, "bert")


async def test_claims_are_listed_without_their_secret_and_revoked(world: World, settings: Settings) -> None:
    made = {name: await claim(world, name=name) for name in ("waits", "goes", "used", "late")}
    await claim(world, "bert", name="theirs")
    await world.send(None, "POST", ENROLMENTS, {"claim": made["used"]["claim"], "host": "h"})
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("UPDATE hcc.agent_claims SET expires_at = now() WHERE name = 'late'")
    answer = await world.get("anna", CLAIMS)
    assert {one["name"]: one["state"] for one in answer.json()["data"]} == {
        "waits": "waiting", "goes": "waiting", "used": "used", "late": "expired",
    }  # fmt: skip
    digests = [hashlib.sha256(one["claim"].encode()) for one in made.values()]
    assert not [one for one in made.values() if one["claim"] in answer.text]
    assert not [one for one in digests if one.hexdigest() in answer.text]
    assert {one["name"]: one["expires_at"] for one in answer.json()["data"]}["waits"] == made["waits"]["expires_at"]
    waiting = (await world.get("anna", f"{CLAIMS}?status=waiting&sort_by=name&sort_order=asc")).json()["data"]
    assert [one["name"] for one in waiting] == ["goes", "waits"]
    assert (await world.send("anna", "DELETE", f"{CLAIMS}/{made['goes']['id']}")).status_code == 204
    assert (await world.send("anna", "DELETE", f"{CLAIMS}/{made['goes']['id']}")).status_code == 404
    assert (await world.send("anna", "DELETE", f"{CLAIMS}/{made['used']['id']}")).status_code == 409
    assert (await world.send("bert", "DELETE", f"{CLAIMS}/{made['waits']['id']}")).status_code == 404
    for name, status in (("goes", 404), ("waits", 201)):
        body = {"claim": made[name]["claim"], "host": "h"}
        assert (await world.send(None, "POST", ENROLMENTS, body)).status_code == status, name
    with psycopg.connect(settings.owner_database_url) as owner:
        told = owner.execute("SELECT subject_id FROM hcc.audit_log WHERE action = 'agent_claim.revoked'").fetchall()
    assert told == [(made["goes"]["id"],)]


async def test_a_claim_is_used_or_revoked_not_both(world: World) -> None:
    """Whoever is first has it: an agent that is in has not lost its claim, and a revoked one let nobody in."""
    for _ in range(5):
        made = await claim(world)
        body = {"claim": made["claim"], "host": "h"}
        entered, revoked = await asyncio.gather(
            world.send(None, "POST", ENROLMENTS, body), world.send("anna", "DELETE", f"{CLAIMS}/{made['id']}")
        )
        assert (entered.status_code, revoked.status_code) in {(201, 409), (404, 204)}


async def test_an_ended_agent_has_no_token(world: World, settings: Settings) -> None:
    made = await claim(world)
    enrolled = (await world.send(None, "POST", ENROLMENTS, {"claim": made["claim"], "host": "h1"})).json()["data"]
    one = f"/v1/monitoring/agents/{enrolled['agent_id']}"
    etag = (await world.get("anna", one)).headers["etag"]
    assert (await world.send("anna", "DELETE", one, If_Match='"7"')).status_code == 412
    assert (await world.send("anna", "DELETE", one, If_Match=etag)).status_code == 204
    assert (await world.get("anna", one)).status_code == 404
    with psycopg.connect(settings.owner_database_url) as owner:
        assert owner.execute("SELECT count(*) FROM hcc.ingest_config_tokens").fetchone() == (0,)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The API on a port, for clients that want one."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest if text)}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        method, path, _ = line.split(" ")
        got = await world.client.request(method, path, content=body, headers={"content-type": "application/json"})
        writer.write(f"HTTP/1.1 {got.status_code} X\r\nContent-Length: {len(got.content)}\r\nConnection: close\r\n\r\n".encode())
        writer.write(got.content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_installing(world: World, tmp_path: Path) -> None:
    made = await claim(world, name="web1")
    places = Places(tmp_path)
    async with served(world) as url:
        found = await asyncio.to_thread(install, url, made["claim"], host="h1", places=places, start=False)
        with pytest.raises(InstallError, match="404"):
            await asyncio.to_thread(install, url, made["claim"], host="h1", places=places, start=False)
    assert oct(places.token.stat().st_mode)[-3:] == oct(places.config.stat().st_mode)[-3:] == "600"
    # A second try that failed has left the first in place.
    assert places.token.read_text(encoding="utf-8") == found.token + "\n"
    settings = load(places.config, {"HCC_AGENT_TOKEN_FILE": str(places.token)})
    assert (settings.server, settings.token, settings.host) == (found.ingest, found.token, "h1")
    assert settings.certificates == ("/etc/letsencrypt/live/*/cert.pem",)
    assert f"ExecStart={sys.executable} -I -B -m dataplane.agent run" in places.unit.read_text(encoding="utf-8")


async def test_the_bundle_is_the_agent_and_has_nothing_else(world: World, tmp_path: Path) -> None:
    got = await world.get(None, BUNDLE_PATH)
    assert got.status_code == 200
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"dataplane", "__main__.py"}
    file = tmp_path / "hcc-agent.pyz"
    file.write_bytes(got.content)
    # -I -S: with the standard library alone.
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-I", "-S", str(file), "run", "--once", "--print"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert "host_memory,host=" in done.stdout
    made = await claim(world)
    async with served(world) as url:
        command = [
            sys.executable,
            "-I",
            "-S",
            str(file),
            "install",
            "--server",
            url,
            "--claim",
            "-",
            "--root",
            str(tmp_path),
            "--no-start",
        ]
        installed = await asyncio.to_thread(
            subprocess.run, command, input=made["claim"] + "\n", capture_output=True, text=True, check=False
        )
    assert installed.returncode == 0, installed.stderr
    assert made["claim"] not in installed.stdout + installed.stderr
    assert Places(tmp_path).bundle.read_bytes() == got.content
    assert "/usr/bin/python3 -I -B /usr/local/lib/hcc-agent/hcc-agent.pyz run" in Places(tmp_path).unit.read_text(
        encoding="utf-8"
    )
    listed = (await world.get("anna", "/v1/monitoring/agents")).json()["data"]
    assert json.dumps(listed).count('"agent_version": "0.1.0"') == 1
