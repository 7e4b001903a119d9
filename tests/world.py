"""The people and organisations that tests are about.

platform ─┬─ north (reseller) ─┬─ apple   (customer)
          │                    └─ birch   (customer: apple's sibling)
          └─ south (reseller) ─── cherry  (customer: another reseller's)
"""

from __future__ import annotations

from uuid import UUID

import httpx
import msgspec
import psycopg
from argon2 import PasswordHasher
from psycopg.types.json import Jsonb

from control.core import tokens
from control.core.ids import new_id
from control.core.runtime import Runtime
from control.core.settings import Settings

PASSWORD = "violet-tractor-9-lagoon"
TREE = {
    "platform": (None, "platform"),
    "north": ("platform", "reseller"),
    "south": ("platform", "reseller"),
    "apple": ("north", "customer"),
    "birch": ("north", "customer"),
    "cherry": ("south", "customer"),
}
PEOPLE = {
    "root": ("platform", "superadmin"),
    "agent": ("platform", "support"),
    "nora": ("north", "owner"),
    "ned": ("north", "staff"),
    "saul": ("south", "owner"),
    "anna": ("apple", "owner"),
    "alex": ("apple", "member"),
    "bert": ("birch", "owner"),
    "cleo": ("cherry", "owner"),
}


class People(msgspec.Struct, kw_only=True):
    """Ids by name, and a token for each person."""

    organizations: dict[str, UUID]
    users: dict[str, UUID]
    tokens: dict[str, str] = {}
    refresh_tokens: dict[str, str] = {}


class World(People):
    """They, and a way to speak to the application as one of them."""

    client: httpx.AsyncClient

    def email(self, name: str) -> str:
        return f"{name}@example.com"

    def headers(self, name: str | None, **more: str) -> dict[str, str]:
        """What a request of this person carries; names of further headers are written with underscores."""
        sent = {key.replace("_", "-"): value for key, value in more.items()}
        if name is not None:
            sent["Authorization"] = f"Bearer {self.tokens[name]}"
        return sent

    async def get(self, name: str | None, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers(name, **headers))

    async def send(self, name: str | None, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        if body is None:
            return await self.client.request(method, path, headers=self.headers(name, **headers))
        return await self.client.request(method, path, json=body, headers=self.headers(name, **headers))


def world_of(people: People, client: httpx.AsyncClient) -> World:
    """A copy that a test may change."""
    return World(client=client, **{name: dict(getattr(people, name)) for name in people.__struct_fields__})


async def build_world(settings: Settings, runtime: Runtime, client: httpx.AsyncClient) -> People:
    """Fill the database as its owner, then log everybody in through the API."""
    organizations = {name: new_id() for name in TREE}
    users = {name: new_id() for name in PEOPLE}
    password_hash = PasswordHasher(time_cost=2, memory_cost=settings.argon2_memory_kib, parallelism=1).hash(PASSWORD)
    key = tokens.generate(runtime.keyring)
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            "INSERT INTO hcc.signing_keys (kid, algorithm, public_jwk, private_key, active_from)"
            " VALUES (%s, 'EdDSA', %s, %s, now())",
            (key.kid, Jsonb(key.public_jwk), key.private_key),
        )
        for name, (parent, kind) in TREE.items():
            connection.execute(
                "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug) VALUES (%s, %s, %s, '{}', %s, %s)",
                (organizations[name], organizations[parent] if parent else None, kind, name.title(), name),
            )
        for name, (place, role) in PEOPLE.items():
            user, organization = users[name], organizations[place]
            connection.execute(
                "INSERT INTO hcc.users (id, organization_id, email, username, full_name) VALUES (%s, %s, %s, %s, %s)",
                (user, organization, f"{name}@example.com", name, name.title()),
            )
            connection.execute("INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)", (organization, user))
            user_type = {"platform": "admin"}.get(TREE[place][1], TREE[place][1])
            connection.execute(
                "INSERT INTO hcc.user_roles (organization_id, user_id, role_id) SELECT %s, %s, id FROM hcc.roles"
                " WHERE organization_id IS NULL AND user_type = %s AND name = %s",
                (organization, user, user_type, role),
            )
            connection.execute(
                "INSERT INTO hcc.user_credentials (user_id, password_hash, password_set_at) VALUES (%s, %s, now())",
                (user, password_hash),
            )
    people = People(organizations=organizations, users=users)
    for name in PEOPLE:
        answer = await client.post(
            "/v1/auth/login",
            json={"email": f"{name}@example.com", "password": PASSWORD},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )
        assert answer.status_code == 200, answer.text
        people.tokens[name] = answer.json()["data"]["access_token"]
        people.refresh_tokens[name] = answer.json()["data"]["refresh_token"]
    return people
