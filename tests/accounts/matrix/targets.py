"""What an operation is aimed at: made as the database's owner, in the organisation that a cell names.

Every target carries a mark that nothing else has, so that a refusal which quotes the target is found out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from control.core.crypto import Keyring, place
from control.core.ids import new_id
from control.sites.certificates.reading import read
from control.sites.certificates.self_signed import self_signed
from control.sites.certificates.service import columns
from tests.sites.pem import NOW
from tests.world import TREE, World

Connection = psycopg.Connection[Any]
LEAST = {"platform": ("admin", "support"), "reseller": ("reseller", "staff"), "customer": ("customer", "member")}


class Target(msgspec.Struct):
    """`facts` fill the path and the body; `mark` is what a refusal must not say; `id` is what a list shows."""

    id: str
    mark: str
    facts: dict[str, str]


class Making(msgspec.Struct):
    """What factories work with."""

    connection: Connection
    keyring: Keyring
    certificate_keyring: Keyring
    world: World
    buyer: str | None = None
    """The organisation that customers are; else each is a new one, that nobody works in."""

    def organization(self, name: str) -> UUID:
        return self.world.organizations[name]


def user(making: Making, where: str) -> Target:
    """A person with the least role there, so that rank does not hide what tenancy decides."""
    user_id, mark, organization = new_id(), f"mark{secrets.token_hex(8)}", making.organization(where)
    email = f"{mark}@example.com"
    making.connection.execute(
        "INSERT INTO hcc.users (id, organization_id, email, username, full_name) VALUES (%s, %s, %s, %s, %s)",
        (user_id, organization, email, mark, mark),
    )
    making.connection.execute("INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)", (organization, user_id))
    making.connection.execute(
        "INSERT INTO hcc.user_roles (organization_id, user_id, role_id) SELECT %s, %s, id FROM hcc.roles"
        " WHERE organization_id IS NULL AND user_type = %s AND name = %s",
        (organization, user_id, *LEAST[TREE[where][1]]),
    )
    return Target(str(user_id), mark, {"user_id": str(user_id), "email": email, "role": LEAST[TREE[where][1]][1]})


def new_user(making: Making, where: str) -> Target:
    """Nothing yet: the facts of a person to be added there."""
    mark = f"mark{secrets.token_hex(8)}"
    facts = {"organization_id": str(making.organization(where)), "email": f"{mark}@example.com"}
    return Target("", "no such mark", facts)


def user_export(making: Making, where: str) -> Target:
    """A finished export of a person there."""
    found = user(making, where)
    export_id = new_id()
    document = making.keyring.seal(f'{{"email": "{found.mark}"}}'.encode(), place("user_exports", "document", export_id))
    making.connection.execute(
        "INSERT INTO hcc.user_exports (id, organization_id, user_id, document) VALUES (%s, %s, %s, %s)",
        (export_id, making.organization(where), found.id, document),
    )
    return Target(str(export_id), found.mark, {**found.facts, "export_id": str(export_id)})


def organization(making: Making, where: str) -> Target:
    """The organisation itself, as it was at the start."""
    mark = f"Mark {secrets.token_hex(8)}"
    making.connection.execute(
        "UPDATE hcc.organizations SET name = %s, slug = %s, plan = 'standard', is_active = true, deleted_at = NULL WHERE id = %s",
        (mark, where, making.organization(where)),
    )
    found = str(making.organization(where))
    return Target(found, mark, {"organization_id": found, "slug": where})


def new_organization(making: Making, where: str) -> Target:
    """Nothing yet: a customer to be placed under that organisation."""
    return Target("", "no such mark", {"parent_id": str(making.organization(where)), "slug": f"mark{secrets.token_hex(8)}"})


def api_key(making: Making, where: str) -> Target:
    """A key of a person there."""
    found, key_id, prefix = user(making, where), new_id(), secrets.token_hex(6)
    making.connection.execute(
        "INSERT INTO hcc.api_keys (id, organization_id, user_id, name, prefix, key_hash, scopes)"
        " VALUES (%s, %s, %s, %s, %s, %s, '{users:read}')",
        (key_id, making.organization(where), found.id, found.mark, prefix, hashlib.sha256(prefix.encode()).digest()),
    )
    return Target(str(key_id), found.mark, {"key_id": str(key_id)})


def nothing(making: Making, where: str) -> Target:
    """For operations that aim at the caller's own organisation."""
    return Target("", "no such mark", {"organization_id": str(making.organization(where))})


