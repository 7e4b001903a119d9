"""The command line: `hcc agent …`, and the same of the bundle."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

# What a command needs is imported when it runs: the process that runs for months has nothing else in memory.
_KINDS = ("telegraf", "prometheus", "vmagent", "otel", "node-exporter")


def _run(args: argparse.Namespace) -> int:
    settings = import_module("dataplane.agent.settings")
    running = import_module("dataplane.agent.running")
    path = Path(args.config) if args.config else None
    if path is None and Path(settings.CONFIG).exists():
        path = Path(settings.CONFIG)
    try:
        found = settings.load(path)
        if args.once and args.print:
            sys.stdout.write(running.once(found))
            return 0
        if not found.server or not found.token:
            raise settings.SettingsError(
                "server and token are needed: `hcc agent install`, or HCC_AGENT_SERVER and HCC_AGENT_TOKEN"
            )
    except settings.SettingsError as error:
        print(f"hcc-agent: {error}", file=sys.stderr)
        return 2
    return cast("int", running.push_once(found) if args.once else running.serve(found))


def _install(args: argparse.Namespace) -> int:
    install = import_module("dataplane.agent.install")
    claim = args.claim or os.environ.get("HCC_AGENT_CLAIM") or ""
    if claim == "-":
        claim = sys.stdin.readline().strip()
    if not claim:
        print("hcc-agent: --claim TOKEN, or HCC_AGENT_CLAIM", file=sys.stderr)
        return 2
    try:
        found = install.install(
            args.server,
            claim,
            host=args.host,
            ca_file=args.ca_file,
            places=install.Places(Path(args.root)),
            start=not args.no_start,
        )
    except install.InstallError as error:
        print(f"hcc-agent: {error}", file=sys.stderr)
        return 1
    print(f"agent {found.agent} pushes to {found.ingest}; its settings are in {install.Places(Path(args.root)).config}")
    return 0


def _config(args: argparse.Namespace) -> int:
    kinds = import_module("dataplane.agent.configurations").KINDS
    server = args.ingest or args.server.rstrip("/") + "/ingest"
    sys.stdout.write(kinds[args.kind](server.rstrip("/")))
    return 0


def _bundle(args: argparse.Namespace) -> int:
    Path(args.file).write_bytes(import_module("dataplane.agent.bundle").bundle())
    return 0


def fill(parser: argparse.ArgumentParser) -> Any:
    """Add the actions to `hcc agent`; what further ones are added to (argparse names no type for it)."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="COMMAND")

    def action(name: str, line: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        made.set_defaults(run=run)
        return made

    run = action("run", "read how this server is and push it, until told to stop", _run)
    run.add_argument(
        "--config", default=os.environ.get("HCC_AGENT_CONFIG", ""), help="file of settings; /etc/hcc-agent/agent.toml"
    )
    run.add_argument("--once", action="store_true", help="one round only")
    run.add_argument("--print", action="store_true", help="with --once: show what would be sent, and send nothing")
    install = action("install", "make this server's agent a service, with a claim from the platform", _install)
    install.add_argument("--server", required=True, metavar="URL", help="the platform, as https://panel.example")
    install.add_argument("--claim", default="", metavar="TOKEN", help="good once; - reads it from standard input")
    install.add_argument("--host", default="", help="name of this server; its own when absent")
    install.add_argument("--ca-file", default="", help="authorities besides those of the system")
    install.add_argument("--no-start", action="store_true", help="write the files only")
    install.add_argument("--root", default="/", help="folder that the files are written below")
    config = action("config", "print a configuration for another sender", _config)
    config.add_argument("kind", choices=_KINDS)
    config.add_argument("--server", required=True, metavar="URL", help="the platform, as https://panel.example")
    config.add_argument("--ingest", default="", metavar="URL", help="ingestion, where it is not at /ingest of the platform")
    bundle = action("bundle", "write the agent as one file, for servers without anything else of the platform", _bundle)
    bundle.add_argument("file")
    return actions


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the bundle and of `python3 -m dataplane.agent`; the exit code."""
    parser = argparse.ArgumentParser(prog="hcc-agent", description="Pushes how a hosting server is.")
    fill(parser)
    args = parser.parse_args(argv)
    return cast("Callable[[argparse.Namespace], int]", args.run)(args)
