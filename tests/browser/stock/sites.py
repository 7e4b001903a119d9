"""Sites, what they serve, their certificates, and a week of traffic."""

from __future__ import annotations

import math
from typing import Any

from tests.browser.stock.desk import Desk
from tests.monitoring.kept import keep

_HOUR = 3600
_LE = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf")
_WITHIN = (0.08, 0.22, 0.51, 0.74, 0.88, 0.95, 0.978, 0.99, 0.996, 0.999, 1.0, 1.0)


def fill(desk: Desk) -> None:
    """A shop with several routes, a blog beside it, one site that is down for maintenance."""
    [shop] = [one for one in desk.ask("customer", "GET", "/v1/sites?limit=10") if "shop.demo.localhost" in one["hosts"]]
    desk.made["shop_site"] = shop
    at = f"/v1/sites/{shop['id']}"
    desk.post(
        "customer",
        f"{at}/upstreams",
        name="images",
        targets=[{"address": "9.9.9.9:443", "weight": 3}, {"address": "9.9.9.10:443"}],
        tls={"verify": True},
        health={"kind": "http", "path": "/healthz", "interval_ms": 5000},
        policy="least_request",
    )
    desk.post("customer", f"{at}/routes", path_prefix="/images", upstream="images", compress=True)
    desk.post("customer", f"{at}/routes", path="/old-catalogue", redirect={"to": "/catalogue", "status": 301})
    desk.post(
        "customer",
        f"{at}/routes",
        path="/robots.txt",
        respond={"status": 200, "content_type": "text/plain", "body": "User-agent: *"},
    )
    desk.made["blog_site"] = blog = desk.post("customer", "/v1/sites", name="Olivia's Blog", hosts=["blog.olivia.example"])
    desk.post("customer", f"/v1/sites/{blog['id']}/upstreams", name="wordpress", targets=[{"address": "9.9.9.11:80"}])
    desk.post("customer", f"/v1/sites/{blog['id']}/routes", path_prefix="/", upstream="wordpress")
    desk.post(
        "reseller",
        "/v1/sites",
        name="Nordwind start page",
        hosts=["www.nordwind.example", "nordwind.example"],
        hsts_s=31536000,
        https_redirect=True,
        maintenance={"on": True, "message": "Back at 6 o'clock."},
    )
    _traffic(desk, shop["id"], blog["id"])


def _traffic(desk: Desk, shop: str, blog: str) -> None:
    routes = {
        row[1] or "": str(row[0]) for row in desk.sql("SELECT id, path_prefix FROM hcc.gateway_routes WHERE site_id = %s", shop)
    }
    busy = [(shop, routes["/"], 9.0, 0.004), (shop, routes["/api"], 3.0, 0.018), (shop, routes["/images"], 14.0, 0.001)]
    series: list[tuple[dict[str, str], list[tuple[float, float]]]] = []
    for site, route, per_s, bad in [*busy, (blog, "", 1.5, 0.002)]:
        at = {"gateway": "edge-1", "site": site} | ({"route": route} if route else {})
        for kind, share in (("2xx", 1 - bad - 0.03), ("3xx", 0.02), ("4xx", 0.01), ("5xx", bad)):
            series.append(({"__name__": "hcc_site_requests_total", **at, "class": kind}, _rising(desk, per_s * share)))
        series.append(({"__name__": "hcc_site_decisions_total", **at, "action": "blocked"}, _rising(desk, per_s * 0.002)))
        series.append(({"__name__": "hcc_site_decisions_total", **at, "action": "limited"}, _rising(desk, per_s * 0.004)))
        series.append(({"__name__": "hcc_site_sent_bytes_total", **at}, _rising(desk, per_s * 38_000)))
        series.append(({"__name__": "hcc_site_received_bytes_total", **at}, _rising(desk, per_s * 900)))
        for le, share in zip(_LE, _WITHIN, strict=True):
            series.append(
                ({"__name__": "hcc_site_request_seconds_bucket", **at, "le": le}, _rising(desk, per_s * share, noise=False))
            )
    keep(desk.settings, desk.organizations["shop"], series)


def _rising(desk: Desk, per_s: float, *, noise: bool = True, hours: int = 7, every: int = 30) -> list[tuple[float, float]]:
    """A counter of the last hours: quieter long ago than now, with waves."""
    end = int(desk.now.timestamp()) // every * every
    points, value = [], 1000.0
    for at in range(end - hours * _HOUR, end + 1, every):
        wave = 1 + 0.25 * math.sin(at / 2600) + 0.08 * math.sin(at / 410)
        value += per_s * every * wave * (desk.dice.uniform(0.85, 1.15) if noise else 1)
        points.append((float(at), value))
    return points


def wave(desk: Desk, low: float, high: float, *, period: float, hours: int = 7, every: int = 60, noise: float = 0.04) -> Any:
    """A gauge that goes up and down between two values."""
    end = int(desk.now.timestamp()) // every * every
    middle, half = (low + high) / 2, (high - low) / 2
    return [
        (float(at), middle + half * math.sin(at / period) + (high - low) * desk.dice.uniform(-noise, noise))
        for at in range(end - hours * _HOUR, end + 1, every)
    ]


def counter(desk: Desk, per_s: float) -> list[tuple[float, float]]:
    """A counter with waves."""
    return _rising(desk, per_s, every=60)