def metric_question(making: Making, where: str) -> Target:
    """A question about metrics, which is always about those of the caller's organisation."""
    return Target("", "no such mark", {"query": f"query=x&start=0&end=60&step=15&organization_id={making.organization(where)}"})


def ingest_token(making: Making, where: str) -> Target:
    """A token with which metrics are pushed."""
    token_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash) VALUES (%s, %s, %s, 'hcc_in_', %s)",
        (token_id, making.organization(where), mark, secrets.token_bytes(32)),
    )
    return Target(str(token_id), mark, {"token_id": str(token_id)})


def server_agent(making: Making, where: str) -> Target:
    """The agent of a server, with its token."""
    agent_id, token_id, mark = new_id(), new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash) VALUES (%s, %s, 'agent', 'hcc_in_', %s)",
        (token_id, making.organization(where), hashlib.sha256(mark.encode()).digest()),
    )
    making.connection.execute(
        "INSERT INTO hcc.agents (id, organization_id, name, token_id) VALUES (%s, %s, %s, %s)",
        (agent_id, making.organization(where), mark, token_id),
    )
    return Target(str(agent_id), mark, {"agent_id": str(agent_id)})


def roles_of(making: Making, where: str) -> Target:
    """The roles of an organisation, named in the query."""
    return Target("", "no such mark", {"query": f"organization_id={making.organization(where)}"})


def role(making: Making, where: str) -> Target:
    """A role that an organisation made; there is one at a time, since an organisation has a most."""
    role_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute("DELETE FROM hcc.roles WHERE organization_id = %s", (making.organization(where),))
    making.connection.execute(
        "INSERT INTO hcc.roles (id, organization_id, name, user_type, permissions) VALUES (%s, %s, %s, %s, '{users:read}')",
        (role_id, making.organization(where), mark, LEAST[TREE[where][1]][0]),
    )
    return Target(str(role_id), mark, {"role_id": str(role_id), "name": f"mark{secrets.token_hex(8)}"})


def new_role(making: Making, where: str) -> Target:
    """Nothing yet: a role to be made there."""
    found = role(making, where)
    return Target("", "no such mark", {"organization_id": str(making.organization(where)), "name": found.facts["name"]})


def operation(making: Making, where: str) -> Target:
    """A finished piece of long work."""
    operation_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.operations (id, organization_id, kind, status, subject_type, subject_id, result)"
        " VALUES (%s, %s, 'user.export', 'succeeded', 'user', %s, %s)",
        (operation_id, making.organization(where), mark, Jsonb({"download": mark})),
    )
    return Target(str(operation_id), mark, {"operation_id": str(operation_id)})


def webhook(making: Making, where: str) -> Target:
    """An endpoint that is told of new people; there is one at a time, since an organisation has a most."""
    webhook_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "UPDATE hcc.webhook_endpoints SET deleted_at = now() WHERE organization_id = %s", (making.organization(where),)
    )
    making.connection.execute(
        "INSERT INTO hcc.webhook_endpoints (id, organization_id, url, topics, secret) VALUES (%s, %s, %s, '{user.created}', %s)",
        (
            webhook_id,
            making.organization(where),
            f"https://{mark}.example.com/in",
            making.keyring.seal(b"whsec_", place("webhook_endpoints", "secret", webhook_id)),
        ),
    )
    return Target(str(webhook_id), mark, {"webhook_id": str(webhook_id)})


