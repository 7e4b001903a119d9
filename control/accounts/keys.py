"""`hcc keys list|rotate|rotate-encryption`: the keys that sign tokens, and those that seal secrets at rest."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from control.accounts import directory
from control.core import tokens
from control.core.crypto import ENCRYPTED_COLUMNS, EncryptedColumn, Keyring, KeyringError, place
from control.core.settings import Settings, SettingsError, load

LEAD_SECONDS = 60
"""A new key is published this long before it signs: verifiers read the keys every half minute."""
_BATCH = 500


class Key(msgspec.Struct):
    """A signing key as `hcc keys list` shows it."""

    kid: str
    active_from: datetime
    retires_at: datetime | None
    state: str


def command(args: argparse.Namespace) -> int:
    """Exit code 1 when it cannot be done, 2 when settings are missing."""
    settings = load()
    if not settings.owner_database_url:
        raise SettingsError(["HCC_OWNER_DATABASE_URL is not set: keys are changed as role hcc_owner"])
    keyring = _keyring("HCC_ENCRYPTION_KEYS", settings.encryption_keys)
    with psycopg.connect(settings.owner_database_url) as connection:
        match args.action:
            case "list":
                _show(list_keys(connection), as_json=args.json)
            case "rotate":
                kid = rotate(connection, keyring, settings, at_once=args.now)
                if args.json:
                    print(msgspec.json.encode({"kid": kid, "signs_in_s": 0 if args.now else LEAD_SECONDS}).decode())
                    return 0
                print(f"{kid} signs {'now' if args.now else f'in {LEAD_SECONDS} s'}; the old key is good until its tokens expire")
            case _:
                rings = {"HCC_ENCRYPTION_KEYS": keyring}
                if settings.certificate_keys:
                    rings["HCC_CERTIFICATE_KEYS"] = _keyring("HCC_CERTIFICATE_KEYS", settings.certificate_keys)
                return _reencrypt_all(connection, rings, as_json=args.json)
    return 0


def _keyring(name: str, keys: str) -> Keyring:
    try:
        return Keyring.parse(keys)
    except KeyringError as error:
        raise SettingsError([f"{name}: {error}"]) from None


def list_keys(connection: psycopg.Connection[Any]) -> list[Key]:
    """The keys that are published, the newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT k.kid, k.active_from, k.retires_at, CASE WHEN k.active_from > now() THEN 'waiting'"
            " WHEN k.retires_at <= now() THEN 'retired'"
            " WHEN k.active_from = (SELECT max(active_from) FROM hcc.signing_keys WHERE active_from <= now()) THEN 'signing'"
            " ELSE 'checking' END AS state FROM hcc.signing_keys k ORDER BY k.active_from DESC"
        )
        return msgspec.convert(cursor.fetchall(), list[Key])


def _show(keys: list[Key], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(keys).decode())
        return
    if not keys:
        print("There are no keys; run `hcc keys rotate --now`.")
    for key in keys:
        retires = f", until {key.retires_at:%Y-%m-%d %H:%M:%S %Z}" if key.retires_at else ""
        print(f"{key.kid}  {key.state}  from {key.active_from:%Y-%m-%d %H:%M:%S %Z}{retires}")


def rotate(connection: psycopg.Connection[Any], keyring: Keyring, settings: Settings, *, at_once: bool) -> str:
    """Bring in a new key. `at_once` is for a key that was stolen: the old ones are good for nothing from now on."""
    key = tokens.generate(keyring)
    lead = 0 if at_once else LEAD_SECONDS
    lasts = 0 if at_once else lead + settings.jwt_access_ttl + 60
    connection.execute(
        "UPDATE hcc.signing_keys SET retires_at = now() + make_interval(secs => %s)"
        " WHERE retires_at IS NULL OR retires_at > now() + make_interval(secs => %s)",
        (lasts, lasts),
    )
    directory.add_signing_key(connection, key.kid, key.public_jwk, key.private_key, lead)
    if (root := directory.platform(connection)) is not None:
        directory.note(connection, root, "signing_key.rotated", "signing_key", key.kid)
    connection.commit()
    return key.kid


def _reencrypt_all(connection: psycopg.Connection[Any], rings: dict[str, Keyring], *, as_json: bool) -> int:
    """A keyring that was not given leaves its columns as they are; that is said, and no failure."""
    done: list[dict[str, Any]] = []
    for column in ENCRYPTED_COLUMNS:
        name, keyring = f"{column.table}.{column.column}", rings.get(column.setting)
        if keyring is None:
            done.append({"column": name, "changed": 0, "not_opened": [], "skipped": f"{column.setting} is not set"})
            if not as_json:
                print(f"{name}: left as it is, {column.setting} is not set")
            continue
        changed, broken = reencrypt(connection, keyring, column)
        done.append({"column": name, "changed": changed, "not_opened": broken})
        if not as_json:
            print(f"{name}: {changed} sealed anew with {keyring.primary}")
            for row in broken:
                print(f"  row {row}: cannot be opened with the keys given; left as it is", file=sys.stderr)
    if as_json:
        print(msgspec.json.encode(done).decode())
    return 1 if any(entry["not_opened"] for entry in done) else 0


def reencrypt(connection: psycopg.Connection[Any], keyring: Keyring, column: EncryptedColumn) -> tuple[int, list[str]]:
    """Seal the values of a column with the first key: how many were changed, and the rows that do not open.

    Works in batches with a commit each, so it can be stopped and started again; processes go on meanwhile, since they hold
    both keys.
    """
    row = sql.SQL(" || ':' || ").join(sql.SQL("{}::text").format(sql.Identifier(k)) for k in column.keys)
    name, table = sql.Identifier(column.column), sql.Identifier("hcc", column.table)
    read = sql.SQL(
        "SELECT {row} AS row, {name} AS sealed FROM {table}"
        " WHERE {name} IS NOT NULL AND {row} > %s ORDER BY 1 LIMIT %s FOR UPDATE"
    ).format(row=row, name=name, table=table)
    write = sql.SQL("UPDATE {table} SET {name} = %s WHERE {row} = %s").format(row=row, name=name, table=table)
    changed, broken, last = 0, list[str](), ""
    while True:
        rows = connection.execute(read, (last, _BATCH)).fetchall()
        if not rows:
            connection.commit()
            return changed, broken
        for key, sealed in rows:
            last = key
            where = place(column.table, column.column, key)
            try:
                if keyring.key_of(sealed) == keyring.primary:
                    continue
                opened = keyring.open(sealed, where)
            except KeyringError:
                broken.append(key)
                continue
            connection.execute(write, (keyring.seal(opened, where), key))
            changed += 1
        connection.commit()
