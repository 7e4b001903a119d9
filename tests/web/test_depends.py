"""What the pages that ask before a deletion say of what depends on the thing: which kinds, how many, and the first by name."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from control.core.settings import Settings
from control.web.depends import Hangs, hanging
from control.web.tables import Column, Table
from tests.billing.selling import Shop
from tests.monitoring.kept import keep
from tests.security.support import make
from tests.sites.pem import make as make_pair
from tests.sites.support import made, make_route, make_site, make_upstream
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

Said = dict[str, list[str]]
"""By the address of a page: what its list says, line by line."""
WATCHED = {"name": "Front", "kind": "http", "target": "https://shop.example/cart"}
RULE = {"name": "Busy", "expression": "host_load_5m > 8"}


def said(page: str) -> list[str]:
    """The lines of the list."""
    found = re.findall(r'<li class="break-words">(.*?)</li>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in found]


async def sites(world: World, _: Settings) -> Said:
    site = await make_site(world)
    upstream, free = await make_upstream(world, site), await make_upstream(world, site, name="free")
    for n in range(4):
        await make_route(world, site, path_prefix=f"/part{n}", upstream="origin")
    alone = await make_route(world, site, path="/alone", respond={"status": 404})
    here = {"site_id": site["id"]}
    await make(world, "match-rules", {"name": "no x", "conditions": {"paths": ["/x"]}, "action": "block", **here})
    await make(world, "exclusions", {"rule_from": 941100, **here})
    await make(world, "exclusions", {"rule_from": 942100})
    await make(world, "access", {"action": "deny", "network": "192.0.2.0/24", **here})
    await make(world, "policies", {"mode": "block", **here})
    await make(world, "policies", {"mode": "off", **here, "route_id": alone["id"]})
    pair = make_pair(["*.example"])
    body = {"chain_pem": pair.pem, "private_key_pem": pair.key_pem}
    certificate = await made(world, "anna", "/v1/certificates", body)
    for name, target in (("Front", "https://shop.example/"), ("Other", "https://myshop.example/")):
        await made(world, "anna", "/v1/monitoring/checks", {"name": name, "kind": "http", "target": target})
    at = f"/sites/{site['id']}"
    return {
        f"{at}/delete": [
            "Routes: 5 (/alone, /part3/*, /part2/*, show all)", "Upstreams: 2 (free, origin)", "Rules: 1 (no x)",
            "Exclusions: 1 (941100)", "Access entries: 1 (192.0.2.0/24)", "Firewall modes: 2 (Off, Block)",
            "Certificates of its names, which stay: 1 (*.example)", "Checks of its names, which go on: 1 (Front)",
        ],
        f"{at}/upstreams/{upstream['id']}/delete": ["! Routes that lead there: 4 (/part0, /part1, /part2)"],
        f"{at}/upstreams/{free['id']}/delete": [],
        f"{at}/routes/{alone['id']}/delete": ["Firewall modes: 1 (off)"],
        f"/certificates/{certificate['id']}/delete": ["Sites: 1 (Shop)"],
    }  # fmt: skip


async def security(world: World, _: Settings) -> Said:
    site = await make_site(world)
    await make_site(world, host="blog.example", name="Blog")
    found: Said = {}
    places: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["Sites where it works: 2 (Blog, Shop)"]),
        ({"site_id": site["id"]}, ["Sites where it works: 1 (Shop)"]),
    ]
    for place, lines in places:
        for kind, body in (
            ("match-rules", {"name": "no x", "conditions": {"paths": ["/x"]}, "action": "block"}),
            ("exclusions", {"rule_from": 941100}), ("policies", {"mode": "block"}),
            ("access", {"action": "deny", "network": "192.0.2.0/24"}),
            ("rules", {"name": "own", "text": 'SecRule ARGS "@rx evil" "id:100001,phase:2,deny"'}),
        ):  # fmt: skip
            row = await make(world, kind, {**body, **place})
            found[f"/security/{'waf-rules' if kind == 'rules' else kind}/{row['id']}/delete"] = lines
    return found


async def monitoring(world: World, settings: Settings) -> Said:
    claim = await made(world, "anna", "/v1/monitoring/agents/claims", {"name": "web1"})
    enrolment = {"claim": claim["claim"], "host": "web1", "agent_version": "1"}
    assert (await world.send(None, "POST", "/v1/monitoring/agents/enrolments", enrolment)).status_code == 201
    [agent] = (await world.get("anna", "/v1/monitoring/agents")).json()["data"]
    series = [{"__name__": "host_load_5m", "host": host} for host in ("web1", "web2")] + [
        {"__name__": "agent_up", "host": "web1"}
    ]
    keep(settings, world.organizations["apple"], [(labels, [(1e9, 1.0)]) for labels in series])
    check = await made(world, "anna", "/v1/monitoring/checks", WATCHED)
    rule = await made(world, "anna", "/v1/monitoring/rules", RULE)
    shown = {"slug": "ours", "title": "Ours", "components": [{"check_id": check["id"], "name": "Shop"}]}
    page = await made(world, "anna", "/v1/monitoring/status-pages", shown)
    told = {"page_id": page["id"], "title": "It is slow", "text": "We look.", "status": "investigating", "impact": "minor"}
    await made(world, "anna", "/v1/monitoring/incidents", told)
    used, idle = [
        await made(world, "anna", "/v1/monitoring/channels", {"name": name, "kind": "mail", "recipients": ["a@example.com"]})
        for name in ("Night", "Day")
    ]
    for n in range(4):
        route = {"name": f"Route {n}", "position": n, "steps": [{"channel_ids": [used["id"]]}]}
        await made(world, "anna", "/v1/monitoring/notification-routes", route)
    at = "/monitoring"
    return {
        f"{at}/agents/{agent['id']}/delete": ["Series of its host, which get no further values: 2"],
        f"{at}/checks/{check['id']}/delete": ["Status pages: 1 (Ours)"],
        f"{at}/rules/{rule['id']}/delete": [],
        f"{at}/status-pages/{page['id']}/delete": ["Incidents: 1 (It is slow)", "Checks, which go on: 1 (Front)"],
        f"{at}/receivers/{used['id']}/delete": ["Routes that lead there: 4 (Route 0, Route 1, Route 2)"],
        f"{at}/receivers/{idle['id']}/delete": [],
    }


async def accounts(world: World, _: Settings) -> Said:
    for n in range(4):
        await made(world, "anna", "/v1/api-keys", {"name": f"Key {n}", "scopes": ["users:read"]})
    await make_site(world)
    hook = await made(world, "anna", "/v1/webhooks", {"url": "https://hooks.example.com/in", "topics": ["user.created"]})
    assert (await world.send("anna", "POST", f"/v1/webhooks/{hook['id']}/test")).status_code == 202
    organizations = world.organizations
    return {
        f"/users/{world.users['anna']}/delete": ["API keys: 4 (Key 3, Key 2, Key 1, show all)"],
        f"/users/{world.users['alex']}/delete": [],
        f"/organizations/{organizations['apple']}/delete": [
            "People: 2 (Alex, Anna)", "API keys: 4 (Key 3, Key 2, Key 1, show all)", "Sites: 1 (Shop)",
        ],
        f"/organizations/{organizations['north']}/delete": ["! Organizations below: 2 (Birch, Apple)", "People: 2 (Ned, Nora)"],
        f"/webhooks/{hook['id']}/delete": ["Deliveries that wait: 1 (webhook.test)"],
    }  # fmt: skip


async def billing(world: World, _: Settings) -> Said:
    shop = Shop(world)
    await shop.open()
    free, bound = await shop.customer("Free"), await shop.customer("Bound")
    sold, unsold = await shop.price("10", name="Monthly"), await shop.plan("Unsold")
    coupon = await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10"}, 201)
    subscription = await shop.subscribe(bound["id"], sold["id"], coupon="TEN")
    await shop.draft(bound["id"])
    steps = {"name": "Stern", "steps": [{"days": 7, "action": "remind", "text": "Please pay."}]}
    schedule = await shop.ask("POST", "/v1/dunning-schedules", steps, 201)
    named = {"product_id": unsold["product_id"], "name": "Unsold", "dunning_id": schedule["id"]}
    await shop.ask("PUT", f"/v1/plans/{unsold['id']}", named)
    name = subscription["name"]
    return {
        f"/products/{unsold['product_id']}/delete": ["! Plans: 1 (Unsold)"],
        f"/plans/{unsold['id']}/delete": [],
        f"/plans/{sold['plan_id']}/delete": ["! Prices: 1 (Monthly)", f"! Subscriptions: 1 ({name})"],
        f"/prices/{sold['id']}/archive": [f"Subscriptions: 1 ({name})"],
        f"/prices/{sold['id']}/delete": [f"! Subscriptions: 1 ({name})"],
        f"/coupons/{coupon['id']}/retire": [f"Subscriptions: 1 ({name})"],
        f"/dunning/{schedule['id']}/delete": ["! Plans that name it: 1 (Unsold)"],
        f"/customers/{free['id']}/delete": [],
        f"/customers/{bound['id']}/delete": ["! Invoices: 2 (Draft, INV-2026-00001)", f"! Subscriptions: 1 ({name})"],
    }


AREAS: dict[str, tuple[str, Callable[[World, Settings], Awaitable[Said]]]] = {
    "sites": ("anna", sites), "security": ("anna", security), "monitoring": ("anna", monitoring), "accounts": ("root", accounts),
    "billing": ("nora", billing),
}  # fmt: skip


@pytest.mark.parametrize("area", list(AREAS))
async def test_what_depends_is_counted_and_named(log_in: LogIn, world: World, settings: Settings, area: str) -> None:
    who, stock = AREAS[area]
    wanted = await stock(world, settings)
    browser = await log_in(who)
    found = {}
    for path in wanted:
        assert (await browser.get(path)).status_code == 200, path
        is_kept = "It cannot be deleted while these are there:" in browser.page
        kept = said(browser.page.partition("It cannot be deleted while these are there:")[2].partition("</ul>")[0])
        found[path] = [f"! {one}" if one in kept else one for one in said(browser.page)]
        assert (f'action="{path}"' in browser.page) != is_kept, "the button is there only where it does something"
        if is_kept:
            row = path.removesuffix("/delete").replace("/dunning/", "/dunning-schedules/")
            assert (await world.send(who, "DELETE", f"/v1{row}")).status_code == 409, "what the page says is so"
        for link in re.findall(r'<li class="break-words">.*?</li>', browser.page, re.DOTALL):
            for href in re.findall(r'href="([^"]+)"', link):
                assert (await browser.client.get(html.unescape(href))).status_code == 200, href
    assert found == wanted


# Whose name must be typed: how it is made, its page, and the word.
TYPED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "webhook": ("anna", {"url": "https://hooks.example.com/in", "topics": ["user.created"]}, "/webhooks/{id}/delete",
                "hooks.example.com"),
    "api-key": ("anna", {"name": "Robot", "scopes": ["users:read"]}, "/api-keys/{id}/revoke", "Robot"),
    "product": ("nora", {"name": "Web space"}, "/products/{id}/delete", "Web space"),
    "plan": ("nora", {}, "/plans/{id}/delete", "Small"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(TYPED))
async def test_the_name_must_be_typed(log_in: LogIn, world: World, kind: str) -> None:
    who, body, page, word = TYPED[kind]
    row = await Shop(world).plan("Small") if kind == "plan" else await made(world, who, f"/v1/{kind}s", body)
    path, browser = page.format(id=row["id"]), await log_in(who)
    await browser.get(path)
    for typed in ("", word.lower() if word != word.lower() else word.upper()):
        assert (await _sent(browser, path, typed)) == 422
        assert "That is not what stands there." in browser.page
        assert (await world.get(who, f"/v1/{kind}s/{row['id']}")).status_code == 200
    assert (await _sent(browser, path, word)) == 200
    assert (await world.get(who, f"/v1/{kind}s/{row['id']}")).status_code == 404


async def _sent(browser: Browser, path: str, typed: str) -> int:
    return (await browser.submit(path, {"confirmation": typed})).status_code


async def test_who_may_not_see_them_is_not_told_how_many() -> None:
    asked: list[str] = []

    async def service(_: Any, __: Any, filters: dict[str, Any]) -> tuple[list[Any], int]:
        asked.append(str(filters))
        return [], 7

    table = Table(
        name="t", path="/t", service=service, columns=(Column(name="name", label="Name"),), sortable={"created_at": "created_at"}
    )
    held: Any = SimpleNamespace(principal=SimpleNamespace(may=lambda permission: permission == "sites:read"))
    kinds = [Hangs(table=table, label=name, permission=f"{name}:read", by="of") for name in ("sites", "rules")]
    found = await hanging(*kinds)(held, SimpleNamespace(id=5))
    assert [(one.label, one.total, one.path) for one in found] == [("sites", 7, "/t?of=5")]
    assert asked == ["{'of': 5}"], "nothing is asked that is not shown"
