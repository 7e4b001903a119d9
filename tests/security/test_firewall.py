"""/v1/security/firewalls: what is wrong is said, what is right is what nft takes, and `hcc firewall` stores and shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from control.security.firewall import nft
from control.security.firewall.checks import check
from control.security.firewall.models import NewFirewall
from control.security.firewall.render import render
from tests.security.support import ALL, make, post
from tests.security.test_commands import answer, run  # noqa: F401 - the fixture
from tests.sites.support import pointers
from tests.world import World

FULL: dict[str, Any] = {
    "server": "web1.example", "input": "drop", "forward": "drop", "output": "accept", "note": "the shop",
    "sets": [{"name": "office", "networks": ["192.0.2.0/24", "2001:db8::/48"]}, {"name": "none", "networks": []}],
    "rules": [
        {"action": "accept", "protocol": "tcp", "ports": ["22"], "sources": ["@office"], "note": "ssh",
         "limit": {"rate": 10, "per": "minute", "burst": 5, "each": True}},
        {"action": "accept", "protocol": "tcp", "ports": ["80", "443", "8000-8099"], "interface": "eth0"},
        {"action": "drop", "sources": ["203.0.113.0/24", "2001:db8:bad::/48"], "log": True},
        {"action": "reject", "protocol": "udp", "ports": ["53"]},
        {"action": "accept", "protocol": "icmp", "limit": {"rate": 5, "each": False}},
        {"action": "drop", "chain": "output", "destinations": ["198.51.100.0/24"], "interface": "eth*"},
        {"action": "accept", "chain": "forward", "sources": ["@office"], "destinations": ["10.0.0.0/8", "@none"]},
    ],
}  # fmt: skip


def wall(body: dict[str, Any]) -> NewFirewall:
    found, errors = check(msgspec.convert(body, NewFirewall))
    assert errors == []
    return found


def rule(**fields: Any) -> dict[str, Any]:
    return {"server": "web1", "rules": [{"action": "accept", **fields}]}


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"server": "Web 1"}, ["/server"]),
    ({"server": "web1", "input": "maybe"}, ["/input"]),
    (rule(ports=["80"]), ["/rules/0/ports"]),
    (rule(protocol="tcp", ports=["0", "65536", "90-80", "80"]), [f"/rules/0/ports/{n}" for n in range(3)]),
    (rule(protocol="tcp", ports=["http"]), ["/rules/0/ports/0"]),
    (rule(sources=["nowhere", "10.0.0.0/8"]), ["/rules/0/sources/0"]),
    (rule(destinations=["@office"]), ["/rules/0/destinations/0"]),
    (rule(sources=["10.0.0.0/8"], destinations=["2001:db8::/32"]), ["/rules/0/destinations"]),
    (rule(action="drop", limit={"rate": 1}), ["/rules/0/limit"]),
    (rule(note='a" drop'), ["/rules/0/note"]),
    (rule(note="two\nlines"), ["/rules/0/note"]),
    (rule(interface='eth0" drop'), ["/rules/0/interface"]),
    ({"server": "web1", "sets": [{"name": "a"}, {"name": "a"}]}, ["/sets/1/name"]),
    ({"server": "web1", "sets": [{"name": "a b"}]}, ["/sets/0/name"]),
    ({"server": "web1", "sets": [{"name": "a", "networks": ["x"]}]}, ["/sets/0/networks/0"]),
]


@pytest.mark.parametrize(("body", "expected"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said(world: World, body: dict[str, Any], expected: list[str]) -> None:
    assert pointers(await post(world, "firewalls", body)) == expected


async def test_a_filter_from_its_making_to_its_end(world: World) -> None:
    made = await make(world, "firewalls", FULL)
    assert (made["input"], made["rules"][0]["sources"], made["rules"][2]["log"]) == ("drop", ["@office"], True)
    one = f"{ALL}/firewalls/{made['id']}"
    assert (await post(world, "firewalls", FULL)).status_code == 409
    assert (await post(world, "firewalls", FULL, "bert")).status_code == 201, "another's own"
    shown = (await world.get("anna", f"{one}/nftables")).json()["data"]
    assert shown["text"].startswith("table inet hcc_firewall\ndelete table inet hcc_firewall\n")
    assert shown["problems"] in ([], None)
    changed = await world.send("anna", "PUT", one, {"server": "web1.example"}, If_Match='"1"')
    assert (changed.status_code, changed.json()["data"]["rules"]) == (200, [])
    rows = (await world.get("anna", f"{ALL}/firewalls?server=web1.example")).json()["data"]
    assert [row["id"] for row in rows] == [made["id"]]
    assert (await world.send("anna", "DELETE", one)).status_code == 204


EXPECTED = [
    "  set office_v4 { type ipv4_addr; flags interval; auto-merge; elements = { 192.0.2.0/24 }; }",
    "  set none_v6 { type ipv6_addr; flags interval; auto-merge; }",
    "    type filter hook input priority filter; policy drop;",
    (
        "    tcp dport { 22 } ip saddr @office_v4 ct state new update @limit_0_v4"
        " { ip saddr limit rate over 10/minute burst 5 packets } drop"
    ),
    '    tcp dport { 22 } ip6 saddr @office_v6 accept comment "ssh"',
    '    iifname "eth0" tcp dport { 80, 443, 8000-8099 } accept',
    '    ip saddr { 203.0.113.0/24 } log prefix "hcc drop 2: " drop',
    "    udp dport { 53 } reject with icmpx admin-prohibited",
    "    meta l4proto { icmp, ipv6-icmp } limit rate over 5/second burst 5 packets drop",
    '    oifname "eth*" ip daddr { 198.51.100.0/24 } drop',
    "    ip saddr @office_v4 ip daddr { 10.0.0.0/8 } accept",
    "    ip6 saddr @office_v6 ip6 daddr @none_v6 accept",
]


def test_the_text() -> None:
    lines = render(wall(FULL)).splitlines()
    assert [line for line in EXPECTED if line not in lines] == []
    assert not any("ip6" in line and " ip " in line for line in lines)


BODIES = [
    FULL,
    {"server": "a"},
    rule(protocol="udp", limit={"rate": 1, "per": "hour", "each": False}),
    rule(limit={"rate": 1}, sources=["2001:db8::1"]),
    rule(limit={"rate": 1}, sources=["192.0.2.1", "@s"]) | {"sets": [{"name": "s", "networks": ["10.0.0.0/8", "10.0.0.1"]}]},
    {"server": "a", "rules": [{"action": a, "chain": c, "protocol": p} for a in ("accept", "drop", "reject")
                              for c in ("input", "forward", "output") for p in ("any", "tcp", "udp", "icmp")]},
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_nft_takes_it(body: dict[str, Any]) -> None:
    said = nft.problems(render(wall(body)))
    if said is None:
        pytest.skip("nft, or a network namespace to ask it in, is not to be had here")
    assert said == []


def test_nft_is_really_asked() -> None:
    said = nft.problems("table inet x { nonsense }")
    if said is None:
        pytest.skip("nft, or a network namespace to ask it in, is not to be had here")
    assert said
    assert "rror" in said[0]


def test_commands(run: Any, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    file = tmp_path / "web1.json"
    file.write_text(json.dumps({**FULL, "server": "ignored"}))
    stored = answer(run, "firewall", "set", str(file), "--server", "web1.example")
    assert (stored["server"], stored["version"]) == ("web1.example", 1)
    assert answer(run, "firewall", "set", str(file), "--server", "web1.example")["version"] == 2
    assert "policy drop;" in run("firewall", "show", "--server", "web1.example")[1]
    for args, words in (
        (("show", "--server", "web2.example"), "no filter for web2.example"),
        (("apply", "--server", "web1.example", "--seconds", "0"), "--seconds is from 1"),
        (("confirm", "--state", str(tmp_path)), "No rules are on trial"),
        (("rollback", "--state", str(tmp_path)), "No rules are on trial"),
    ):
        code, _, err = run("firewall", *args)
        assert code == 1
        assert words in err
    file.write_text("[]")
    assert run("firewall", "set", str(file), "--server", "web1.example")[0] == 1
