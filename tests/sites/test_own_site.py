"""The platform's own site: the table and the commands of the documentation make what `hcc up` makes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from control.sites.own_site import PLACES, Place

PAGE = Path(__file__).resolve().parents[2] / "docs" / "monitoring.md"
LOGINS = {False: "none", True: "`jwt`, API keys pass"}
STUBS = """
set -e
curl() { printf '%s\\n' "$2 ${*: -1}" >> "$OUT"; printf '%s' "${*: -1}" | sed -n 's/.*"path_prefix": "\\([^"]*\\)".*/\\1/p'; }
jq() { cat; }
"""
"""A curl that writes down what is posted where, and gives a route's path for its id."""


@pytest.fixture(scope="module")
def section() -> str:
    text = PAGE.read_text(encoding="utf-8").split("## Behind the gateway in production")[1]
    return text.split("\n## ")[0]


def told(place: Place) -> tuple[str, ...]:
    limit = "none" if place.limit is None else f"`{place.limit['name']}`"
    return (LOGINS[place.wants_login], limit, place.firewall or "as the site", "yes" if place.is_packed else "no")


def test_the_table_says_what_is_done(section: str) -> None:
    found: dict[str, tuple[str, ...]] = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            paths, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            found |= {path: tuple(cells[:4]) for path in re.findall(r"`([^`]+)`", paths)}
    assert found == {one.path: told(one) for one in PLACES}


def test_the_commands_make_the_same(section: str, tmp_path: Path) -> None:
    commands = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    out = tmp_path / "posted"
    subprocess.run(
        ["bash", "-c", STUBS + commands],
        env={"PATH": "/usr/bin:/bin", "OUT": str(out), "url": "", "site": "S", "admin": "-", "json": "-"},
        check=True,
        capture_output=True,
        timeout=60,
    )
    posted = [line.split(" ", 1) for line in out.read_text(encoding="utf-8").splitlines()]
    routes: dict[str, dict[str, Any]] = {}
    modes: dict[str, str] = {}
    for address, body in posted:
        sent = json.loads(body)
        if address == "/v1/sites/S/routes":
            routes[sent["path_prefix"]] = sent
        else:
            assert (address, sent["site_id"]) == ("/v1/security/policies", "S")
            modes[sent["route_id"]] = sent["mode"]
    assert routes == {one.path: {**one.route(), "upstream": one.upstream} for one in PLACES}
    assert modes == {one.path: one.firewall for one in PLACES if one.firewall is not None}
