"""A site is protected, an event read, a false positive left out, rules written: by the API, in force everywhere in 2 s."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.support import ALL, make, post
from tests.security.test_in_force import SOON, Fleet, fleet, origin
from tests.waf.rules import crs3
from tests.working import eventually
from tests.world import World

__all__ = ["fleet", "origin"]
ATTACK = "/shop?q=1%27%20UNION%20SELECT%20password%20FROM%20users--"
TEAPOT = 'SecRule ARGS:pot "@streq tea" "id:1000001,phase:1,deny,status:418,log,msg:\'no coffee\'"\n'
COMPILING = 10.0
"""Seconds until rules that nobody used before are compiled, on a slow machine; those that are need none."""


@pytest.fixture
async def protected(world: World, fleet: Fleet) -> Fleet:
    """Gateways that block at paranoia 1."""
    crs3()
    await make(world, "policies", {"mode": "block", "site_id": fleet.site["id"]})
    await fleet.everywhere(403, ATTACK, within=COMPILING)
    return fleet


async def event_of(world: World, request_id: str) -> dict[str, Any]:
    """The event of a request, which is there soon."""

    async def seen() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await world.get("anna", f"{ALL}/events?request_id={request_id}")).json()["data"]
        return rows

    (event,) = await eventually(seen, SOON)
    return event


async def policy_of(world: World, site: dict[str, Any]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = (await world.get("anna", f"{ALL}/policies?site_id={site['id']}")).json()["data"]
    return next(row for row in rows if row["site_id"] == site["id"])


async def test_an_exclusion_from_an_event_lets_the_request_pass(world: World, protected: Fleet) -> None:
    answer = await protected.ask(ATTACK)
    assert answer.status == 403
    request_id = answer.json()["request_id"]
    assert answer.get("x-request-id") == request_id
    event = await event_of(world, request_id)
    assert (event["action"], event["source"], event["status"], event["path"]) == ("blocked", "waf", 403, "/shop")
    assert event["score"] >= 5
    assert {match["rule_id"] for match in event["matches"]} >= {942100, 942190, 949110}
    assert any(match["target"] == "ARGS:q" for match in event["matches"])
    made = await world.send("anna", "POST", f"{ALL}/events/{event['id']}/exclusion", {})
    assert made.status_code == 201, made.text
    await protected.everywhere(200, ATTACK)
    assert (await protected.ask(ATTACK.replace("?q=", "?other="))).status == 403, "another argument is none of it"
    (await world.send("anna", "DELETE", f"{ALL}/exclusions/{made.json()['data']['exclusions'][0]['id']}")).raise_for_status()
    await protected.everywhere(403, ATTACK)


async def test_a_policy_that_only_tells(world: World, protected: Fleet) -> None:
    policy = await policy_of(world, protected.site)
    body = {"mode": "detect", "site_id": protected.site["id"]}
    answer = await world.send("anna", "PUT", f"{ALL}/policies/{policy['id']}", body, If_Match=f'"{policy["version"]}"')
    assert answer.status_code == 200, answer.text
    await protected.everywhere(200, ATTACK)
    passed = await protected.ask(ATTACK)
    assert passed.status == 200
    event = await event_of(world, passed.get("x-request-id") or "")
    assert (event["action"], event["status"]) == ("detected", 200)
    assert 942100 in {match["rule_id"] for match in event["matches"]}


async def test_custom_rules(world: World, protected: Fleet) -> None:
    assert (await protected.ask("/shop?pot=tea")).status == 200
    body = {"name": "teapots", "text": TEAPOT, "site_id": protected.site["id"]}
    made = await make(world, "rules", body)
    await protected.everywhere(418, "/shop?pot=tea", within=COMPILING)
    answer = await protected.ask("/shop?pot=tea")
    event = await event_of(world, answer.json()["request_id"])
    assert [(match["rule_id"], match["message"]) for match in event["matches"]] == [(1000001, "no coffee")]
    assert (await protected.ask("/shop?pot=coffee")).status == 200
    assert (await protected.ask(ATTACK)).status == 403, "the core rules hold besides"
    assert (await world.send("anna", "DELETE", f"{ALL}/rules/{made['id']}")).status_code == 204
    await protected.everywhere(200, "/shop?pot=tea", within=COMPILING)


WRONG = [
    ('SecRule ARGS "@rx (" "id:1000001,phase:1,deny"', ":1: "),
    ('SecAction "id:1000001,phase:1,pass"\n\nSecRule ARGS "@nothing x" "id:1000002,phase:1,deny"', ":3: "),
    ('SecRule NOTHING "@rx x" "id:1000001,phase:1,deny"', "NOTHING"),
    ('SecAction "id:1000001,phase:1,pass,nonsense"', "nonsense"),
    ("SecNonsense On", "SecNonsense"),
    ("Include /etc/passwd", "for custom rules"),
    ('SecRule ARGS "@pmFromFile /etc/passwd" "id:1000001,phase:1,deny"', "cannot be used"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[text[:30] for text, _ in WRONG])
async def test_custom_rules_that_are_wrong_are_refused(world: World, text: str, said: str) -> None:
    answer = await post(world, "rules", {"name": "wrong", "text": text})
    assert answer.status_code == 422, answer.text
    assert said in answer.text
    assert (await world.get("anna", f"{ALL}/rules")).json()["data"] == []
