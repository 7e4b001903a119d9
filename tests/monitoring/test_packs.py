"""Built-in rules in an organisation: installed, changed, updated, deleted, removed; and the dashboards."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import psycopg
import pytest

from control import demo
from control.core.settings import Settings
from control.monitoring.builtin import service
from control.monitoring.builtin.reading import Pack, Rule, dashboards, packs
from tests.monitoring.kept import keep
from tests.world import World

PACKS, RULES, DASHBOARDS = "/v1/monitoring/packs", "/v1/monitoring/rules", "/v1/metrics/dashboards"
KEPT = ("name", "expression", "recovery", "for_s", "severity", "labels", "annotations", "is_active")


async def install(world: World, who: str = "anna", **body: Any) -> dict[str, dict[str, Any]]:
    """Outcomes by the rules' ids, of all packs together."""
    answer = await world.send(who, "POST", f"{PACKS}/install", body)
    assert answer.status_code == 200, answer.text
    return {rule["id"]: rule for pack in answer.json()["data"]["packs"] for rule in pack["rules"]}


def outcomes(done: dict[str, dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(rule["outcome"] for rule in done.values()))


async def rules(world: World, who: str = "anna") -> dict[str, dict[str, Any]]:
    answer = await world.get(who, f"{RULES}?limit=100")
    return {rule["name"]: rule for rule in answer.json()["data"]}


async def change(world: World, rule_id: str, **fields: Any) -> None:
    path = f"{RULES}/{rule_id}"
    now = (await world.get("anna", path)).json()["data"]
    answer = await world.send("anna", "PUT", path, {name: now[name] for name in KEPT} | fields)
    assert answer.status_code == 200, answer.text


def pack(version: int, *more: Rule, without: str = "", **fields: Any) -> Pack:
    """The pack of servers, its first rule with other fields."""
    first, *rest = next(one for one in packs() if one.id == "server").rules
    kept = tuple(rule for rule in (msgspec.structs.replace(first, **fields), *rest) if rule.id != without)
    return Pack("server", version, "Servers", "All of them.", (*kept, *more))


async def test_the_packs_say_what_they_watch(world: World) -> None:
    found = (await world.get("anna", PACKS)).json()["data"]
    assert [(one["id"], len(one["rules"])) for one in found] == [("server", 21), ("services", 16), ("web", 10)]
    assert all((one["installed_version"], one["installed_rules"], one["is_current"]) == (None, 0, False) for one in found)
    server = (await world.get("anna", f"{PACKS}/server")).json()["data"]
    assert "agent_up" in server["metrics"]
    load = next(rule for rule in server["rules"] if rule["id"] == "load-high")
    assert load["metrics"] == ["host_cpu_cores", "host_load_15m"]
    assert (await world.get("anna", f"{PACKS}/nothing")).status_code == 404


async def test_installing_is_done_once(world: World, settings: Settings) -> None:
    assert outcomes(await install(world)) == {"added": 47}
    there = await rules(world)
    assert len(there) == 47
    with psycopg.connect(settings.owner_database_url) as owner:
        before = owner.execute("SELECT max(xmin::text::bigint), count(*) FROM hcc.builtin_rules").fetchone()
        told = owner.execute("SELECT count(*) FROM hcc.outbox_events WHERE topic = 'builtin_pack.installed'").fetchone()
    assert told == (3,)
    again = await install(world)
    assert outcomes(again) == {"unchanged": 47}
    assert await rules(world) == there, "not even a version"
    with psycopg.connect(settings.owner_database_url) as owner:
        assert owner.execute("SELECT max(xmin::text::bigint), count(*) FROM hcc.builtin_rules").fetchone() == before
        noted = owner.execute("SELECT count(*) FROM hcc.audit_log WHERE action = 'builtin_pack.installed'").fetchone()
        assert noted == (3,)
    found = (await world.get("anna", PACKS)).json()["data"]
    assert all(one["is_current"] and one["installed_rules"] == len(one["rules"]) for one in found)
    assert await rules(world, "bert") == {}, "a neighbour has none"


async def test_with_a_key_it_is_answered_alike(world: World) -> None:
    body, key = {"packs": ["web"]}, "the-same-key-0001"
    first, second = [await world.send("anna", "POST", f"{PACKS}/install", body, Idempotency_Key=key) for _ in range(2)]
    assert first.json()["data"] == second.json()["data"]
    assert second.headers["idempotency-replayed"] == "true"


async def test_one_pack_and_none_such(world: World) -> None:
    assert outcomes(await install(world, packs=["web", "web"])) == {"added": 10}
    answer = await world.send("anna", "POST", f"{PACKS}/install", {"packs": ["web", "nothing"]})
    assert answer.status_code == 422
    assert "nothing" in answer.text


async def test_a_newer_version(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await install(world, packs=["server"])
    first = pack(1).rules[0]
    await change(world, done[first.id]["rule_id"], for_s=777, labels={"team": "night"})
    await change(world, done["load-high"]["rule_id"], is_active=False)
    new = Rule(id="new-rule", name="New", expression="up == 0", severity="info", summary="New.")
    newer = pack(2, new, without="cpu-stolen", for_s=first.for_s + 60, severity="info")
    monkeypatch.setattr(service, "packs", lambda: (newer,))
    assert (await world.get("anna", PACKS)).json()["data"][0]["is_current"] is False
    done = await install(world)
    assert outcomes(done) == {"updated": 1, "unchanged": 19, "added": 1, "retired": 1}
    one = done[first.id]
    assert sorted(one["yours"]) == ["for_s", "labels.team"]
    assert one["differs"] == [{"field": "for_s", "yours": 777, "builtin": first.for_s + 60}]
    there = await rules(world)
    assert (there[first.name]["for_s"], there[first.name]["severity"]) == (777, "info")
    assert there[first.name]["labels"] == {"team": "night"}
    assert not any(rule["name"] == "Processors are taken away" for rule in there.values())
    assert [name for name, rule in there.items() if not rule["is_active"]] == [done["load-high"]["name"]]
    shown = (await world.get("anna", PACKS)).json()["data"][0]
    assert (shown["installed_version"], shown["is_current"], shown["installed_rules"]) == (2, True, 21)
    again = (await install(world))[first.id]
    assert (again["outcome"], sorted(again["yours"]), again["differs"]) == ("unchanged", ["for_s", "labels.team"], [])


async def test_a_changed_rule_outlives_its_pack(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await install(world, packs=["server"])
    await change(world, done["cpu-stolen"]["rule_id"], for_s=5)
    monkeypatch.setattr(service, "packs", lambda: (pack(2, without="cpu-stolen"),))
    assert (await install(world))["cpu-stolen"]["outcome"] == "released"
    assert (await world.send("anna", "DELETE", f"{PACKS}/server")).status_code == 204
    assert list(await rules(world)) == ["Processors are taken away"]


async def test_what_was_deleted_stays_away_until_it_is_wanted(world: World) -> None:
    done = await install(world, packs=["server"])
    assert (await world.send("anna", "DELETE", f"{RULES}/{done['load-high']['rule_id']}")).status_code == 204
    assert outcomes(await install(world, packs=["server"])) == {"unchanged": 20, "deleted": 1}
    assert outcomes(await install(world, packs=["server"], restore=True)) == {"unchanged": 20, "added": 1}
    assert len(await rules(world)) == 21


async def test_a_name_that_is_taken(world: World) -> None:
    own = {"name": "Load is high", "expression": "load > 100"}
    made = (await world.send("anna", "POST", RULES, own)).json()["data"]
    done = await install(world, packs=["server"])
    assert outcomes(done) == {"added": 20, "name_taken": 1}
    assert (await rules(world))["Load is high"]["expression"] == "load > 100"
    assert (await world.send("anna", "DELETE", f"{RULES}/{made['id']}")).status_code == 204
    assert outcomes(await install(world, packs=["server"])) == {"unchanged": 20, "added": 1}


async def test_a_newer_name_that_is_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await install(world, packs=["server"])
    await world.send("anna", "POST", RULES, {"name": "Better", "expression": "up == 0"})
    first = pack(1).rules[0]
    monkeypatch.setattr(service, "packs", lambda: (pack(2, name="Better", for_s=9),))
    assert (await install(world))[first.id]["outcome"] == "updated"
    there = await rules(world)
    assert (there["Better"]["expression"], there[first.name]["for_s"]) == ("up == 0", 9)


async def test_removing(world: World, settings: Settings) -> None:
    assert (await world.send("anna", "DELETE", f"{PACKS}/web")).status_code == 404
    done = await install(world)
    await world.send("anna", "POST", RULES, {"name": "own", "expression": "up == 0"})
    await change(world, done["site-slow"]["rule_id"], for_s=5)
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(
            "INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels, phase,"
            " since, known_at) VALUES (gen_random_uuid(), %s, 'rule', %s, '0123456789abcdef'::bytea, 'slow', 'info', '{}', '{}',"
            " 'firing', now(), now())",
            (world.organizations["apple"], done["site-slow"]["rule_id"]),
        )
    assert (await world.send("anna", "DELETE", f"{PACKS}/web")).status_code == 204
    assert len(await rules(world)) == 21 + 16 + 1
    assert (await world.get("anna", "/v1/monitoring/alerts")).json()["data"] == []
    assert (await world.send("anna", "DELETE", f"{PACKS}/web")).status_code == 404
    assert outcomes(await install(world, packs=["web"])) == {"added": 10}


async def test_an_organisation_has_so_many_rules(world: World, settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(
            "INSERT INTO hcc.alert_rules (id, organization_id, name, expression)"
            " SELECT gen_random_uuid(), %s, 'rule ' || n, 'up == 0' FROM generate_series(1, 995) n",
            (world.organizations["apple"],),
        )
    assert (await world.send("anna", "POST", f"{PACKS}/install", {})).status_code == 409
    with psycopg.connect(settings.owner_database_url) as owner:
        assert owner.execute("SELECT count(*) FROM hcc.alert_rules").fetchone() == (995,), "all or none"


async def test_dashboards(world: World, settings: Settings) -> None:
    found = (await world.get("alex", DASHBOARDS)).json()["data"]
    assert [one["id"] for one in found] == [one.id for one in dashboards()]
    for org, host in (("apple", "web1"), ("apple", 'web"2'), ("birch", "web3")):
        keep(settings, world.organizations[org], [({"__name__": "agent_up", "host": host}, [(1_767_571_200.0, 1.0)])])
    server = next(one for one in dashboards() if one.id == "server")
    keep(settings, world.organizations["apple"], [({"__name__": server.of, "host": "web1"}, [(1_767_571_200.0, 1.0)])])
    path = f"{DASHBOARDS}/server"
    one = (await world.get("alex", path)).json()["data"]
    assert "web3" not in one["values"]
    assert "web1" in one["values"]
    assert one["value"] is None
    assert all("$host" in panel["query"] for panel in one["panels"])
    chosen = (await world.get("alex", f"{path}?value=web%222")).json()["data"]
    assert all('host="web\\"2"' in panel["query"] for panel in chosen["panels"])
    query = next(panel["query"] for panel in chosen["panels"])
    answer = await world.client.get("/v1/metrics/query", params={"query": query}, headers=world.headers("alex"))
    assert answer.status_code == 200, answer.text
    assert (await world.get("alex", f"{DASHBOARDS}/nothing")).status_code == 404


async def test_the_demo_has_them_once(settings: Settings) -> None:
    """A second start changes nothing, also where a pack was taken away meanwhile."""
    started = {"gateway_url": "http://127.0.0.1:1", "control_addr": "127.0.0.1:2", "origin_addr": "127.0.0.1:3"}
    passwords = {"admin": "a-long-password-1", "customer": "a-long-password-2"}
    count = (
        "SELECT o.slug, count(*)::int FROM hcc.alert_rules r JOIN hcc.organizations o ON o.id = r.organization_id"
        " JOIN hcc.alert_evaluations e ON e.rule_id = r.id GROUP BY o.slug ORDER BY o.slug"
    )
    await demo.seed(settings, **started, secrets=passwords)
    with psycopg.connect(settings.owner_database_url, autocommit=True) as owner:
        assert owner.execute(count).fetchall() == [("platform", 47), ("shop", 47)]
        owner.execute(
            "WITH b AS (DELETE FROM hcc.builtin_rules b USING hcc.organizations o WHERE o.id = b.organization_id"
            " AND o.slug = 'shop' AND b.pack = 'web' RETURNING b.rule_id)"
            " DELETE FROM hcc.alert_rules WHERE id IN (SELECT rule_id FROM b)"
        )
        before = owner.execute("SELECT max(xmin::text::bigint) FROM hcc.alert_rules").fetchone()
        await demo.seed(settings, **started, secrets=passwords)
        assert owner.execute(count).fetchall() == [("platform", 47), ("shop", 37)]
        assert owner.execute("SELECT max(xmin::text::bigint) FROM hcc.alert_rules").fetchone() == before