def webhook_delivery(making: Making, where: str) -> Target:
    """What was sent to an endpoint."""
    endpoint, delivery_id = webhook(making, where), new_id()
    making.connection.execute(
        "INSERT INTO hcc.webhook_deliveries (id, organization_id, endpoint_id, event_id, topic, body, status)"
        " VALUES (%s, %s, %s, gen_random_uuid(), 'user.created', %s, 'failed')",
        (delivery_id, making.organization(where), endpoint.id, Jsonb({"data": endpoint.mark})),
    )
    return Target(str(delivery_id), endpoint.mark, {**endpoint.facts, "delivery_id": str(delivery_id)})


def site(making: Making, where: str) -> Target:
    """A site with nothing below it."""
    site_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    host = f"{mark}.example"
    making.connection.execute(
        "INSERT INTO hcc.gateway_sites (id, organization_id, name, hosts) VALUES (%s, %s, %s, %s)",
        (site_id, making.organization(where), mark, [host]),
    )
    return Target(str(site_id), mark, {"site_id": str(site_id), "host": host})


def new_host(making: Making, where: str) -> Target:
    """Nothing yet: a host name that is free."""
    return Target("", "no such mark", {"host": f"mark{secrets.token_hex(8)}.example"})


def upstream(making: Making, where: str) -> Target:
    """An upstream of a site, which no route leads to."""
    found, upstream_id, name = site(making, where), new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.gateway_upstreams (id, organization_id, site_id, name) VALUES (%s, %s, %s, %s)",
        (upstream_id, making.organization(where), found.id, name),
    )
    making.connection.execute(
        "INSERT INTO hcc.gateway_targets (id, organization_id, site_id, upstream_id, address) VALUES (%s, %s, %s, %s, %s)",
        (new_id(), making.organization(where), found.id, upstream_id, "198.51.100.9:80"),
    )
    return Target(str(upstream_id), name, {**found.facts, "upstream_id": str(upstream_id), "upstream": name})


def route(making: Making, where: str) -> Target:
    """A route of a site."""
    found, route_id = upstream(making, where), new_id()
    making.connection.execute(
        "INSERT INTO hcc.gateway_routes (id, organization_id, site_id, path_prefix, upstream_id) VALUES (%s, %s, %s, %s, %s)",
        (route_id, making.organization(where), found.facts["site_id"], f"/{found.mark}", found.id),
    )
    return Target(str(route_id), found.mark, {**found.facts, "route_id": str(route_id)})


def certificate(making: Making, where: str) -> Target:
    """A certificate with its key."""
    certificate_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    found = columns(read(*self_signed([f"{mark}.example"], NOW), NOW), making.certificate_keyring, certificate_id)
    row = {**found, "organization_id": making.organization(where)}
    making.connection.execute(
        sql.SQL("INSERT INTO hcc.gateway_certificates ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
        ),
        row,
    )
    return Target(str(certificate_id), mark, {"certificate_id": str(certificate_id)})


def _of_site(making: Making, where: str, ident: str, table: str, columns: dict[str, object]) -> Target:
    """A row of security on a site of its own; `MARK` in a value stands for the mark."""
    found, row_id = site(making, where), new_id()
    row = {name: value.replace("MARK", found.mark) if isinstance(value, str) else value for name, value in columns.items()}
    row |= {"id": row_id, "organization_id": making.organization(where), "site_id": found.id}
    making.connection.execute(
        sql.SQL("INSERT INTO hcc.{} ({}) VALUES ({})").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
        ),
        row,
    )
    return Target(str(row_id), found.mark, {**found.facts, ident: str(row_id)})


def security_policy(making: Making, where: str) -> Target:
    """What a site says of the firewall; its mark is the site's."""
    found = _of_site(making, where, "policy_id", "security_policies", {"mode": "detect"})
    return Target(found.id, found.facts["site_id"], found.facts)


def exclusion(making: Making, where: str) -> Target:
    """An exclusion of a site."""
    return _of_site(making, where, "exclusion_id", "waf_exclusions", {"tag": "MARK"})


