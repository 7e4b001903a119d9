"""`hcc admin create|reset-password`: people without the API, for whoever runs the machine."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from pathlib import Path

import msgspec
import psycopg

from control.accounts import directory
from control.accounts.auth.strength import weakness
from control.accounts.directory import DirectoryError
from control.core.passwords import Passwords, generate
from control.core.settings import Settings, load


def command(args: argparse.Namespace) -> int:
    """Exit code 1 when it cannot be done, 2 when the database's address is missing."""
    settings = load()
    if not settings.owner_database_url:
        print("Set HCC_OWNER_DATABASE_URL (role hcc_owner).", file=sys.stderr)
        return 2
    try:
        password, made_up = _password(args)
        if reason := weakness(password, [args.email, getattr(args, "name", "")]):
            raise DirectoryError(f"the password {reason}")
        password_hash = _hash(settings, password)
        with psycopg.connect(settings.owner_database_url) as connection:
            if args.action == "create":
                _create(connection, args, password_hash)
            else:
                _reset(connection, args.email, password_hash)
    except DirectoryError as error:
        print(f"admin: {error}", file=sys.stderr)
        return 1
    if args.json:
        shown = {"email": args.email, "action": args.action, **({"password": password} if made_up else {})}
        print(msgspec.json.encode(shown).decode())
        return 0
    print(f"{args.email}: {'created' if args.action == 'create' else 'password set, sessions ended'}")
    if made_up:
        print(f"password (shown this one time): {password}")
    return 0


def _password(args: argparse.Namespace) -> tuple[str, bool]:
    """The password and whether we made it up. Never from the command line: other users see that."""
    if args.password_file:
        lines = Path(args.password_file).read_text(encoding="utf-8").splitlines()
        return (lines[0] if lines else ""), False
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        typed = getpass.getpass("Password (empty: make one up): ")
        if typed:
            return typed, False
    return generate(), True


def _hash(settings: Settings, password: str) -> str:
    passwords = Passwords(settings.argon2_memory_kib, 1)
    try:
        return passwords.hash_here(password)
    finally:
        passwords.close()


def _create(connection: psycopg.Connection[tuple[object, ...]], args: argparse.Namespace, password_hash: str) -> None:
    if args.organization:
        organization_id = directory.organization(connection, args.organization)
        if organization_id is None:
            raise DirectoryError(f"there is no organization {args.organization!r}")
    else:
        organization_id = directory.ensure_organization(
            connection, slug="platform", name="Platform", kind="platform", parent=None
        )
    row = connection.execute("SELECT kind FROM hcc.organizations WHERE id = %s", (organization_id,)).fetchone()
    username = re.sub(r"[^a-z0-9._-]", "-", args.email.partition("@")[0].lower()).strip("._-") or "admin"
    directory.add_person(
        connection,
        organization_id=organization_id,
        email=args.email,
        username=username if len(username) > 1 else f"{username}-admin",
        full_name=args.name,
        role="superadmin" if row == ("platform",) else "owner",
        password_hash=password_hash,
    )


def _reset(connection: psycopg.Connection[tuple[object, ...]], email: str, password_hash: str) -> None:
    user_id = directory.person(connection, email)
    if user_id is None:
        raise DirectoryError(f"there is no {email}")
    directory.set_password(connection, user_id, password_hash)
    row = connection.execute("SELECT organization_id FROM hcc.users WHERE id = %s", (user_id,)).fetchone()
    if row is not None:
        directory.note(connection, row[0], "user.password_reset", "user", user_id)  # type: ignore[arg-type]
