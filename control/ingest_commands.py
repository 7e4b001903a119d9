"""The command line of ingestion: `hcc ingest`, `hcc ingest-writer`, `hcc ingest-token`, `hcc metrics`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from control.command_line import Commands, json_flag, later


def _ingest(args: argparse.Namespace) -> int:
    serve = cast("Callable[..., int]", import_module("dataplane.ingest.serve").serve)
    return serve(
        listen=args.listen,
        folder=args.data,
        database_url=_database_url(),
        workers=args.workers,
        threads=args.threads,
        log_mib=args.log_mib,
        body_mib=args.body_mib,
        in_flight_mib=args.in_flight_mib,
    )


def _writer(args: argparse.Namespace) -> int:
    serve = cast("Callable[..., int]", import_module("dataplane.writer").serve)
    return serve(folder=args.data, database_url=_database_url())


def _database_url() -> str:
    """From the environment, a file, or systemd's credentials."""
    settings = import_module("control.core.settings")
    return settings.read_secret_or_value(settings.ENVIRONMENT["ingest_database_url"], os.environ) or ""


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "positive number"


def add(commands: Commands) -> None:
    """Adds them."""
    environ = os.environ

    def option(parser: argparse.ArgumentParser, flag: str, variable: str, default: str, meaning: str, **more: Any) -> None:
        text = f"{meaning}; {variable}, else {default}"
        parser.add_argument(flag, default=environ.get(variable) or default, help=text, **more)

    ingest = commands.add(
        "ingest",
        "take metrics that agents push",
        _ingest,
        more="HCC_INGEST_DATABASE_URL (role hcc_ingest) is where tokens come from. What is answered with success is on disk "
        "below --data; `hcc ingest-writer` brings it to the database.",
    )
    option(ingest, "--listen", "HCC_INGEST_LISTEN_ADDR", "127.0.0.1:8008", "address")
    option(ingest, "--data", "HCC_INGEST_DATA", "ingest", "folder of the logs")
    for flag, variable, default, meaning in (
        ("--workers", "HCC_INGEST_WORKERS", "1", "processes, each with a log of its own"),
        ("--threads", "HCC_INGEST_THREADS", str(os.cpu_count() or 1), "threads that decode in each process"),
        ("--log-mib", "HCC_INGEST_LOG_MIB", "8192", "size of the logs; beyond it nothing is taken"),
        ("--body-mib", "HCC_INGEST_BODY_MIB", "32", "largest body as sent"),
        ("--in-flight-mib", "HCC_INGEST_IN_FLIGHT_MIB", "128", "bodies that a process has at one time"),
    ):
        option(ingest, flag, variable, default, meaning, type=_positive)
    writer = commands.add(
        "ingest-writer",
        "write the logs of ingesters to the database",
        _writer,
        more="HCC_INGEST_DATABASE_URL is the database, role hcc_ingest. One process a folder.",
    )
    option(writer, "--data", "HCC_INGEST_DATA", "ingest", "folder of the logs")
    actions = Commands(commands.add("ingest-token", "tokens with which agents push"), "action")
    run = later("control.ingest_tokens")
    create = actions.add("create", "make a token; it is shown once", run)
    create.add_argument("--organization", required=True, metavar="SLUG", help="whose values it brings")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument(
        "--for-others", action="store_true", help="of the platform's organisation: gateways push with it for the owners of sites"
    )
    revoke = actions.add("revoke", "end a token", run)
    revoke.add_argument("id", help="its id, as `list` shows it")
    for action in (create, revoke, actions.add("list", "list the tokens", run)):
        json_flag(action)
    metrics = Commands(commands.add("metrics", "how values of metrics are kept"), "action")
    storage = metrics.add(
        "storage",
        "say how values are kept, or change it",
        later("control.monitoring.storage.command"),
        more="HCC_OWNER_DATABASE_URL is the database, role hcc_owner. A change moves what there is part by part, while values "
        "come and are read; begun again after an interruption it goes on where it was.",
    )
    storage.add_argument("--convert", choices=("timescaledb", "partitions"), help="keep values in this way from now on")
    storage.add_argument("--dry-run", action="store_true", help="with --convert: only say what would be done")
    json_flag(storage)
