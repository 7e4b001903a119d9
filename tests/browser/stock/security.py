"""What gateways stopped, and what people decided about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

from tests.browser.stock.desk import Desk
from tests.security.found import event, write
from tests.sites.seen import request

_FOUND = (
    (942100, "SQL injection found by its structure", "ARGS:q", "1' UNION SELECT password FROM users--", "attack-sqli", "/search"),
    (
        941100,
        "Cross-site scripting found by its structure",
        "ARGS:comment",
        "<script>alert(1)</script>",
        "attack-xss",
        "/comments",
    ),
    (930120, "A file of the system is asked for", "REQUEST_URI", "/../../etc/passwd", "attack-lfi", "/download"),
    (913100, "A scanner names itself", "REQUEST_HEADERS:User-Agent", "sqlmap/1.7", "attack-reputation-scanner", "/"),
)
_FROM = (
    ("203.0.113.7", "NL", 64500),
    ("198.51.100.23", "US", 64501),
    ("192.0.2.80", "BR", 64502),
    ("2001:db8:9::17", "DE", 64503),
)


def fill(desk: Desk) -> None:
    """Two days of events of the shop, bans, lists and rules."""
    shop = desk.made["shop_site"]["id"]
    route = desk.sql("SELECT id FROM hcc.gateway_routes WHERE site_id = %s AND path_prefix = '/'", shop)[0][0]
    events: list[dict[str, Any]] = []
    for n in range(60):
        rule, text, target, excerpt, tag, path = _FOUND[n * n % 4]
        client, country, asn = _FROM[n * 7 % 5 % 4]
        matches = [
            {"rule_id": rule, "message": text, "target": target, "excerpt": excerpt, "tags": [tag]},
            {"rule_id": 949110, "message": "The score is too high", "target": "TX:ANOMALY_SCORE", "excerpt": "10", "tags": []},
        ]
        events.append(
            event(
                at_ms=int(desk.ago(minutes=3 + n * 47).timestamp() * 1000),
                site=shop,
                route=str(route),
                client=client,
                country=country,
                asn=asn,
                path=path,
                message=text,
                matches=matches,
                score=5 + n % 3 * 5,
                host="shop.demo.localhost",
                count=1 + n % 4,
                action="blocked" if n % 5 else "detected",
                user_agent="Mozilla/5.0 (X11; Linux x86_64)",
                request_id=f"{n:032x}",
            )
        )
    write(desk.settings, *events)
    _seen(desk, shop, events[:12])
    desk.post(
        "customer",
        "/v1/security/exclusions",
        rule_from=942100,
        target="ARGS:q",
        path_prefix="/search",
        site_id=shop,
        note="Customers look for Rock 'n' Roll",
        expires_at=(desk.now + timedelta(days=30)).isoformat(),
    )
    desk.post("customer", "/v1/security/policies", site_id=shop, mode="block", paranoia=2, inbound_threshold=5)
    desk.post(
        "customer",
        "/v1/security/match-rules",
        name="No scripts at the checkout",
        action="challenge",
        conditions={"paths": ["/checkout*"], "countries": ["XX"]},
        note="Card testing in October",
    )
    desk.post(
        "customer",
        "/v1/security/match-rules",
        name="Search slowly",
        action="limit",
        conditions={"paths": ["/search"]},
        quota={"rate": 10, "per_s": 60, "burst": 5},
    )
    desk.post(
        "customer",
        "/v1/security/rules",
        name="Words we do not want",
        site_id=shop,
        text='SecRule ARGS:comment "@contains casino" "id:100001,phase:2,deny,status:403"',
    )
    desk.post("customer", "/v1/security/access", action="allow", network="192.0.2.0/28", note="The office")
    desk.post("customer", "/v1/security/access", action="deny", asn=64502, note="Nothing but scanners")
    desk.post("customer", "/v1/security/bans", network="203.0.113.7", reason="Tried passwords for an hour", seconds=86_400)
    lifted = desk.post("customer", "/v1/security/bans", network="198.51.100.0/24", reason="Copies the catalogue")
    desk.ask("customer", "POST", f"/v1/security/bans/{lifted['id']}/lift", {"reason": "It was a price comparison"})
    desk.post("customer", "/v1/security/firewalls", server="web-1")


def _seen(desk: Desk, shop: str, events: list[dict[str, Any]]) -> None:
    """Single requests as gateways hand them over; kept for longer than theirs, so that they are there when they are looked at."""
    stopped = {"status": 403, "reason": "blocked by the firewall", "upstream": None}
    seen = []
    for n, one in enumerate(events):
        same = {name: one[name] for name in ("client", "country", "host", "path", "request_id")}
        seen.append(request(time=desk.ago(seconds=n).isoformat(), us=900 + n * 731, **same, **(stopped if n % 3 else {})))
    desk.sql(
        "INSERT INTO hcc.seen_requests (organization_id, site_id, gateway, at, left_out, requests)"
        " SELECT organization_id, id, 'edge', now() + interval '1 day', 1200, %s FROM hcc.gateway_sites WHERE id = %s",
        Jsonb(seen), shop,
    )  # fmt: skip
