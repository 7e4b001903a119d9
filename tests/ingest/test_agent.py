"""The agent as a process against a real ingester: what arrives, and that nothing is lost while the server is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Self

import psycopg

from tests.ingest.support import PATIENCE, Ingester, Place, Writer, until
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class Agent:
    """`hcc agent run`, every second."""

    def __init__(self, folder: Path, server: str, token: str, **settings: str) -> None:
        self.queue = folder / "queue"
        environment = {
            "PATH": os.environ["PATH"],
            "HCC_AGENT_SERVER": server,
            "HCC_AGENT_TOKEN": token,
            "HCC_AGENT_HOST": "web1",
            "HCC_AGENT_INTERVAL": "1",
            "HCC_AGENT_TIMEOUT": "2",
            "HCC_AGENT_QUEUE": str(self.queue),
            **settings,
        }
        self.log = folder / "agent.log"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-S", "-B", "-m", "dataplane.agent", "run"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def waiting(self) -> list[Path]:
        return sorted(self.queue.glob("*.lines.gz"))

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def times(place: Place, name: str) -> list[int]:
    """When a series of the agent has values, µs."""
    return [at for series, labels, at, _ in place.rows() if series == name and labels["host"] == "web1"]


def test_what_it_pushes_is_there(place: Place, ingester: Ingester, writer: Writer, tmp_path: Path) -> None:
    with Agent(tmp_path, ingester.url, place.tokens["shop"]) as agent:
        until(lambda: len(times(place, "agent_up")) >= 2, f"pushed: {writer.said()}")
        # One push is in flight at most; its round is in the last flush.
        assert agent.stop() == 0
        assert agent.waiting() == []
        said = agent.said()
    assert "hcc-agent: ended" in said
    assert place.tokens["shop"] not in said
    until(place.drained, "written")
    names = {name for name, _, _, _ in place.rows()}
    assert {"host_cpu_seconds_total", "host_memory_available_bytes", "host_load_1m", "host_filesystem_available_bytes",
            "host_filesystem_inodes_free", "host_network_received_bytes_total", "agent_memory_bytes"} <= names  # fmt: skip
    # The last round is of the end, not of the last whole second.
    assert times(place, "agent_up")[-1] > (time.time() - PATIENCE) * 1e6


def test_when_a_token_was_used_is_known(place: Place, ingester: Ingester) -> None:
    assert ingester.push("/write", "a v=1", place.tokens["shop"]).status_code == 204
    assert ingester.push("/write", "a v=1", "hcc_in_of_nobody").status_code == 401

    def used() -> list[tuple[object, ...]]:
        with psycopg.connect(place.urls["hcc_owner"]) as owner:
            return owner.execute("SELECT token_id, organization_id FROM hcc.ingest_token_uses").fetchall()

    assert until(used, "told") == [(place.token_ids["shop"], place.organizations["shop"])]
    # Telling it does not make every ingester read all tokens again.
    assert ingester.said().count("tokens read") == 1


def test_what_waits_while_the_server_is_away_arrives_in_order(place: Place, writer: Writer, tmp_path: Path) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"])
    with Agent(tmp_path, f"http://127.0.0.1:{free_port()}", place.tokens["shop"]) as agent:
        until(lambda: len(agent.waiting()) >= 3, "kept on disk")
        assert agent.stop() == 0
        kept = len(agent.waiting())
    try:
        ingester.wait()
        with Agent(tmp_path, ingester.url, place.tokens["shop"]) as agent:
            until(lambda: not agent.waiting(), f"sent: {agent.said()}")
            assert agent.stop() == 0
    finally:
        ingester.kill()
    until(lambda: len(times(place, "agent_up")) > kept, f"written: {writer.said()}")
    moments = times(place, "agent_up")
    assert moments[:kept] == sorted(set(moments))[:kept]
    # With the times of when they were measured: a second from one to the next.
    assert max(b - a for a, b in pairwise(moments[:kept])) < 3_000_000


def test_a_wrong_token_throws_nothing_away(place: Place, ingester: Ingester, tmp_path: Path) -> None:
    with Agent(tmp_path, ingester.url, "hcc_in_of_nobody") as agent:
        until(lambda: len(agent.waiting()) >= 2, "kept")
        assert agent.stop() == 0
        assert agent.said().count("values are kept: 401 ") == 1


def test_gateways_push_for_others_and_nobody_else_does(place: Place, ingester: Ingester, writer: Writer) -> None:
    root, shop = place.organizations["root"], place.organizations["shop"]
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        # A customer's token that says so is none.
        owner.execute("UPDATE hcc.ingest_tokens SET for_others = true")
    text = '# TYPE seen counter\nseen{site="s"} 1\n'

    def push(token: str, organization: object) -> int:
        headers = {"x_hcc_organization": str(organization)}
        return ingester.push("/api/v1/import/prometheus", text, place.tokens[token], **headers).status_code

    until(lambda: push("root", shop) == 204, "the token is known to be a gateway's")
    assert push("root", root) == 204
    assert push("shop", root) == 403
    assert push("shop", shop) == 403
    assert push("root", "01a2140f-0605-7191-b180-06c78e2ee65e") == 403
    assert push("root", "' OR 1=1") == 403
    until(lambda: place.rows("shop") and place.rows("root"), f"written: {writer.said()}")
    assert next((name, labels) for name, labels, _, _ in place.rows("shop")) == ("seen", {"site": "s"})
