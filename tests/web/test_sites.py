"""Sites and certificates in the browser: who sees them, and walks from one form to a site with all its parts."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from control.core.settings import Settings
from tests.accounts.test_login import execute
from tests.monitoring.kept import keep
from tests.security.found import event, write
from tests.sites.pem import make
from tests.sites.support import PUBLIC, make_route, make_site, make_upstream
from tests.web.conftest import LogIn
from tests.web.test_escaping import PROBES, Danger
from tests.world import World

READ = {"root": 200, "nora": 200, "anna": 200, "alex": 200, "cleo": 404}
WRITE = {"root": 200, "nora": 200, "anna": 200, "alex": 403, "cleo": 404}
LISTS = {"/sites": 200, "/certificates": 200}


@pytest.mark.parametrize("who", list(READ))
async def test_who_sees_what(log_in: LogIn, world: World, who: str) -> None:
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    route = await make_route(world, site, path_prefix="/", upstream="origin")
    base = f"/sites/{site['id']}"
    browser = await log_in(who)
    for path in (base, f"{base}/traffic"):
        assert (await browser.get(path)).status_code == READ[who], path
    below = (
        "edit", "delete", "routes/new", f"routes/{route['id']}/edit", f"routes/{route['id']}/delete", "upstreams/new",
        f"upstreams/{upstream['id']}/edit", f"upstreams/{upstream['id']}/delete",
    )  # fmt: skip
    for path in below:
        assert (await browser.get(f"{base}/{path}")).status_code == WRITE[who], path
    for path in ("/sites", "/certificates"):
        await browser.get(path)
        assert browser.answer.status_code == 200
        assert ("shop.example" in browser.page) == (path == "/sites" and who != "cleo")
    for path in ("/sites/new", "/certificates/new"):
        assert (await browser.get(path)).status_code == (403 if who == "alex" else 200), path
    await browser.get("/sites")
    for action in ("edit", "delete", "routes", "upstreams", f"routes/{route['id']}/delete"):
        refused = await browser.post(f"{base}/{action}", {"name": "mine"})
        assert refused.status_code in {"alex": (403,), "cleo": (404,)}.get(who, (200, 409, 422, 404)), action


async def test_a_site_in_one_form(log_in: LogIn, world: World) -> None:
    pair = make(["walk.example"])
    browser = await log_in("anna")
    await browser.get("/sites/new")
    typed = {"name": "Walk", "hosts": "walk.example", "target": "not a target", "mode": "block", "https_redirect": "true"}
    await browser.submit("/sites", typed)
    assert browser.answer.status_code == 422
    assert 'id="f-target" name="target" aria-invalid="true"' in browser.page
    assert "walk.example" in browser.page, "nothing that was typed is lost"
    typed |= {"target": f"https://{PUBLIC}", "chain_pem": pair.pem, "private_key_pem": "no key"}
    await browser.submit("/sites", typed)
    assert browser.answer.status_code == 422
    assert "no key" not in browser.page
    await browser.submit("/sites", typed | {"private_key_pem": pair.key_pem})
    assert browser.answer.status_code == 200, browser.page
    assert "The site was added." in browser.page
    site_id = str(browser.answer.url).rpartition("/")[2]
    assert (await world.get("anna", f"/v1/sites/{site_id}")).json()["data"]["https_redirect"] is True
    [upstream] = (await world.get("anna", f"/v1/sites/{site_id}/upstreams")).json()["data"]
    assert (upstream["targets"], upstream["tls"]["verify"]) == ([{"address": PUBLIC, "weight": 1}], True)
    [policy] = (await world.get("anna", f"/v1/security/policies?site_id={site_id}")).json()["data"]
    assert policy["mode"] == "block"
    [certificate] = (await world.get("anna", "/v1/certificates")).json()["data"]
    await browser.get(f"/certificates/{certificate['id']}")
    assert "walk.example" in browser.page
    assert "PRIVATE KEY" not in browser.page


async def test_a_route_with_a_limit_and_an_upstream(log_in: LogIn, world: World) -> None:
    site = await make_site(world)
    base = f"/sites/{site['id']}"
    browser = await log_in("anna")
    await browser.get(f"{base}/upstreams/new")
    await browser.submit(f"{base}/upstreams", {"name": "app", "targets": f"{PUBLIC} 3", "policy": "least_request"})
    assert "The upstream was added." in browser.page, browser.page
    await browser.get(f"{base}/routes/new")
    await browser.submit(f"{base}/routes", {"kind": "prefix", "where": "/shop", "per_s": "60"})
    assert browser.answer.status_code == 422
    assert "choose one: an upstream" in browser.page
    sent = {"kind": "prefix", "where": "/shop", "upstream": "app", "rate": "10", "per_s": "60", "max_in_flight": "0"}
    await browser.submit(f"{base}/routes", sent)
    assert "The route was added." in browser.page, browser.page
    assert "10 / 60 s" in browser.page
    [route] = (await world.get("anna", f"/v1{base}/routes")).json()["data"]
    assert (route["upstream"], route["rate_limits"][0]["key"]) == ("app", "client")
    await browser.get(f"{base}/routes/{route['id']}/edit")
    new = {"kind": "exact", "where": "/old", "redirect_to": "https://new.example{path}", "redirect_status": "301", "per_s": "60"}
    await browser.submit(f"{base}/routes/{route['id']}/edit", new)
    assert "The route was changed." in browser.page, browser.page
    assert "301 https://new.example" in browser.page
    await browser.get(f"{base}/routes/{route['id']}/delete")
    await browser.submit(f"{base}/routes/{route['id']}/delete")
    assert "The route was deleted." in browser.page
    await browser.get(f"{base}/edit")
    await browser.submit(
        f"{base}/edit", {"name": "Shop", "hosts": "shop.example", "is_active": "true", "on": "true", "message": "Back at 5"}
    )
    assert "The site was changed." in browser.page, browser.page
    assert "Maintenance" in browser.page


async def test_deleting_a_site_asks_first(log_in: LogIn, world: World) -> None:
    site = await make_site(world)
    browser = await log_in("anna")
    await browser.get(f"/sites/{site['id']}/delete")
    assert "Its names are served no more" in browser.page
    assert (await world.get("anna", f"/v1/sites/{site['id']}")).status_code == 200
    await browser.submit(f"/sites/{site['id']}/delete", {"confirmation": site["name"]})
    assert "The site was deleted." in browser.page
    assert (await world.get("anna", f"/v1/sites/{site['id']}")).status_code == 404


@pytest.mark.parametrize("probe", PROBES)
async def test_a_name_is_text(log_in: LogIn, world: World, probe: str) -> None:
    site = await make_site(world, name=probe, maintenance={"on": True, "message": probe})
    await make_upstream(world, site)
    await make_route(world, site, path_prefix="/", respond={"status": 200, "body": probe})
    browser = await log_in("nora")
    base = f"/sites/{site['id']}"
    for path in ("/sites", base, f"{base}/edit", f"{base}/delete", f"{base}/routes/new", f"{base}/traffic"):
        await browser.get(path)
        assert browser.answer.status_code == 200, path
        assert Danger(browser.page).found == [], path
        assert "49{%" not in browser.page, path


async def test_a_site_is_switched_off_and_on(log_in: LogIn, world: World) -> None:
    site = await make_site(world)
    base = f"/sites/{site['id']}"
    browser, reader, other = await log_in("anna"), await log_in("alex"), await log_in("cleo")
    for visitor, status in ((reader, 403), (other, 404)):
        await visitor.get("/sites")
        for action in ("pause", "resume"):
            assert (await visitor.post(f"{base}/{action}")).status_code == status
    await browser.get(f"{base}/pause")
    assert "Nothing is deleted" in browser.page
    await browser.submit(f"{base}/pause")
    assert "The site is off." in browser.page
    assert (await world.get("anna", f"/v1{base}")).json()["data"]["is_active"] is False
    await browser.submit(f"{base}/resume")
    assert "The site is on again." in browser.page
    assert (await world.get("anna", f"/v1{base}")).json()["data"]["is_active"] is True


async def test_what_happens_at_a_site_right_now(log_in: LogIn, world: World, settings: Settings) -> None:
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    route = await make_route(world, site, path_prefix="/shop", upstream=upstream["name"])
    at, now = {"site": site["id"], "route": route["id"], "gateway": "g1"}, int(time.time())

    def counter(name: str, rate: float, **labels: str) -> Any:
        points = [(now - 1200 + s, s * rate) for s in range(0, 1201, 10)]
        return {"__name__": f"hcc_site_{name}", **at, **labels}, points

    keep(settings, world.organizations["apple"], [
        counter("requests_total", 18.0, **{"class": "2xx"}), counter("requests_total", 2.0, **{"class": "5xx"}),
        counter("request_seconds_bucket", 20.0, le="0.1"), counter("request_seconds_bucket", 20.0, le="+Inf"),
        counter("decisions_total", 0.1, action="limited"),
    ])  # fmt: skip
    write(settings, event(site=site["id"], path="/<script>alert(1)</script>"))
    path = f"/sites/{site['id']}/live"
    browser = await log_in("anna")
    await browser.get(path)
    shown = dict(re.findall(r'text-xs">([^<]*)</p>\s*<p class="mt-0.5 text-2xl[^>]*>([^<]*)<', browser.page))
    assert shown["Requests each second"] == "20"
    assert shown["Errors (5xx)"].replace("\u00a0", " ") == "10 %"
    assert shown["Over a limit"] in ("89", "90", "91")
    assert "/shop/*" in browser.page
    assert "data-plot=" in browser.page
    assert Danger(browser.page).found == []
    assert f'hx-get="{path}?load=1" hx-trigger="every 5s"' in browser.page
    await browser.get(f"{path}?load=360", hx_request="true", hx_target="live")
    assert "every 5s" not in browser.page, "a forgotten tab pauses by itself"
    await browser.get(f"{path}?paused", hx_request="true", hx_target="live")
    assert "every 5s" not in browser.page
    assert "<html" not in browser.page
    for text in ("x", "9" * 5000, "-1"):
        assert (await browser.get(f"{path}?load={text}")).status_code == 200
    nora = await log_in("nora")
    await nora.get(path)
    for load in range(1, 4):
        assert (await nora.get(f"{path}?load={load}", hx_request="true", hx_target="live")).status_code == 200
    seen = execute(settings, "SELECT count(*) FROM hcc.audit_log WHERE action = 'site.viewed'")
    assert seen == [(1,)], "each load by itself is no look"
    assert (await (await log_in("cleo")).get(path)).status_code == 404
