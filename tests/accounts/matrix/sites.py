"""/v1/sites with what is below, /v1/certificates and /v1/gateway."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_MEMBERS, MADE_BY_OWNERS, READ_BY_MEMBERS, WRITTEN_BY_OWNERS
from tests.accounts.matrix.grid import Row, grid
from tests.sites.pem import CHAIN, KEY

# The platform's people alone, whatever role the others have at home.
PLATFORM_READS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora             403
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
PLATFORM_WRITES = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora             403
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
LISTED_BELOW_A_SITE = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora             404      +      +      +     404
    ned              404      +      +      +     404
    anna             404    404      +    404     404
    alex             404    404      +    404     404
    key              403
    anonymous        401
""")
SITE, UPSTREAM, ROUTE = "/v1/sites/{site_id}", "/v1/sites/{site_id}/upstreams", "/v1/sites/{site_id}/routes"
CERTIFICATE, SETTINGS = "/v1/certificates/{certificate_id}", "/v1/gateway/settings"
TARGETS = [{"address": "9.9.9.9:80"}]
PAIR = {"chain_pem": CHAIN, "private_key_pem": KEY}
ALL_SETTINGS: dict[str, object] = {"trusted_proxies": [], "defaults": {}, "response_headers": {}}

ROWS = [
    Row("GET /v1/sites", "site", LISTED_BY_MEMBERS),
    Row("POST /v1/sites", "new_host", MADE_BY_OWNERS, {"name": "New", "hosts": ["{host}"]}),
    Row(f"GET {SITE}", "site", READ_BY_MEMBERS),
    Row(f"GET {SITE}/status", "site", READ_BY_MEMBERS),
    Row(f"PUT {SITE}", "site", grid(WRITTEN_BY_OWNERS), {"name": "Changed", "hosts": ["{host}"]}),
    Row(f"PATCH {SITE}", "site", grid(WRITTEN_BY_OWNERS), {"name": "Changed"}),
    Row(f"DELETE {SITE}", "site", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row(f"GET {UPSTREAM}", "upstream", LISTED_BELOW_A_SITE),
    Row(f"POST {UPSTREAM}", "site", grid(WRITTEN_BY_OWNERS, ok=201), {"name": "new", "targets": TARGETS}),
    Row(f"GET {UPSTREAM}/{{upstream_id}}", "upstream", READ_BY_MEMBERS),
    Row(f"PUT {UPSTREAM}/{{upstream_id}}", "upstream", grid(WRITTEN_BY_OWNERS), {"name": "changed", "targets": TARGETS}),
    Row(f"PATCH {UPSTREAM}/{{upstream_id}}", "upstream", grid(WRITTEN_BY_OWNERS), {"name": "changed"}),
    Row(f"DELETE {UPSTREAM}/{{upstream_id}}", "upstream", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row(f"GET {ROUTE}", "route", LISTED_BELOW_A_SITE),
    Row(f"POST {ROUTE}", "upstream", grid(WRITTEN_BY_OWNERS, ok=201), {"path": "/new", "upstream": "{upstream}"}),
    Row(f"GET {ROUTE}/{{route_id}}", "route", READ_BY_MEMBERS),
    Row(f"PUT {ROUTE}/{{route_id}}", "route", grid(WRITTEN_BY_OWNERS), {"path": "/changed", "upstream": "{upstream}"}),
    Row(f"PATCH {ROUTE}/{{route_id}}", "route", grid(WRITTEN_BY_OWNERS), {"priority": 7}),
    Row(f"DELETE {ROUTE}/{{route_id}}", "route", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row("GET /v1/certificates", "certificate", LISTED_BY_MEMBERS),
    Row("POST /v1/certificates", "nothing", MADE_BY_OWNERS, PAIR),
    Row(f"GET {CERTIFICATE}", "certificate", READ_BY_MEMBERS),
    Row(f"PUT {CERTIFICATE}", "certificate", grid(WRITTEN_BY_OWNERS), PAIR),
    Row(f"PATCH {CERTIFICATE}", "certificate", grid(WRITTEN_BY_OWNERS), {"is_default": False}),
    Row(f"DELETE {CERTIFICATE}", "certificate", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row(f"GET {SETTINGS}", "nothing", PLATFORM_READS),
    Row(f"PUT {SETTINGS}", "nothing", PLATFORM_WRITES, ALL_SETTINGS),
    Row(f"PATCH {SETTINGS}", "nothing", PLATFORM_WRITES, {"trusted_proxies": ["192.0.2.0/24"]}),
]
