"""Two people at one form: nobody's change is lost unseen."""

from __future__ import annotations

import pytest

from control.web.merging import marks, merge
from tests.billing.selling import Shop
from tests.web.browser import _INPUT, Browser, attributes, form_of
from tests.web.conftest import LogIn
from tests.world import World

WAS = {"name": "Apple", "email": "a@x.example", "notes": "one\ntwo"}


@pytest.mark.parametrize(("typed", "now", "values", "taken", "theirs"), [
    ({}, {}, {}, set(), {}),
    ({"name": "Mine"}, {"email": "b@x.example"}, {"name": "Mine", "email": "b@x.example"}, {"email"}, {}),
    ({"name": "Mine"}, {"name": "Theirs"}, {"name": "Mine"}, set(), {"name": "Theirs"}),
    ({"name": "Same"}, {"name": "Same"}, {"name": "Same"}, set(), {}),
    ({"name": ""}, {"name": "Theirs"}, {"name": ""}, set(), {"name": "Theirs"}),
    ({"notes": "one\r\ntwo\r\n"}, {"notes": "three"}, {"notes": "three"}, {"notes"}, {}),
])  # fmt: skip
def test_merging(
    typed: dict[str, str], now: dict[str, str], values: dict[str, str], taken: set[str], theirs: dict[str, str]
) -> None:
    found = merge(WAS | typed, WAS | now, marks(WAS))
    assert found.values == WAS | values
    assert found.taken == taken
    assert found.theirs == theirs


def test_the_order_of_ticked_boxes_does_not_matter() -> None:
    found = merge({"scopes": "b\na"}, {"scopes": "a\nb\nc"}, marks({"scopes": "a\nb"}, ["scopes"]), ["scopes"])
    assert found.values == {"scopes": "a\nb\nc"}
    assert merge({"x": "1"}, {"x": "2"}, "nonsense").values == {"x": "1"}, "marks that somebody made up"


def fields(page: str, action: str) -> dict[str, str]:
    """What a person posts who changes nothing."""
    found = form_of(page, action)
    for tag in _INPUT.findall(page):
        one = attributes(tag)
        if one.get("type") in ("text", "email") and one.get("name", "") != "":
            found.setdefault(one["name"], one.get("value", ""))
    return found


@pytest.fixture
async def two(log_in: LogIn) -> tuple[Browser, Browser]:
    return await log_in("nora"), await log_in("ned")


async def test_a_customer_is_changed_by_two(two: tuple[Browser, Browser], world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer("Apple")
    action = f"/customers/{customer['id']}/edit"
    nora, ned = two
    for browser in two:
        await browser.get(action)
    more = {"kind": "business", "locale": "de", "currency": "EUR", "address.country": "DE"}
    hers, his = fields(nora.page, action) | more, fields(ned.page, action) | more
    await ned.post(action, his | {"email": "new@customer.example", "name": "Apple of Ned"})
    assert "The customer was changed." in ned.page

    answer = await nora.post(action, hers | {"name": "Apple of Nora <b>"})
    assert answer.status_code == 412
    assert "Somebody else changed this in the meantime." in nora.page
    assert 'value="Apple of Nora &lt;b&gt;"' in nora.page, "what she typed stays"
    assert "Apple of Ned" in nora.page, "and what he made of it stands beside"
    assert 'value="new@customer.example"' in nora.page, "what he alone changed is taken over"
    assert "Save over it" in nora.page

    again = fields(nora.page, action) | more
    await nora.post(action, again)
    assert "The customer was changed." in nora.page
    found = (await world.get("nora", f"/v1/customers/{customer['id']}")).json()["data"]
    assert (found["name"], found["email"]) == ("Apple of Nora <b>", "new@customer.example")


async def test_a_form_that_came_again_for_another_reason_keeps_its_version(two: tuple[Browser, Browser], world: World) -> None:
    made = await world.send("nora", "POST", "/v1/sites", {"name": "Shop", "hosts": ["shop.example"]})
    site = made.json()["data"]
    action = f"/sites/{site['id']}/edit"
    nora, _ = two
    await nora.get(action)
    hers = fields(nora.page, action)
    await world.send("nora", "PATCH", f"/v1/sites/{site['id']}", {"name": "Other"})
    answer = await nora.post(action, hers | {"name": "", "hosts": "shop.example"})
    assert answer.status_code == 422
    answer = await nora.post(action, fields(nora.page, action) | {"name": "Mine", "hosts": "shop.example"})
    assert answer.status_code == 412
    assert "Other" in nora.page


@pytest.mark.parametrize("version", ["", "x", "-1", "1" * 400])
async def test_odd_versions_do_no_harm(two: tuple[Browser, Browser], world: World, version: str) -> None:
    made = await world.send("nora", "POST", "/v1/sites", {"name": "Shop", "hosts": ["shop.example"]})
    action = f"/sites/{made.json()['data']['id']}/edit"
    nora, _ = two
    await nora.get(action)
    answer = await nora.post(action, fields(nora.page, action) | {"hosts": "shop.example", "_version": version})
    assert answer.status_code in (200, 412)
