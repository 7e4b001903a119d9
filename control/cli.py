"""The `hcc` command. Each subcommand imports its part only when it runs, so that `hcc --help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, cast

from control import ingest_commands
from control.billing import commands as billing
from control.command_line import Command, Commands, json_flag, later
from control.monitoring.commands import arguments as monitoring
from control.security.commands import arguments as security
from control.sites.commands import arguments as sites
from dataplane.agent import commands as agent

EXAMPLES = """\
examples:
  hcc up                                     the whole platform on this machine, Ctrl-C stops it
  hcc demo --large --yes                     10,000 customers and 200,000 invoices more, to try it with
  hcc doctor                                 what this machine lacks, and what to do about it
  hcc migrate --check                        whether the database is on the newest schema
  hcc control --domains billing,dns          serve two domains only
  hcc admin create --email ada@example.net --name Ada --password-stdin < password.txt
  hcc site add shop.example --org shop --target http://192.0.2.10:8080
  hcc waf set shop.example --mode block      protect a site
  hcc ban add 203.0.113.7 --reason "guesses passwords" --for 1h
  hcc agent run --once --print               what this server would push
  hcc check run https://shop.example/        look once from here, step by step
  hcc alert builtin install --org shop       alert rules that come with the platform
  hcc keys rotate                            new signing key; old tokens stay good until they expire

