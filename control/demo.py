"""What `hcc up` puts into an empty platform, so that a newcomer has something to look at.

A platform with an administrator, a reseller, two customers with people, the platform's own site on the gateway, and one
customer's site served by a sample origin, with a limit to run into; both sites have certificates that they signed themselves.
The platform and that customer have the built-in alert rules, so that what agents and gateways push is watched.
Everything is looked for before it is made: a second start changes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from control import ingest_tokens
from control.accounts import directory
from control.core import tokens
from control.core.crypto import Keyring
from control.core.db import Scope, Transaction
from control.core.envelope import now
from control.core.ids import new_id
from control.core.passwords import Passwords
from control.core.settings import Settings
from control.monitoring.builtin import queries as builtin
from control.monitoring.builtin.installing import install
from control.monitoring.builtin.reading import packs
from control.sites.certificates.reading import read
from control.sites.certificates.self_signed import self_signed
from control.sites.certificates.service import columns
from control.sites.own_site import PLACES

ADMIN_EMAIL = "admin@demo.example"
CUSTOMER_EMAIL = "owner@shop.demo.example"
SITE_HOST = "shop.demo.localhost"
SHOP_LIMIT = {"name": "shop-api", "key": "client", "rate": 30, "per_s": 60, "burst": 10}
"""Low enough to be met by hand."""

_PEOPLE = (
    ("nordwind", "reseller@nordwind.demo.example", "nina-nordwind", "Nina Nordwind", "owner"),
    ("nordwind", "help@nordwind.demo.example", "tom-nordwind", "Tom Berger", "staff"),
    ("shop", CUSTOMER_EMAIL, "olivia-shop", "Olivia Shop", "owner"),
    ("shop", "clerk@shop.demo.example", "carl-shop", "Carl Winter", "member"),
    ("bakery", "owner@bakery.demo.example", "bea-bakery", "Bea Bäcker", "owner"),
)


class Upstream(msgspec.Struct, frozen=True):
    """One upstream with one target, and the routes that lead to it."""

    name: str
    address: str
    routes: list[dict[str, Any]]


async def seed(
    settings: Settings,
    *,
    gateway_url: str,
    control_addr: str,
    origin_addr: str,
    secrets: dict[str, str],
    ingest_addr: str = "",
) -> dict[str, Any]:
    """Fill the platform; what stack.json says of it.

    `secrets` has those of `admin` and `customer`, perhaps `ingest_token` and `gateway_token`.
    """
    passwords = Passwords(settings.argon2_memory_kib, 2)
    try:
        with psycopg.connect(settings.owner_database_url) as connection:
            root = directory.ensure_organization(connection, slug="platform", name="Demo Hosting", kind="platform", parent=None)
            _signing_key(connection, settings)
            tree = {"platform": root}
            tree["nordwind"] = directory.ensure_organization(
                connection, slug="nordwind", name="Nordwind Webhosting", kind="reseller", parent=root, plan="reseller"
            )
            for slug, name in (("shop", "Olivia's Shop"), ("bakery", "Bäckerei Sonne")):
                tree[slug] = directory.ensure_organization(
                    connection, slug=slug, name=name, kind="customer", parent=tree["nordwind"]
                )
            await _person(connection, passwords, root, ADMIN_EMAIL, "admin", "Ada Admin", "superadmin", secrets["admin"])
            for slug, email, username, full_name, role in _PEOPLE:
                await _person(connection, passwords, tree[slug], email, username, full_name, role, secrets["customer"])
            _sites(connection, tree, control_addr, origin_addr, ingest_addr)
            _policies(connection, tree["platform"])
            _certificates(connection, tree, settings)
            if "ingest_token" in secrets:
                _ingest_token(connection, tree["shop"], secrets["ingest_token"])
            if "gateway_token" in secrets:
                _ingest_token(connection, tree["platform"], secrets["gateway_token"], for_others=True)
        for slug in ("platform", "shop"):
            await _rules(settings, tree[slug])
    finally:
        passwords.close()
    return {
        "platform_id": str(root),
        "admin": {"email": ADMIN_EMAIL, "password": secrets["admin"]},
        "customer": {"email": CUSTOMER_EMAIL, "password": secrets["customer"]},
        "demo_site_host": SITE_HOST,
        **{name: secret for name, secret in secrets.items() if name == "ingest_token"},
    }


def _signing_key(connection: directory.Connection, settings: Settings) -> None:
    if connection.execute("SELECT 1 FROM hcc.signing_keys WHERE retires_at IS NULL").fetchone() is None:
        key = tokens.generate(Keyring.parse(settings.encryption_keys))
        directory.add_signing_key(connection, key.kid, key.public_jwk, key.private_key, 0)


async def _person(
    connection: directory.Connection,
    passwords: Passwords,
    organization_id: UUID,
    email: str,
    username: str,
    full_name: str,
    role: str,
    password: str,
) -> None:
    if directory.person(connection, email) is None:
        directory.add_person(
            connection,
            organization_id=organization_id,
            email=email,
            username=username,
            full_name=full_name,
            role=role,
            password_hash=await passwords.hash(password),
        )


def _sites(
    connection: directory.Connection, tree: dict[str, UUID], control_addr: str, origin_addr: str, ingest_addr: str
) -> None:
    control, ingest = (
        Upstream(name, address, [one.route() for one in PLACES if one.upstream == name])
        for name, address in (("control", control_addr), ("ingest", ingest_addr))
    )
    origin = Upstream("origin", origin_addr, [{"path_prefix": "/"}, {"path_prefix": "/api", "rate_limits": [SHOP_LIMIT]}])
    _site(connection, tree["platform"], "Platform", ["*"], *([control, ingest] if ingest_addr else [control]))
    _site(connection, tree["shop"], "Olivia's Shop", [SITE_HOST], origin)


def _site(connection: directory.Connection, organization_id: UUID, name: str, hosts: list[str], *upstreams: Upstream) -> None:
    row = connection.execute("SELECT id FROM hcc.gateway_sites WHERE hosts = %s AND deleted_at IS NULL", (hosts,)).fetchone()
    site_id = new_id() if row is None else row[0]
    if row is None:
        connection.execute(
            "INSERT INTO hcc.gateway_sites (id, organization_id, name, hosts) VALUES (%s, %s, %s, %s)",
            (site_id, organization_id, name, hosts),
        )
    for upstream in upstreams:
        _upstream(connection, organization_id, site_id, upstream)


def _upstream(connection: directory.Connection, organization_id: UUID, site_id: UUID, upstream: Upstream) -> None:
    row = connection.execute(
        "SELECT id FROM hcc.gateway_upstreams WHERE site_id = %s AND name = %s", (site_id, upstream.name)
    ).fetchone()
    if row is not None:
        # The ports follow HCC_PORT_BASE, which may have moved since.
        connection.execute(
            "UPDATE hcc.gateway_targets SET address = %s WHERE upstream_id = %s AND address <> %s",
            (upstream.address, row[0], upstream.address),
        )
        return
    upstream_id = new_id()
    connection.execute(
        "INSERT INTO hcc.gateway_upstreams (id, organization_id, site_id, name) VALUES (%s, %s, %s, %s)",
        (upstream_id, organization_id, site_id, upstream.name),
    )
    connection.execute(
        "INSERT INTO hcc.gateway_targets (id, organization_id, site_id, upstream_id, address) VALUES (%s, %s, %s, %s, %s)",
        (new_id(), organization_id, site_id, upstream_id, upstream.address),
    )
    for route in upstream.routes:
        connection.execute(
            "INSERT INTO hcc.gateway_routes (id, organization_id, site_id, upstream_id, path_prefix, auth, rate_limits,"
            " strip_prefix, max_body, compress) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                new_id(),
                organization_id,
                site_id,
                upstream_id,
                route["path_prefix"],
                Jsonb(route.get("auth", {"mode": "none"})),
                Jsonb(route.get("rate_limits", [])),
                route.get("strip_prefix", False),
                route.get("max_body"),
                route.get("compress", False),
            ),
        )


def _ingest_token(connection: directory.Connection, organization_id: UUID, token: str, *, for_others: bool = False) -> None:
    found = connection.execute("SELECT 1 FROM hcc.ingest_tokens WHERE token_hash = %s", (ingest_tokens.hashed(token),))
    if found.fetchone() is None:
        ingest_tokens.add(connection, organization_id, "gateways" if for_others else "demo", token, for_others=for_others)


def _policies(connection: directory.Connection, platform: UUID) -> None:
    """The firewall blocks on all sites and only tells on the API, whose users write rules and templates; metrics and logins are
    left alone.

    Expressions over metrics look like attacks (`sum(rate(x[5m]))`), and reach nothing but their own parser. So do good passwords:
    who has one could not log in, or would find it in the list of events.
    """

    def route(prefix: str) -> tuple[Any, ...] | None:
        return connection.execute(
            "SELECT site_id, id FROM hcc.gateway_routes WHERE organization_id = %s AND path_prefix = %s"
            " ORDER BY created_at LIMIT 1",
            (platform, prefix),
        ).fetchone()

    modes = {one.path: one.firewall for one in PLACES if one.firewall is not None}
    for place, mode in (((None, None), "block"), *((route(prefix), mode) for prefix, mode in modes.items())):
        if place is not None:
            connection.execute(
                "INSERT INTO hcc.security_policies (id, organization_id, site_id, route_id, mode) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT ON CONSTRAINT security_policies_same DO NOTHING",
                (new_id(), platform, *place, mode),
            )


async def trade(settings: Settings, origin_addr: str) -> bool:
    """What the reseller of the demo sells to whom, and what the customer watches, once; false when it was there already."""
    with psycopg.connect(settings.owner_database_url) as connection:
        places = {slug: directory.organization(connection, slug) for slug in ("nordwind", "shop", "bakery")}
        owner, shop_owner = (directory.person(connection, email) for email in (_PEOPLE[0][1], CUSTOMER_EMAIL))
        sells = connection.execute(
            "SELECT 1 FROM hcc.billing_settings WHERE organization_id = %s", (places["nordwind"],)
        ).fetchone()
    reseller, shop, bakery = places.values()
    if sells or reseller is None or shop is None or bakery is None or owner is None or shop_owner is None:
        return False  # it is there, or somebody removed them
    # All of billing, which a second start does without.
    from control.core.runtime import Runtime
    from control.demo_data import small

    runtime = Runtime(settings)
    await runtime.start()
    try:
        return await small.trade(
            runtime, reseller=reseller, owner=owner, shop=shop, shop_owner=shop_owner, bakery=bakery, origin=origin_addr
        )
    finally:
        await runtime.stop()


def visit(gateway_url: str) -> None:
    """Some visitors of the shop's site, so that there is traffic to look at: pages, what is not there, attacks."""
    import httpx  # as above

    with httpx.Client(base_url=gateway_url, headers={"Host": SITE_HOST}, timeout=5) as client:
        for n in range(90):
            with suppress(httpx.HTTPError):
                client.get(("/", "/bikes", "/cart", "/api/items", "/wp-login.php?x=<script>alert(1)</script>")[n % 5])


