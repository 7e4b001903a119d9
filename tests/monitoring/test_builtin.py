"""The rules and dashboards that come with the platform: every one is understood, and tells trouble from none."""

from __future__ import annotations

import re

import pytest

from control.monitoring.builtin import words
from control.monitoring.builtin.reading import Dashboard, Panel, Rule, dashboards, packs, rules
from control.monitoring.query.engine import Engine
from control.monitoring.query.parser import parse
from control.monitoring.query.store import MemoryStore, Series
from dataplane.agent.gathering import Gathering
from dataplane.agent.settings import Backup, Server, Settings
from tests.monitoring.troubles import HOUR, NOW, TROUBLES, counter, disk, flat, of

_NAMES = re.compile(r"\b(?:host|agent|hcc)_[a-z0-9_]+\b")
_PLACES = re.compile(r"\{\{ (labels\.[a-z_]+|value)(?: \| (percent|round|bytes|humanize|duration))? \}\}")
BY_ID = {rule.id: rule for rule in rules()}


async def found(expression: str, series: list[Series]) -> list[float]:
    answer = await Engine(MemoryStore(series)).at(expression, NOW * 1_000_000)
    return [float(line.values[0]) for line in answer.lines]


def test_what_they_are_called_is_translated() -> None:
    named = {text for pack in packs() for text in (pack.title, pack.about)}
    for board in dashboards():
        named |= {board.title, *(panel.title for panel in board.panels)}
    assert named == set(words.TITLES)


def test_every_rule_is_tried() -> None:
    assert set(TROUBLES) == set(BY_ID)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
async def test_a_rule_tells_trouble_from_none(rule: Rule) -> None:
    bad, good = TROUBLES[rule.id]
    assert len(await found(rule.expression, bad)) == 1
    assert await found(rule.expression, good) == []
    assert await found(rule.expression, []) == []
    if rule.recovery is not None:
        # What is over is no trouble at the same time, and trouble is not over.
        assert await found(rule.recovery, bad) == []


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.recovery], ids=lambda rule: rule.id)
async def test_recovery_is_behind_the_way_in(rule: Rule) -> None:
    assert rule.recovery is not None
    good = {
        "disk-low": disk(flat(50e9)),
        "disk-full": disk(flat(50e9)),
        "site-errors": [
            of("hcc_site_requests_total{site=s,class=2xx}", counter(9)),
            of("hcc_site_requests_total{site=s,class=5xx}", counter(0)),
        ],
    }.get(rule.id, TROUBLES[rule.id][1])
    assert len(await found(rule.recovery, good)) == 1


FILLING = [
    # Bytes left, what goes an hour, whether it is told.
    (40e9, 2.5e9, True),
    (40e9, 1.0e9, False),
    (60e9, 3.5e9, False),
    (5e9, 0.0, False),
    (30e9, -2.5e9, False),
]


@pytest.mark.parametrize(("left", "an_hour", "told"), FILLING)
async def test_disks_that_fill(left: float, an_hour: float, told: bool) -> None:
    series = disk(lambda ago: left + ago / HOUR * an_hour)
    assert bool(await found(BY_ID["disk-full-soon"].expression, series)) == told


async def test_a_silent_server_is_forgotten_at_last() -> None:
    expression = BY_ID["server-silent"].expression
    for ago, told in ((60, False), (HOUR, True), (7 * HOUR, False)):
        series = [of("agent_up{host=a}", lambda at, ago=ago: None if at < ago else 1.0)]  # type: ignore[misc]  # bound now
        assert bool(await found(expression, series)) == told, ago


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
async def test_summaries_name_labels_that_are_there(rule: Rule) -> None:
    rest = _PLACES.sub("", rule.summary)
    assert "{" not in rest
    assert "}" not in rest
    answer = await Engine(MemoryStore(TROUBLES[rule.id][0])).at(rule.expression, NOW * 1_000_000)
    labels = {f"labels.{name}" for name in dict(answer.lines[0].labels)}
    assert {what for what, _ in _PLACES.findall(rule.summary)} - {"value"} <= labels


PANELS = [(board, panel) for board in dashboards() for panel in board.panels]


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[f"{board.id}: {panel.title}" for board, panel in PANELS])
async def test_panels(board: Dashboard, panel: Panel) -> None:
    query = board.query(panel, 'a"\\')
    parse(query)
    assert f"${board.variable}" in panel.query
    assert "$" not in query
    assert await found(query, []) in ([], [0.0])


def test_dashboards() -> None:
    assert [board.id for board in dashboards()] == ["gateway", "server", "services", "site"]


def test_names_are_those_that_are_pushed() -> None:
    """What the agent gives here, and what the gateway's and the slow collectors' sources say."""
    settings = Settings(
        "", "", certificates=("/nowhere",), backups=(Backup("j", "/nowhere"),), postgres=(Server("p", "postgresql://127.0.0.1:1"),),
        redis=(Server("r", "redis://127.0.0.1:1"),),
    )  # fmt: skip
    given = {f"{p.measurement}_{name}" for p in Gathering(settings, ask=lambda _: "").round(0) for name in p.fields}
    # Where there is none to look at here, and what gateways count.
    given |= {
        "host_unit_failed", "host_unit_active", "host_unit_restarts_total", "host_unit_memory_bytes",
        "host_unit_cpu_seconds_total", "host_backup_newest_seconds", "host_backup_newest_bytes",
        "host_certificate_expires_seconds", "host_mail_queue_messages", "host_mail_queue_oldest_seconds",
        "host_postgres_answer_seconds", "host_redis_memory_bytes", "host_redis_memory_limit_bytes",
        "host_redis_connections_refused_total", "host_redis_commands_total", "host_redis_hits_total",
        "host_redis_misses_total", "host_pressure_waiting_seconds_total", "host_pressure_stalled_seconds_total",
        "agent_batches_dropped_total", "agent_queue_batches", "hcc_site_requests_total", "hcc_site_decisions_total",
        "hcc_site_request_seconds_bucket", "hcc_site_request_seconds_count", "hcc_site_sent_bytes_total",
        "hcc_site_received_bytes_total", "hcc_gateway_requests_total", "hcc_gateway_request_seconds_bucket",
        "hcc_gateway_request_seconds_count", "hcc_gateway_panics_total", "hcc_gateway_config_connected",
        "hcc_gateway_connections_turned_away_total", "hcc_gateway_connections_open", "hcc_gateway_security_total",
        "hcc_gateway_limited_total",
    }  # fmt: skip
    texts = [text for rule in rules() for text in (rule.expression, rule.recovery or "")] + [panel.query for _, panel in PANELS]
    said = {name for text in texts for name in _NAMES.findall(text)}
    patterns = {name for name in said if name.endswith("_")}
    assert said - patterns - given == set()