def waf_rules(making: Making, where: str) -> Target:
    """Custom rules of a site."""
    return _of_site(making, where, "rules_id", "waf_rules", {"name": "MARK", "text": 'SecMarker "x"'})


def match_rule(making: Making, where: str) -> Target:
    """A simple rule of a site."""
    row = {"name": "MARK", "conditions": Jsonb({"paths": ["/x"]}), "action": "block"}
    return _of_site(making, where, "rule_id", "match_rules", row)


def access_entry(making: Making, where: str) -> Target:
    """A country that a site denies."""
    return _of_site(making, where, "entry_id", "access_entries", {"country": "SE", "action": "deny", "note": "MARK"})


def ban(making: Making, where: str) -> Target:
    """A ban in force."""
    ban_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.bans (id, organization_id, network, reason) VALUES (%s, %s, '198.51.100.7', %s)",
        (ban_id, making.organization(where), mark),
    )
    return Target(str(ban_id), mark, {"ban_id": str(ban_id)})


def security_event(making: Making, where: str) -> Target:
    """What a gateway found on a site."""
    found, event_id = site(making, where), new_id()
    matches = [{"rule_id": 942100, "message": found.mark, "target": "ARGS:q"}]
    making.connection.execute("SELECT hcc.security_events_day((now() AT TIME ZONE 'UTC')::date)")
    making.connection.execute(
        "INSERT INTO hcc.security_events (id, organization_id, at, gateway, requests, action, source, message, rule_ids, matches,"
        " client, site_id, method, host, path, user_agent, status, request_id)"
        " VALUES (%s, %s, now(), 'edge', 1, 'blocked', 'waf', %s, '{942100}', %s, '192.0.2.1', %s, 'GET', '', '/', '', 403, '')",
        (event_id, making.organization(where), found.mark, Jsonb(matches), found.id),
    )
    return Target(str(event_id), found.mark, {**found.facts, "event_id": str(event_id)})


def detector(making: Making, where: str) -> Target:
    """One of the platform's detectors, as it was at the start."""
    making.connection.execute("UPDATE hcc.threat_detectors SET threshold = 100 WHERE name = 'not_found'")
    return Target("", "no such mark", {"organization_id": str(making.organization(where)), "name": "not_found"})


def firewall(making: Making, where: str) -> Target:
    """The packet filter of a server."""
    firewall_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.firewalls (id, organization_id, server) VALUES (%s, %s, %s)",
        (firewall_id, making.organization(where), mark),
    )
    return Target(str(firewall_id), mark, {"firewall_id": str(firewall_id), "server": mark})


def new_server(making: Making, where: str) -> Target:
    """Nothing yet: a server without a filter."""
    return Target("", "no such mark", {"server": f"server-{secrets.token_hex(6)}"})


def new_network(making: Making, where: str) -> Target:
    """Nothing yet: an address that nobody banned."""
    return Target("", "no such mark", {"network": f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"})


def audit_entry(making: Making, where: str) -> Target:
    """An entry of the audit log."""
    mark = f"mark{secrets.token_hex(8)}"
    row = making.connection.execute(
        "INSERT INTO hcc.audit_log (organization_id, actor_type, action, subject_type, subject_id, after)"
        " VALUES (%s, 'system', 'thing.done', 'thing', %s, %s) RETURNING id",
        (making.organization(where), mark, Jsonb({"name": mark})),
    ).fetchone()
    assert row is not None
    return Target(str(row[0]), mark, {"entry_id": str(row[0])})


MAKE: dict[str, Callable[[Making, str], Target]] = {
    factory.__name__: factory
    for factory in (
        user, new_user, user_export, organization, new_organization, api_key, nothing, roles_of, role, new_role, operation,
        webhook, webhook_delivery, audit_entry, site, new_host, upstream, route, certificate,
        security_policy, exclusion, waf_rules, match_rule, access_entry, ban, new_network, security_event,
        detector, firewall, new_server, metric_question, server_agent, ingest_token,
    )
}  # fmt: skip