Settings come from the environment; `hcc config show` lists them.
Exit codes: 0 done, 1 it did not work or something is wrong, 2 wrong usage or settings."""


def _gateway(args: argparse.Namespace) -> int:
    serve = cast("Callable[..., Any]", import_module("dataplane.gateway").serve)
    code = serve(
        listen=args.listen,
        ops_listen=args.ops_listen,
        last_good=args.last_good,
        threads=args.threads,
        database_url=os.environ.get("HCC_GATEWAY_DATABASE_URL", ""),
        access_log=args.access_log,
        certificate_keys=_certificate_keys(),
        redis_url=os.environ.get("HCC_GATEWAY_REDIS_URL") or os.environ.get("REDIS_URL", ""),
        geo_country=args.geo_country,
        geo_asn=args.geo_asn,
        rule_sets=args.waf_rule_sets,
        metrics_url=args.metrics_url,
        metrics_token=_metrics_token(),
        waf_log=args.waf_log,
        waf_log_format=args.waf_log_format,
        collections=args.waf_collections,
    )
    return int(code or 0)


def _certificate_keys() -> str:
    """What opens the private keys of certificates. Raises SettingsError for keys that are none."""
    settings = import_module("control.core.settings")
    crypto = import_module("control.core.crypto")
    setting = settings.ENVIRONMENT["certificate_keys"]
    keys = settings.read_secret_or_value(setting, os.environ) or ""
    try:
        if keys:
            crypto.Keyring.parse(keys)
    except crypto.KeyringError as error:
        raise settings.SettingsError([f"{setting.name}: {error}"]) from None
    return str(keys)


def _metrics_token() -> str:
    """With what the gateway pushes its figures; empty when it does not."""
    settings = import_module("control.core.settings")
    return settings.read_secret_or_value(settings.ENVIRONMENT["gateway_metrics_token"], os.environ) or ""


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "positive number"


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="hcc", description="Unified Hosting Platform.", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"hcc {version('hcc')}")
    commands = Commands(parser, "command")

    commands.add(
        "up",
        "start the whole platform on private data, for development and trial",
        later("control.stack.up"),
        more="HCC_RUN_DIR (default .run) says where its data lies, HCC_PORT_BASE (default 8000) where its ports begin.",
    )
    demo = commands.add(
        "demo",
        "fill a running development stack with much data",
        later("control.demo_data.command"),
        more="10,000 customers, 200,000 invoices and what goes with them, on top of what `hcc up` makes. A run that was stopped\n"
        "is gone on with by the next one. HCC_RUN_DIR (default .run) says which stack, or HCC_OWNER_DATABASE_URL which\n"
        "database.",
    )
    demo.add_argument("--large", action="store_true", required=True, help="the one size there is besides that of `hcc up`")
    demo.add_argument("--yes", action="store_true", help="do not ask")
    demo.add_argument("--force", action="store_true", help="also where there are customers who are not the demo's")
    json_flag(commands.add("doctor", "check this machine and say what to do", later("control.stack.doctor")))

    migrate = commands.add("migrate", "bring the database to the newest schema", later("control.core.migrate"))
    migrate.add_argument("--check", action="store_true", help="only say what is missing; exit code 1 when something is")
    migrate.add_argument("--database-url", metavar="URL", help="as role hcc_owner; better in HCC_OWNER_DATABASE_URL")
    migrate.add_argument(
        "--metric-storage",
        choices=("auto", "partitions"),
        default="auto",
        help="auto: TimescaleDB where the server has it; decided once, `hcc metrics storage --convert` changes it later",
    )
    json_flag(migrate)

    control = commands.add("control", "serve the API, the panels and the API's documentation", later("control.serve"))
    control.add_argument("--domains", metavar="A,B", help="only these domains, as billing,dns; all when absent")

    _add_gateway(commands)
    ingest_commands.add(commands)
    more = agent.fill(commands.add("agent", "push how a hosting server is; make it a service; configurations of other senders"))
    monitoring.add_claims(more)
    monitoring.add(commands)
    commands.add("worker", "run jobs from the queue", later("control.worker"))
    _add_admin(commands)
    _add_keys(commands)
    sites.add(commands)
    security.add(commands)
    billing.add(commands)

    config = commands.add("config", "show or check the settings", later("control.core.settings"))
    config.add_argument("action", choices=["show", "check"], help="show: all in force, secrets hidden; check: what is wrong")
    json_flag(config)
    return parser


def _add_gateway(commands: Commands) -> None:
    environ = os.environ
    gateway = commands.add(
        "gateway",
        "serve public traffic",
        _gateway,
        more="HCC_GATEWAY_DATABASE_URL (role hcc_gateway) is where its configuration comes from; HCC_GATEWAY_REDIS_URL, else "
        "REDIS_URL, is where gateways count shared limits together. SIGUSR1 opens the logs anew.",
    )
    for flag, variable, default, meaning in (
        ("--listen", "API_LISTEN_ADDR", "127.0.0.1:8000", "public address"),
        ("--ops-listen", "HCC_GATEWAY_OPS_ADDR", "127.0.0.1:8002", "address of health, metrics and configuration"),
        ("--last-good", "HCC_GATEWAY_STATE", "gateway-snapshot.json", "file that keeps the last good configuration"),
        ("--access-log", "HCC_GATEWAY_ACCESS_LOG", "-", "file of the access log, - is standard output"),
        ("--geo-country", "HCC_GEO_COUNTRY_DB", "", "file of countries in MaxMind's format"),
        ("--waf-log", "HCC_WAF_LOG", "", "file of what the firewall's rules find besides, - is standard output"),
        ("--waf-rule-sets", "HCC_WAF_RULE_SETS", "", "rule files of the firewall: VERSION=FILE:FILE…;VERSION=…"),
        ("--metrics-url", "HCC_GATEWAY_METRICS_URL", "", "ingestion, for what the gateway and its sites did"),
        ("--waf-collections", "HCC_WAF_COLLECTIONS", "local", "where the firewall remembers clients: local or redis"),
        ("--geo-asn", "HCC_GEO_ASN_DB", "", "file of autonomous systems in MaxMind's format"),
    ):
        gateway.add_argument(
            flag, default=environ.get(variable) or default, help=f"{meaning}; {variable}, else {default or 'none'}"
        )
    written = environ.get("HCC_WAF_LOG_FORMAT") or "modsecurity"
    gateway.add_argument(
        "--waf-log-format",
        choices=("modsecurity", "json"),
        default=written,
        help="lines as ModSecurity writes them, or an object a request; HCC_WAF_LOG_FORMAT, else modsecurity",
    )
    threads = environ.get("HCC_GATEWAY_THREADS") or str(os.cpu_count() or 1)
    gateway.add_argument(
        "--threads", type=_positive, default=threads, help="threads of the listener; HCC_GATEWAY_THREADS, else one a core"
    )


def _add_admin(commands: Commands) -> None:
    actions = Commands(commands.add("admin", "make an administrator or give one a new password"), "action")
    run = later("control.accounts.admin")
    for name, line in (
        ("create", "make an administrator"),
        ("reset-password", "give a person a new password and end the sessions"),
    ):
        action = actions.add(name, line, run, more="Without a password option one is generated and shown once.")
        action.add_argument("--email", required=True)
        action.add_argument("--name", default="", help="full name")
        action.add_argument("--organization", default="", metavar="SLUG", help="organisation; the platform's when absent")
        source = action.add_mutually_exclusive_group()
        source.add_argument("--password-file", metavar="FILE", help="file whose first line is the password")
        source.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        json_flag(action)


def _add_keys(commands: Commands) -> None:
    actions = Commands(commands.add("keys", "signing keys of tokens, and the encryption of stored secrets"), "action")
    run = later("control.accounts.keys")
    rotate = actions.add("rotate", "make a new signing key", run)
    rotate.add_argument("--now", action="store_true", help="sign with it at once and end all tokens of the old one")
    for name, line in (
        ("rotate-encryption", "encrypt stored secrets again with the first key of HCC_ENCRYPTION_KEYS and HCC_CERTIFICATE_KEYS"),
        ("list", "list the signing keys"),
    ):
        json_flag(actions.add(name, line, run))
    json_flag(rotate)


def _explain(error: Exception) -> tuple[int, str] | None:
    """Exit code and words for the errors that a user can do something about; None for our own mistakes."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if "control.core.settings.SettingsError" in kinds:
        return 2, "\n".join([*cast("Any", error).problems, "`hcc config check` explains the settings."])
    if "control.core.errors.DomainError" in kinds:
        fields = (cast("Any", error).details or {}).get("errors", [])
        return 1, "\n".join([str(error), *(f"  {field['pointer']}: {field['message']}" for field in fields)])
    if kinds & {
        "control.core.migrate.MigrationError",
        "control.sites.commands.operator.CommandError",
        "control.stack.launch.StackError",
    }:
        return 1, str(error)
    if "psycopg.OperationalError" in kinds or "psycopg_pool.PoolTimeout" in kinds:
        text = " ".join(str(error).split())
        advice = "Is it running, and is the URL right? `hcc config show` lists the settings; `hcc up` starts everything."
        return 1, f"PostgreSQL: {text}\n{advice}"
    if "redis.exceptions.ConnectionError" in kinds:
        return 1, f"Redis: {error}\nIs it running, and is REDIS_URL right?"
    if isinstance(error, PermissionError | FileNotFoundError) and error.filename:
        return 1, f"{error.filename}: {error.strerror}"
    if isinstance(error, ConnectionError):
        return 1, f"{error.strerror or error}: is the service running? `hcc doctor` looks around."
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; the exit code."""
    args = build_parser().parse_args(argv)
    try:
        return cast("Command", args.run)(args)
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(("control.", "dataplane", "hcc_native")):
            raise
        print(f"hcc {args.command}: {error.name} is not part of this installation; `make build` builds it", file=sys.stderr)
        return 1
    except Exception as error:
        if (explained := _explain(error)) is None:
            raise
        code, text = explained
        print(f"hcc {args.command}: {text}", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
