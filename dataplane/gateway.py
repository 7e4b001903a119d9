"""`hcc gateway`: Granian hosts the process and its operations endpoints; the Rust listener inside serves the public.

Public requests never meet Python. The event loop here feeds configuration to the listener and answers /healthz, /readyz,
/metrics and /config on a loopback port.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import multiprocessing
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from dataplane import handover
from dataplane.config import ConfigFeed
from dataplane.events import EventWriter
from dataplane.listeners import ListenError, open_listeners, parse
from dataplane.log import logger
from dataplane.processes import die_with_parent
from dataplane.rule_sets import RuleSetsError, parse_rule_sets
from dataplane.traffic import TrafficPush

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hcc_native import Gateway

_JSON = [("content-type", "application/json"), ("cache-control", "no-store")]
_TEXT = [("content-type", "text/plain; version=0.0.4; charset=utf-8"), ("cache-control", "no-store")]
REDIS_SCHEMES = ("redis://", "rediss://", "unix:")
_ALONE, _HANDED_OVER = 1, 2
CLOSE_AFTER_S = {0: None, _ALONE: 0.0, _HANDED_OVER: 0.5}
"""How long to accept on before the sockets are closed, in seconds: connections handed over are made within a round trip. A worker
whose parent goes on leaves them open for the next."""
ENDPOINTS = ("/healthz", "/readyz", "/metrics", "/config")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to know; the parent sets it before it forks."""

    listeners: list[list[tuple[int, bool, bool]]]
    last_good: str
    threads: int
    database_url: str
    access_log: str
    redis_url: str
    drain_s: float
    certificate_keys: str
    geo_country: str
    geo_asn: str
    rule_sets: dict[str, list[str]]
    metrics_url: str
    metrics_token: str
    waf_log: str
    waf_log_format: str
    share_collections: bool
    parent: int
    stopping: mmap.mmap
    """One byte that parent and worker share: 0, or how the parent stops (`_ALONE`, `_HANDED_OVER`)."""


class Answer(Protocol):
    """The part of Granian's protocol object that is used here."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


_options: Options | None = None


log = logger("gateway")


class Operations:
    """The RSGI application: starts, feeds and drains the listener, and tells how it is."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._gateway: Gateway | None = None
        self._feed: ConfigFeed | None = None
        self._events: EventWriter | None = None
        self._traffic: TrafficPush | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        from hcc_native import Gateway

        die_with_parent(self._options.parent)
        options = self._options
        # Before the log is opened: a signal that comes meanwhile is answered when the loop runs.
        loop.add_signal_handler(signal.SIGUSR1, self._reopen_log)
        gateway = Gateway(
            threads=options.threads,
            last_good_path=options.last_good or None,
            access_log=options.access_log or None,
            certificate_keys=options.certificate_keys or None,
            redis_url=options.redis_url or None,
            geo_country=options.geo_country or None,
            geo_asn=options.geo_asn or None,
            rule_sets=options.rule_sets or None,
            waf_log=options.waf_log or None,
            waf_log_format=options.waf_log_format,
            share_collections=options.share_collections,
        )
        # The last good configuration first: the public is served before PostgreSQL is even asked.
        restored = gateway.load_last_good()
        gateway.start(options.listeners)
        self._gateway = gateway
        log("gateway started", last_good=restored, threads=options.threads)
        if options.database_url:
            url = options.database_url
            self._feed = ConfigFeed(url, gateway.apply, gateway.revoke, gateway.ban, gateway.watch, log)
            self._events = EventWriter(url, gateway.take_events, gateway.take_tallies, gateway.take_requests, log)
            self._tasks = [loop.create_task(self._feed.run()), loop.create_task(self._events.run())]
        if options.metrics_url and options.metrics_token:
            self._traffic = TrafficPush(options.metrics_url, options.metrics_token, self._own_figures, gateway.traffic, log)
            self._tasks.append(loop.create_task(self._traffic.run()))

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in self._tasks:
            task.cancel()
        if self._gateway is not None:
            self._gateway.drain(self._options.drain_s, CLOSE_AFTER_S.get(self._options.stopping[0]))
            log("gateway drained")

    def _reopen_log(self) -> None:
        """The logs were renamed by whoever rotates them."""
        if self._gateway is None:
            return
        try:
            self._gateway.reopen_log()
        except OSError as error:
            log("logs not reopened", error=str(error))
        else:
            log("logs reopened")

    async def __rsgi__(self, scope: Any, answer: Answer) -> None:
        gateway = self._gateway
        if gateway is None:
            answer.response_bytes(503, _JSON, b'{"status":"starting"}')
            return
        match scope.path:
            case "/":
                answer.response_bytes(200, _JSON, msgspec.json.encode({"service": "gateway", "endpoints": ENDPOINTS}))
            case "/healthz":
                answer.response_bytes(200, _JSON, b'{"status":"ok"}')
            case "/readyz":
                ready = bool(msgspec.json.decode(gateway.status()).get("sections"))
                body = {
                    "status": "ready" if ready else "no configuration yet",
                    "database": bool(self._feed and self._feed.connected),
                }
                answer.response_bytes(200 if ready else 503, _JSON, msgspec.json.encode(body))
            case "/metrics":
                answer.response_bytes(200, _TEXT, self._own_figures().encode())
            case "/config":
                answer.response_bytes(200, _JSON, gateway.status())
            case _:
                answer.response_bytes(404, _JSON, msgspec.json.encode({"error": "not found", "endpoints": ENDPOINTS}))

    def _own_figures(self) -> str:
        """What the gateway and this process count, in Prometheus' text format."""
        connected = int(bool(self._feed and self._feed.connected))
        text = "" if self._gateway is None else self._gateway.metrics().decode()
        text += (
            "# HELP hcc_gateway_config_connected Whether the configuration is fed (1) or the last good copy (0)\n"
            f"# TYPE hcc_gateway_config_connected gauge\nhcc_gateway_config_connected {connected}\n"
        )
        if self._traffic is not None:
            for what, count in (("pushed", self._traffic.pushed), ("failed", self._traffic.failed)):
                name = f"hcc_gateway_pushes_{what}_total"
                text += f"# TYPE {name} counter\n{name} {count}\n"
        return text + self._events_text()

    def _events_text(self) -> str:
        """How many security events were written, and how many were not."""
        counts = {} if self._events is None else {"written": self._events.written, "lost": self._events.dropped}
        lines = [
            f"# TYPE hcc_gateway_security_events_{what}_total counter\nhcc_gateway_security_events_{what}_total {count}\n"
            for what, count in counts.items()
        ]
        return "".join(lines)


