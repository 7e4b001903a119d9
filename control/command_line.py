"""What the subcommands of `hcc` have in common; light, so that `hcc --help` answers at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import cast

from control.core.loading import loading

Command = Callable[[argparse.Namespace], int]


def later(module: str, function: str = "command") -> Command:
    """A command whose module is imported when it runs."""

    def call(args: argparse.Namespace) -> int:
        with loading():
            found = import_module(module)
        return cast("Command", getattr(found, function))(args)

    return call


class Commands:
    """Adds subcommands that all look alike: a line of help, a description, examples."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str) -> None:
        self._actions = parser.add_subparsers(dest=dest, required=True, metavar="COMMAND")

    def add(self, name: str, line: str, run: Command | None = None, *, more: str = "") -> argparse.ArgumentParser:
        """One subcommand; without `run` it has subcommands of its own."""
        parser = self._actions.add_parser(
            name,
            help=line,
            description=line[0].upper() + line[1:] + ".",
            epilog=more,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if run is not None:
            parser.set_defaults(run=run)
        return parser


def json_flag(parser: argparse.ArgumentParser) -> None:
    """`--json`, which every command with an answer has."""
    parser.add_argument("--json", action="store_true", help="answer in JSON, for scripts")
