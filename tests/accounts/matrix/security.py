"""/v1/audit-log and /v1/security."""

from __future__ import annotations

from tests.accounts.matrix.common import (
    LISTED_BY_MEMBERS,
    LISTED_BY_STAFF,
    MADE_BY_OWNERS,
    READ_BY_MEMBERS,
    READ_BY_STAFF,
    WRITTEN_BY_OWNERS,
)
from tests.accounts.matrix.grid import Row, grid
from tests.accounts.matrix.sites import PLATFORM_READS, PLATFORM_WRITES

ALL = "/v1/security"
WRITTEN, CREATED, DELETED = grid(WRITTEN_BY_OWNERS), grid(WRITTEN_BY_OWNERS, ok=201), grid(WRITTEN_BY_OWNERS, ok=204)
RULES = 'SecMarker "end"'
MATCH = {"name": "new", "conditions": {"paths": ["/admin*"]}, "action": "block"}

DETECTOR = {"is_active": True, "threshold": 7, "window_s": 60, "ban_s": 60, "most_ban_s": 600}
# Everybody sees the counts of what they reach, which may be nothing.
SEEN_BY_MEMBERS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora              ok
    ned               ok
    anna              ok
    alex              ok
    key              403
    anonymous        401
""")

ROWS = [
    Row("GET /v1/audit-log", "audit_entry", LISTED_BY_STAFF),
    Row("GET /v1/audit-log/{entry_id}", "audit_entry", grid(READ_BY_STAFF)),
    Row("GET /v1/sites/{site_id}/security", "site", READ_BY_MEMBERS),
    Row(f"GET {ALL}/policies", "security_policy", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/policies", "site", CREATED, {"site_id": "{site_id}", "mode": "block"}),
    Row(f"GET {ALL}/policies/{{policy_id}}", "security_policy", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/policies/{{policy_id}}", "security_policy", WRITTEN, {"site_id": "{site_id}", "mode": "off"}),
    Row(f"DELETE {ALL}/policies/{{policy_id}}", "security_policy", DELETED),
    Row(f"GET {ALL}/exclusions", "exclusion", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/exclusions", "site", CREATED, {"site_id": "{site_id}", "rule_from": 942100}),
    Row(f"GET {ALL}/exclusions/{{exclusion_id}}", "exclusion", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/exclusions/{{exclusion_id}}", "exclusion", WRITTEN, {"site_id": "{site_id}", "tag": "attack-xss"}),
    Row(f"DELETE {ALL}/exclusions/{{exclusion_id}}", "exclusion", DELETED),
    Row(f"GET {ALL}/rules", "waf_rules", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/rules", "site", CREATED, {"site_id": "{site_id}", "name": "new", "text": RULES}),
    Row(f"GET {ALL}/rules/{{rules_id}}", "waf_rules", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/rules/{{rules_id}}", "waf_rules", WRITTEN, {"site_id": "{site_id}", "name": "changed", "text": RULES}),
    Row(f"DELETE {ALL}/rules/{{rules_id}}", "waf_rules", DELETED),
    Row(f"GET {ALL}/match-rules", "match_rule", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/match-rules", "site", CREATED, {**MATCH, "site_id": "{site_id}"}),
    Row(f"GET {ALL}/match-rules/{{rule_id}}", "match_rule", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/match-rules/{{rule_id}}", "match_rule", WRITTEN, {**MATCH, "site_id": "{site_id}"}),
    Row(f"DELETE {ALL}/match-rules/{{rule_id}}", "match_rule", DELETED),
    Row(f"GET {ALL}/access", "access_entry", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/access", "site", CREATED, {"site_id": "{site_id}", "action": "deny", "asn": 64500}),
    Row(f"GET {ALL}/access/{{entry_id}}", "access_entry", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/access/{{entry_id}}", "access_entry", WRITTEN, {"site_id": "{site_id}", "action": "allow", "country": "NZ"}),
    Row(f"DELETE {ALL}/access/{{entry_id}}", "access_entry", DELETED),
    Row(f"GET {ALL}/bans", "ban", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/bans", "new_network", MADE_BY_OWNERS, {"network": "{network}", "reason": "abuse"}),
    Row(f"GET {ALL}/bans/{{ban_id}}", "ban", READ_BY_MEMBERS),
    Row(f"POST {ALL}/bans/{{ban_id}}/lift", "ban", WRITTEN, {"reason": "a mistake"}),
    Row(f"GET {ALL}/events", "security_event", LISTED_BY_MEMBERS),
    Row(f"GET {ALL}/event-rules", "nothing", SEEN_BY_MEMBERS),
    Row(f"GET {ALL}/events/{{event_id}}", "security_event", READ_BY_MEMBERS),
    Row(f"POST {ALL}/events/{{event_id}}/exclusion", "security_event", CREATED, {"note": "false positive"}),
    Row(f"GET {ALL}/firewalls", "firewall", LISTED_BY_MEMBERS),
    Row(f"POST {ALL}/firewalls", "new_server", MADE_BY_OWNERS, {"server": "{server}"}),
    Row(f"GET {ALL}/firewalls/{{firewall_id}}", "firewall", READ_BY_MEMBERS),
    Row(f"GET {ALL}/firewalls/{{firewall_id}}/nftables", "firewall", READ_BY_MEMBERS),
    Row(f"PUT {ALL}/firewalls/{{firewall_id}}", "firewall", WRITTEN, {"server": "{server}", "input": "drop"}),
    Row(f"DELETE {ALL}/firewalls/{{firewall_id}}", "firewall", DELETED),
    Row(f"GET {ALL}/detectors", "nothing", PLATFORM_READS),
    Row(f"PUT {ALL}/detectors/{{name}}", "detector", PLATFORM_WRITES, DETECTOR),
    Row(f"GET {ALL}/settings", "nothing", PLATFORM_READS),
    Row(f"PUT {ALL}/settings", "nothing", PLATFORM_WRITES, {"challenge_difficulty": 12}),
]