def application() -> Operations:
    """What Granian's worker calls."""
    if _options is None:
        raise RuntimeError("the gateway is started with `hcc gateway`")
    return Operations(_options)


def _forward_rotation(workers: Callable[[], Iterable[int | None]]) -> None:
    """SIGUSR1 of this process goes to its workers, which write the logs."""
    parent = os.getpid()

    def forward(number: int, _frame: object) -> None:
        # A worker that was just forked has this handler until it has its own; its logs are not open yet.
        if os.getpid() == parent:
            for pid in workers():
                if pid is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)

    signal.signal(signal.SIGUSR1, forward)


def _hand_over(server: Any, stopping: mmap.mmap, sockets: list[socket.socket]) -> None:
    """When this process is told to stop, connections go to another one on the same ports, if there is one; then the ports close.

    SIGHUP, which makes a new worker, leaves them open.
    """
    stop = server.signal_handler_interrupt

    def leave(*args: Any) -> None:
        if not stopping[0]:
            stopping[0] = _HANDED_OVER if handover.steer_away(sockets) else _ALONE
        stop(*args)

    server.signal_handler_interrupt = leave


def serve(
    *,
    listen: str,
    ops_listen: str,
    last_good: str,
    threads: int,
    database_url: str,
    access_log: str,
    certificate_keys: str = "",
    redis_url: str = "",
    geo_country: str = "",
    geo_asn: str = "",
    rule_sets: str = "",
    metrics_url: str = "",
    metrics_token: str = "",
    waf_log: str = "",
    waf_log_format: str = "modsecurity",
    collections: str = "",
    drain_s: float = 10.0,
) -> int:
    """Serve until a signal. `threads` are those of the public listener; `drain_s` bounds how long a stop waits for requests.

    `listen` may name several addresses, `https://` ones among them, whose certificates `certificate_keys` open.

    `geo_country` and `geo_asn` are files in MaxMind's format. Limits that are shared count together with the other gateways at
    `redis_url`. The firewall's matches are written to `waf_log` besides. SIGUSR1 opens both logs anew.
    `rule_sets` says which files the firewall's rules of each version are (`VERSION=FILE:FILE;…`), Debian's core rules
    unless given. `collections` is `redis` where gateways share the firewall's persistent collections, else empty or `local`.
    What the gateway counts goes to ingestion at `metrics_url`, with a token that may push for all organisations.
    Exit code 2 when an address cannot be listened on, the one of Redis is none, or settings of the firewall are not written so.
    """
    from granian import Granian
    from granian.constants import Interfaces, Loops

    global _options  # noqa: PLW0603 - handed to the forked worker, set once
    try:
        threads = max(1, threads)
        sockets = open_listeners(listen, each=threads)
        host, port = parse(ops_listen)
        files = parse_rule_sets(rule_sets)
    except (ListenError, RuleSetsError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    if redis_url and not redis_url.startswith(REDIS_SCHEMES):
        print(f"gateway: the address of Redis does not start with {', '.join(REDIS_SCHEMES)}", file=sys.stderr)
        return 2
    if collections not in ("", "local", "redis") or (collections == "redis" and not redis_url):
        print("gateway: HCC_WAF_COLLECTIONS is local or redis, and redis needs the address of one", file=sys.stderr)
        return 2
    _options = Options(
        listeners=[[one.handed_down() for one in own] for own in sockets],
        last_good=last_good,
        threads=threads,
        database_url=database_url,
        access_log=access_log,
        redis_url=redis_url,
        drain_s=drain_s,
        certificate_keys=certificate_keys,
        geo_country=geo_country,
        geo_asn=geo_asn,
        rule_sets=files,
        metrics_url=metrics_url.rstrip("/"),
        metrics_token=metrics_token,
        waf_log=waf_log,
        waf_log_format=waf_log_format,
        share_collections=collections == "redis",
        parent=os.getpid(),
        stopping=mmap.mmap(-1, 1),
    )
    # The worker must inherit the sockets.
    multiprocessing.set_start_method("fork", force=True)
    server = Granian(
        "dataplane.gateway:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=int(drain_s) + 5,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]  # Granian takes the name of its level
    )
    _forward_rotation(lambda: [getattr(worker.inner, "pid", None) for worker in server.wrks])
    if all(one.own for own in sockets for one in own):
        _hand_over(server, _options.stopping, [one.socket for own in sockets for one in own])
    server.serve()
    return 0
