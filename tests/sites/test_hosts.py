"""Host names: their form, whose they are, and who may have one beside, above or below another's."""

from __future__ import annotations

import asyncio

import pytest

from control.core.settings import Settings
from control.sites.checks import hosts
from control.sites.checks.hosts import HostError
from tests.sites.support import make_site, pointers
from tests.world import World

LONG = "a" * 63


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("shop.example", "shop.example"),
        (" Shop.EXAMPLE. ", "shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        (f"{LONG}.example", f"{LONG}.example"),
        (f"{LONG}a.example", None),
        (".".join([LONG] * 4), None),
        ("a..example", None),
        ("-a.example", None),
        ("a-.example", None),
        ("a_b.example", None),
        ("shop.example:80", None),
        ("http://shop.example", None),
        ("*", None),
        ("*.example", None),
        ("a.*.example", None),
        ("localhost", None),
        ("192.0.2.1", None),
        ("[2001:db8::1]", None),
        ("", None),
        ("..", None),
        ("\u0000.example", None),
        ("ex\u00ad\u2028ample.example", None),
    ],
)
def test_the_form_of_names(text: str, found: str | None) -> None:
    try:
        assert hosts.served(text, staff=False) == found
    except HostError:
        assert found is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*", "*"),
        ("*.example", "*.example"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "[2001:db8::1]"),
    ],
)
def test_names_that_only_staff_may_have(text: str, found: str) -> None:
    assert hosts.served(text, staff=True) == found


def test_the_platforms_names_are_nobody_elses() -> None:
    settings = Settings(public_url="https://panel.hoster.example:8443/x", mail_bounce_domain="bounce.hoster.example")
    reserved = hosts.platform_names(settings)
    asked = [
        "panel.hoster.example",
        "*.panel.hoster.example",
        "a.panel.hoster.example",
        "hoster.example",
        "*.hoster.example",
        "bounce.hoster.example",
        "shop.hoster.example",
        "xpanel.hoster.example",
    ]
    found, errors = hosts.check(asked, staff=False, reserved=reserved)
    assert found == ["shop.hoster.example", "xpanel.hoster.example"]
    assert [error.pointer for error in errors] == [f"/hosts/{n}" for n in range(6)]
    assert hosts.check(asked, staff=True, reserved=reserved)[1] == []


# Who had which name first, who asks for which, and what comes of it.
NESTING = [
    ("anna", "shop.example", "anna", "shop.example", 409),  # also of one's own: a host has one site
    ("anna", "shop.example", "anna", "a.shop.example", 201),
    ("anna", "shop.example", "anna", "*.shop.example", 201),
    ("anna", "shop.example", "bert", "SHOP.example.", 409),
    ("anna", "shop.example", "bert", "a.shop.example", 409),
    ("anna", "shop.example", "bert", "*.shop.example", 409),
    ("anna", "shop.example", "bert", "*.a.shop.example", 409),
    ("anna", "shop.example", "bert", "myshop.example", 201),
    ("anna", "shop.example", "bert", "shop.example.net", 201),
    ("anna", "a.shop.example", "bert", "shop.example", 409),
    ("anna", "a.shop.example", "bert", "*.shop.example", 409),
    ("anna", "a.shop.example", "bert", "b.shop.example", 201),
    ("anna", "*.shop.example", "bert", "shop.example", 409),
    ("anna", "*.shop.example", "bert", "b.shop.example", 409),
    ("anna", "bücher.example", "cleo", "xn--bcher-kva.example", 409),
    # The organisation above its customers lays names out below its own, and beside theirs.
    ("nora", "host.example", "anna", "a.host.example", 409),
    ("nora", "host.example", "saul", "a.host.example", 409),
    ("anna", "shop.example", "nora", "a.shop.example", 201),
    ("cleo", "shop.example", "nora", "a.shop.example", 409),
    ("cleo", "shop.example", "root", "a.shop.example", 201),
    ("cleo", "shop.example", "root", "shop.example", 409),
]


