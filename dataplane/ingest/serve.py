"""`hcc ingest`: Granian hosts the application of dataplane/ingest/app.py."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

from dataplane.ingest.app import Application, Options
from dataplane.listeners import ListenError, parse

MIB = 1 << 20
_options: Options | None = None


def application() -> Application:
    """What Granian's worker calls."""
    if _options is None:
        raise RuntimeError("the ingester is started with `hcc ingest`")
    return Application(_options)


def serve(
    *,
    listen: str,
    folder: str,
    database_url: str,
    workers: int = 1,
    threads: int = 1,
    log_mib: int = 8192,
    body_mib: int = 32,
    expanded_mib: int = 64,
    in_flight_mib: int = 128,
) -> int:
    """Serve until a signal. `workers` are processes with a log of their own, `threads` decode in each.

    `log_mib` bounds the log on disk, `body_mib` a body as sent and `expanded_mib` as expanded, `in_flight_mib` the bodies that a
    worker has at one time. Exit code 2 when the address cannot be listened on.
    """
    from granian import Granian
    from granian.constants import Interfaces, Loops

    global _options  # noqa: PLW0603 - handed to the forked workers, set once
    try:
        host, port = parse(listen)
    except ListenError as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 2
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _options = Options(
        folder=path,
        database_url=database_url,
        workers=workers,
        threads=threads,
        log_bytes=log_mib * MIB,
        largest_body=body_mib * MIB,
        largest_expanded=expanded_mib * MIB,
        in_flight=in_flight_mib * MIB,
        parent=os.getpid(),
    )
    # The workers must know what was set here.
    multiprocessing.set_start_method("fork", force=True)
    Granian(
        "dataplane.ingest.serve:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=15,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]  # Granian takes the name of its level
    ).serve()
    return 0
