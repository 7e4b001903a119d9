"""The core rules' own tests, run by `hcc waf ftw` against the engine alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from control import cli
from tests.waf.rules import PLATFORM, crs3, crs3_tests, crs4

HERE = Path(__file__).parent
OVERRIDES = HERE / "crs-3.3.4-overrides.toml"
MOST_OVERRIDES = 7
CRS3_TESTS = 2403
"""As many tests stand in the files of CRS 3.3.4; fewer would mean that some are not read."""


def hcc(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any]:
    """Exit code, and what was said in JSON."""
    capsys.readouterr()
    code = cli.main(["waf", *args, "--json"])
    return code, msgspec.json.decode(capsys.readouterr().out)


@pytest.mark.parametrize("before", [[], [PLATFORM]], ids=["alone", "with the gateway's"])
def test_crs_3(capsys: pytest.CaptureFixture[str], before: list[str]) -> None:
    options = ["--tests", str(crs3_tests()), "--overrides", str(OVERRIDES)]
    code, told = hcc(capsys, "ftw", "--rules", *before, *crs3(), *options)
    assert [(f["title"], f["wrong"]) for f in told["failed"]] == []
    assert (told["stale"], told["complaints"], code) == ([], [], 0)
    assert told["passed"] + len(told["differing"]) == CRS3_TESTS


def test_overrides_are_few_and_have_reasons() -> None:
    found = tomllib.loads(OVERRIDES.read_text())["expected_to_differ"]
    assert len(found) <= MOST_OVERRIDES
    assert not [title for title, reason in found.items() if len(reason) < 40]


@pytest.mark.parametrize("before", [[], [PLATFORM]], ids=["alone", "with the gateway's"])
def test_crs_4_loads(capsys: pytest.CaptureFixture[str], before: list[str]) -> None:
    code, told = hcc(capsys, "check", "--rules", *before, *crs4())
    assert (told["complaints"], code) == ([], 0)
    assert told["rules"] > 600


def test_crs_4_form(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests of ours in the form of CRS 4.x, against its rules."""
    code, told = hcc(capsys, "ftw", "--rules", PLATFORM, *crs4(), "--tests", str(HERE / "crs4"))
    assert [(f["title"], f["wrong"]) for f in told["failed"]] == []
    assert (told["complaints"], code) == ([], 0)
    assert told["passed"] >= 12


PLAIN = "input: {headers: {Host: localhost, User-Agent: test, Accept: text/html}}"
WRONG = [
    ("rule 942100 did not match", "output: {log: {expect_ids: [942100]}}"),
    ("rule 911100 matched", "input: {method: TRACE}, output: {log: {no_expect_ids: [911100]}}"),
    ("status 200, expected [403]", f"{PLAIN}, output: {{status: 403}}"),
    ("the log lacks", "output: {log_contains: 'id \"942100\"'}"),
    ("the log holds", "input: {method: TRACE}, output: {no_log_contains: 'id \"911100\"'}"),
    ("the log does not match", f"{PLAIN}, output: {{log: {{match_regex: 'id .94'}}}}"),
    ("other rules matched", "input: {method: TRACE}, output: {log: {expect_ids: [911100]}, isolated: true}"),
    ("the request was not refused", f"{PLAIN}, output: {{expect_error: true}}"),
]


@pytest.mark.parametrize(("complaint", "stage"), WRONG, ids=[complaint for complaint, _ in WRONG])
def test_a_test_can_fail(capsys: pytest.CaptureFixture[str], tmp_path: Path, complaint: str, stage: str) -> None:
    (tmp_path / "1.yaml").write_text(f"rule_id: 1\ntests:\n  - test_id: 1\n    stages: [{{{stage}}}]\n")
    code, told = hcc(capsys, "ftw", "--rules", *crs3(), "--tests", str(tmp_path))
    assert code == 1
    assert [any(complaint in wrong for wrong in f["wrong"]) for f in told["failed"]] == [True]