@pytest.mark.parametrize(("first", "held", "second", "asked", "status"), NESTING)
async def test_names_above_and_below(world: World, first: str, held: str, second: str, asked: str, status: int) -> None:
    await make_site(world, first, held)
    answer = await world.send(second, "POST", "/v1/sites", {"name": "Second", "hosts": [asked]})
    assert answer.status_code == status, answer.text
    if status == 409:
        assert "organization" not in answer.text, "whose name it is stays untold"
        assert answer.json()["error"]["details"]["hosts"]
    own = await make_site(world, second, "other.test-site.example")
    changed = await world.send(second, "PATCH", f"/v1/sites/{own['id']}", {"hosts": ["other.test-site.example", asked]})
    assert changed.status_code == 409, "by now it is held in any case"


@pytest.mark.parametrize(("who", "below", "status"), [("nora", "apple", 201), ("root", "apple", 201), ("root", "cherry", 201)])
async def test_a_name_is_laid_out_for_a_customer(world: World, who: str, below: str, status: int) -> None:
    """The reseller, or the platform, gives a customer a name below the reseller's own."""
    await make_site(world, "nora", "host.example")
    inside = str(world.organizations[below])
    answer = await world.send(who, "POST", "/v1/sites", {"name": "x", "hosts": ["x.host.example"]}, X_Organization_Id=inside)
    assert (answer.status_code, answer.json()["data"]["organization_id"]) == (status, inside)
    owner = {"apple": "anna", "cherry": "cleo"}[below]
    path = f"/v1/sites/{answer.json()['data']['id']}"
    kept = await world.send(owner, "PATCH", path, {"name": "mine", "hosts": ["x.host.example", "own.example"]})
    assert kept.status_code == 200, "a customer keeps a name that was laid out"
    assert (await world.send(owner, "PATCH", path, {"hosts": ["y.host.example"]})).status_code == 409


async def test_a_name_is_free_again(world: World) -> None:
    site = await make_site(world, "anna", "shop.example")
    assert (await world.send("bert", "POST", "/v1/sites", {"name": "x", "hosts": ["shop.example"]})).status_code == 409
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", {"is_active": False})
    assert (await world.send("bert", "POST", "/v1/sites", {"name": "x", "hosts": ["shop.example"]})).status_code == 409
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", {"hosts": ["else.example"]})
    second = await make_site(world, "bert", "shop.example")
    await world.send("bert", "DELETE", f"/v1/sites/{second['id']}")
    await make_site(world, "cleo", "shop.example")


async def test_one_of_many_that_ask_at_once_gets_it(world: World) -> None:
    """Also when one asks for the name and another for those below it; none of them is above another in the tree."""
    asking = [("anna", "race.example"), ("bert", "race.example"), ("cleo", "*.race.example")]
    answers = await asyncio.gather(
        *(world.send(who, "POST", "/v1/sites", {"name": "x", "hosts": [host]}) for who, host in asking)
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409]


@pytest.mark.parametrize(("who", "host", "status"), [
    ("anna", "*", 422), ("nora", "*", 422), ("root", "*", 201), ("anna", "127.0.0.1", 422), ("anna", "www.localhost", 422),
    ("root", "www.localhost", 201),
])  # fmt: skip
async def test_what_is_the_platforms_own(world: World, who: str, host: str, status: int) -> None:
    answer = await world.send(who, "POST", "/v1/sites", {"name": "x", "hosts": [host]})
    assert answer.status_code == status, answer.text
    if status == 422:
        assert pointers(answer) == ["/hosts/0"]


async def test_a_star_is_for_sites_of_the_platform_alone(world: World) -> None:
    site = await make_site(world)
    answer = await world.send("root", "PATCH", f"/v1/sites/{site['id']}", {"hosts": ["shop.example", "*"]})
    assert pointers(answer) == ["/hosts/1"]