async def _rules(settings: Settings, organization_id: UUID) -> None:
    """All packs, once: whoever removes one of several does not find it again after the next start."""
    async with await psycopg.AsyncConnection.connect(settings.owner_database_url) as connection:
        tx = Transaction(connection, Scope(organization_id))
        if await tx.value(builtin.SQL.standing, organization_id=organization_id) is None:
            for pack in packs():
                await install(tx, organization_id, pack)


def _certificates(connection: directory.Connection, tree: dict[str, UUID], settings: Settings) -> None:
    """One for the shop, and one for all other names, which is the platform's. Without a keyring there is no TLS to show."""
    if not settings.certificate_keys:
        return
    keyring = Keyring.parse(settings.certificate_keys)
    for organization, names, addresses in (("shop", [SITE_HOST], []), ("platform", ["localhost"], ["127.0.0.1", "::1"])):
        found = connection.execute(
            "SELECT 1 FROM hcc.gateway_certificates WHERE organization_id = %s AND not_after > now() + interval '30 days'",
            (tree[organization],),
        ).fetchone()
        if found is not None:
            continue
        connection.execute(
            "DELETE FROM hcc.gateway_certificates WHERE organization_id = %s AND subject = issuer", (tree[organization],)
        )
        made = columns(read(*self_signed(names, now(), addresses=addresses), now()), keyring, new_id())
        row = {**made, "organization_id": tree[organization], "is_default": organization == "platform"}
        connection.execute(
            sql.SQL("INSERT INTO hcc.gateway_certificates ({}) VALUES ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
            ),
            row,
        )
