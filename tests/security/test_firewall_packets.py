"""Rendered filters in force, between two network namespaces: which packets get through, and how rules on trial come back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from control.security.firewall.render import render
from tests.security.test_firewall import wall
from tests.security.walled import NEAR

V4, V6 = NEAR


def permitted() -> str:
    """Why this cannot be tried here; empty when it can."""
    if missing := [name for name in ("nft", "ip", "unshare", "nsenter") if shutil.which(name) is None]:
        return f"not installed: {', '.join(missing)}"
    words = "ip link add name near type veth peer name far && nft list ruleset"
    tried = subprocess.run(["unshare", "-rn", "sh", "-c", words], capture_output=True, text=True, check=False, timeout=20)
    return "" if tried.returncode == 0 else f"no network namespace: {tried.stderr.strip()}"


REASON = permitted()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "-")


def steps(folder: Path, *what: list[Any]) -> list[Any]:
    """Do steps in a fresh pair of namespaces; what came of each."""
    command = ["unshare", "-rn", sys.executable, "-m", "tests.security.walled", str(folder)]
    done = subprocess.run(command, input=json.dumps(what), capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def text(*rules: dict[str, Any], policy: str = "drop", sets: tuple[dict[str, Any], ...] = ()) -> str:
    return render(wall({"server": "here", "input": policy, "rules": list(rules), "sets": list(sets)}))


def tcp(port: int, action: str = "accept", **more: Any) -> dict[str, Any]:
    return {"action": action, "protocol": "tcp", "ports": [str(port)], **more}


def test_which_packets_get_through(tmp_path: Path) -> None:
    rules = text(
        tcp(8080, sources=["@far"]),
        tcp(8081, sources=["@other"]),
        tcp(8082, "reject"),
        tcp(8083, "drop", sources=["10.9.0.0/24"]),
        tcp(8083),
        {"action": "accept", "protocol": "tcp", "ports": ["8084-8085"], "interface": "near"},
        tcp(8086, interface="other"),
        sets=({"name": "far", "networks": ["10.9.0.2", "fd00:9::/64"]}, {"name": "other", "networks": ["192.0.2.0/24"]}),
    )
    expected = {
        (V4, 8080): "open", (V6, 8080): "open", (V4, 8081): "silent", (V4, 8082): "refused", (V6, 8082): "refused",
        (V4, 8083): "silent", (V6, 8083): "open", (V4, 8085): "open", (V4, 8086): "silent", (V6, 8087): "silent",
    }  # fmt: skip
    knocks = [["tcp", *place] for place in expected]
    before, _, *found = steps(tmp_path, ["tcp", V4, 8087], ["apply", rules], *knocks)
    assert before == "open"
    assert dict(zip(expected, found, strict=True)) == expected


@pytest.mark.parametrize("each", [True, False])
def test_a_limit_counts_connections(tmp_path: Path, *, each: bool) -> None:
    rules = text(tcp(8080, limit={"rate": 1, "per": "hour", "burst": 2, "each": each}), tcp(8081))
    knocks = [["tcp", V4, 8080]] * 4
    _, *found, other, apart = steps(tmp_path, ["apply", rules], *knocks, ["tcp", V4, 8081], ["tcp", V6, 8080])
    assert found == ["open", "open", "silent", "silent"]
    assert (other, apart) == ("open", "open" if each else "silent")


def test_a_filter_that_nft_refuses_changes_nothing(tmp_path: Path) -> None:
    good = text(tcp(8080))
    found = steps(
        tmp_path, ["apply", good], ["apply", good + "nonsense\n"], ["tcp", V4, 8080], ["tcp", V4, 8081],
        ["trial", "nonsense\n", 5], ["tcp", V4, 8080], ["confirm"],
    )  # fmt: skip
    assert found[1].startswith("NftError")
    assert found[2:4] == ["open", "silent"]
    assert found[4].startswith("NftError")
    assert found[5] == "open"
    assert found[6].startswith("TrialError"), "what was never in force cannot be confirmed"


def test_what_nobody_confirms_is_taken_back(tmp_path: Path) -> None:
    """Also when there was no filter at all before."""
    new = text(tcp(8080))
    found = steps(tmp_path, ["trial", new, 2], ["tcp", V4, 8081], ["wait"], ["tcp", V4, 8081], ["count", "chain"], ["confirm"])
    assert found[1:5] == ["silent", "taken back", "open", 0]
    assert found[5].startswith("TrialError")
    old = text(tcp(8081))
    again = steps(tmp_path, ["apply", old], ["trial", new, 2], ["tcp", V4, 8081], ["wait"], ["tcp", V4, 8081], ["tcp", V4, 8080])
    assert again[2:] == ["silent", "taken back", "open", "silent"]


def test_what_is_confirmed_stays(tmp_path: Path) -> None:
    new = text(tcp(8080))
    found = steps(
        tmp_path, ["trial", new, 30], ["trial", new, 30], ["confirm"], ["wait"], ["tcp", V4, 8080], ["tcp", V4, 8081],
        ["trial", text(tcp(8081)), 30], ["rollback"], ["tcp", V4, 8080], ["rollback"],
    )  # fmt: skip
    assert found[1].startswith("TrialError"), "one trial at a time"
    assert found[2:6] == ["here", "confirmed", "open", "silent"]
    assert found[7:] == [True, "open", False]
    assert (tmp_path / "kept.nft").read_text() == new
