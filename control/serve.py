"""`hcc control`: Granian serves the application of control/app.py."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from litestar.types import ASGIApp

from control.app import DOMAINS, create_app, routes_of
from control.core import ending, logs
from control.core.settings import SettingsError, check, load
from dataplane.processes import die_with_parent

_DOMAINS = "HCC_CONTROL_DOMAINS"
_parent: int | None = None


def application() -> ASGIApp:
    """What each worker process calls."""
    if _parent is not None:
        die_with_parent(_parent)
    settings = load()
    logs.configure("control", form=settings.log_format, level=settings.log_level)
    ending.listen_for_signals()
    if settings.otel_endpoint:
        from control.core.tracing import traced

        return traced(create_app(settings, _domains()), settings)
    return create_app(settings, _domains())


def _domains() -> tuple[str, ...]:
    return tuple(filter(None, os.environ.get(_DOMAINS, "").split(","))) or DOMAINS


def command(args: argparse.Namespace) -> int:
    """Serve until a signal. Exit code 2 when the settings do not do."""
    global _parent  # noqa: PLW0603 - handed to the forked workers, set once
    # The workers must know it: one that is left when this process is killed would take a part of the connections of the next one.
    _parent = os.getpid()
    multiprocessing.set_start_method("fork", force=True)
    if getattr(args, "domains", None):
        os.environ[_DOMAINS] = args.domains
    try:
        settings = load()
        if problems := check(settings):
            raise SettingsError(problems)
        routes_of(_domains())
    except SettingsError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"--domains: {error}", file=sys.stderr)
        return 2
    host, _, port = settings.control_listen.rpartition(":")
    options: dict[str, Any] = {"log_access": False, "log_enabled": True, "log_level": "warning"}
    Granian(
        "control.serve:application",
        factory=True,
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.control_workers,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        backlog=1024,
        workers_kill_timeout=10,
        **options,
    ).serve()
    return 0
