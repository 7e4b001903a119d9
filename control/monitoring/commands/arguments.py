"""The command lines of `hcc check`, `hcc alert` and `hcc agent claims`."""

from __future__ import annotations

import argparse
from typing import Any

from control.command_line import Commands, json_flag, later

_CHECK = """examples:
  hcc check run https://shop.example/ --keyword Basket      from here, once; nothing is kept
  hcc check run mail.example:25
  hcc check run shop.example --kind dns
  hcc check add "Shop" https://shop.example/ --org shop --every 60 --tls-days 14
  hcc check add "Nightly backup" --kind heartbeat --every 86400 --org shop
  hcc check list --state down
  hcc check show Shop --org shop

HCC_OWNER_DATABASE_URL (role hcc_owner) says where the database is; `run` needs none. Exit code 1 when what is run is down."""
_ALERT = """examples:
  hcc alert list                                          what fires now, everywhere
  hcc alert list --org shop --all
  hcc alert show 0198c7d2-…
  hcc alert rules --org shop
  hcc alert test "On call" --org shop                     send a test through a channel
  hcc alert silence host=web1 severity=~'info|warning' --org shop --for 2h --reason "new disks"
  hcc alert builtin list --org shop
  hcc alert builtin install --org shop                    all packs; done again it brings them to the newest version

HCC_OWNER_DATABASE_URL (role hcc_owner) says where the database is."""
_BUILTIN = """examples:
  hcc alert builtin list --rules
  hcc alert builtin install server services --org shop
  hcc alert builtin install --org shop --restore          deleted rules come back
  hcc alert builtin remove web --org shop

What the organisation changed of a rule stays; where a newer version changed the same field, both are shown."""
_CLAIMS = """examples:
  hcc agent claims list --org shop
  hcc agent claims make web1 --org shop --for 30m
  hcc agent claims revoke 0198c7d2-…

A claim lets one agent in. It is shown when it is made and never again. HCC_OWNER_DATABASE_URL says where the database is,
HCC_PUBLIC_URL where the agent finds the platform."""
_PLACES = ("http", "tcp", "icmp", "dns", "database")


def add(commands: Commands) -> None:
    """Add `hcc check` and `hcc alert`."""
    _check(Commands(commands.add("check", "what is looked at from outside", more=_CHECK), "action"))
    _alert(Commands(commands.add("alert", "alerts, their rules, and who is told", more=_ALERT), "action"))


def add_claims(actions: Any) -> None:
    """Add `claims` to `hcc agent`, which has the others from the agent's own package."""
    parser = actions.add_parser(
        "claims",
        help="claims with which agents are let in",
        description="Claims with which agents are let in.",
        epilog=_CLAIMS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    claims = Commands(parser, "claim_action")
    run = later("control.monitoring.commands.claims")
    found = claims.add("list", "list the claims; what opens the door is not among it", run)
    found.add_argument("--all", action="store_true", help="those that were used or expired too")
    _org(found, "of this organisation; of all when absent")
    made = claims.add("make", "make a claim and print the command that installs an agent with it", run, more=_CLAIMS)
    made.add_argument("name", nargs="?", default="", metavar="NAME", help="of the agent; its server's own when absent")
    made.add_argument("--for", dest="time", default="1h", metavar="TIME", help="how long it is good, such as 30m or 7d; 1h")
    _org(made)
    gone = claims.add("revoke", "revoke a claim that nobody used", run)
    gone.add_argument("id", metavar="ID", help="`hcc agent claims list` shows it")
    for one in (found, made, gone):
        json_flag(one)


def _check(actions: Commands) -> None:
    run = later("control.monitoring.commands.check")
    found = actions.add("list", "list the checks and how they are", run)
    found.add_argument("--state", choices=("new", "up", "down", "unknown"), help="only those")
    _org(found, "of this organisation; of all when absent")
    shown = actions.add("show", "show a check, what each location knows, and the last tries", run)
    shown.add_argument("check", metavar="CHECK", help="its id or name")
    _org(shown, "whose check, where it is named; any when absent")
    made = actions.add("add", "add a check; workers make it from now on", run, more=_CHECK)
    made.add_argument("name", metavar="NAME")
    made.add_argument("target", nargs="?", default="", metavar="TARGET", help="a URL, host:port, a host; nothing for a heartbeat")
    made.add_argument("--kind", choices=(*_PLACES, "heartbeat"), help="told from the target when absent")
    made.add_argument("--every", type=int, default=60, metavar="SECONDS", help="60; 20 at least")
    made.add_argument("--retries", type=int, default=1, metavar="N", help="failures before it is down, besides the first; 1")
    made.add_argument("--location", action="append", metavar="NAME", help="from where; may stand several times; default")
    made.add_argument("--severity", choices=("info", "warning", "critical"), default="critical")
    _org(made)
    tried = actions.add(
        "run", "look once, from this machine, and show each step", later("control.monitoring.commands.run"), more=_CHECK
    )
    tried.add_argument("target", metavar="TARGET", help="a URL, host:port, or with --kind a host or a name")
    tried.add_argument("--kind", choices=_PLACES, help="told from the target when absent")
    for parser in (made, tried):
        parser.add_argument("--timeout", type=int, default=10, metavar="SECONDS", help="10")
        parser.add_argument("--status", action="append", metavar="N[-N]", help="statuses that are well; 200-399")
        parser.add_argument("--keyword", metavar="TEXT", help="must be on the page")
        parser.add_argument("--redirects", type=int, metavar="N", help="how many are followed; none when absent")
        parser.add_argument("--tls-days", type=int, metavar="N", help="days that the certificate must still be good for")
        parser.add_argument("--insecure", action="store_true", help="take any certificate")
        parser.add_argument("--expects", metavar="FILE", help="what else is expected, as the API's JSON; - is standard input")
    for parser in (found, shown, made, tried):
        json_flag(parser)


def _alert(actions: Commands) -> None:
    run = later("control.monitoring.commands.alert")
    found = actions.add("list", "list the alerts that are not over", run)
    found.add_argument("--all", action="store_true", help="those that were resolved in the last day too")
    found.add_argument("--severity", choices=("info", "warning", "critical"), help="only those")
    shown = actions.add("show", "show an alert and what became of it", run)
    shown.add_argument("id", metavar="ID", help="`hcc alert list` shows it")
    rules = actions.add("rules", "list the alert rules and how their last evaluation went", run)
    tested = actions.add("test", "send a test through a channel", run)
    tested.add_argument("channel", metavar="CHANNEL", help="its id or name")
    quiet = actions.add("silence", "keep alerts with some labels from being told", run, more=_ALERT)
    quiet.add_argument(
        "matchers", nargs="+", metavar="LABEL=VALUE", help="also LABEL!=VALUE, LABEL=~EXPRESSION, LABEL!~EXPRESSION"
    )
    quiet.add_argument("--for", dest="time", required=True, metavar="TIME", help="such as 30m, 6h or 7d")
    quiet.add_argument("--reason", required=True, help="why, for whoever looks later")
    for parser in (found, rules, tested):
        _org(parser, "of this organisation; of all when absent")
    _org(quiet)
    for parser in (found, shown, rules, tested, quiet):
        json_flag(parser)
    _builtin(Commands(actions.add("builtin", "alert rules that come with the platform", more=_BUILTIN), "builtin_action"))


def _builtin(actions: Commands) -> None:
    run = later("control.monitoring.commands.builtin")
    found = actions.add("list", "list the packs, and what the organisation has of them", run)
    found.add_argument("--rules", action="store_true", help="each rule too, and the series that it looks at")
    made = actions.add("install", "install packs, or bring them to the newest version", run, more=_BUILTIN)
    made.add_argument("packs", nargs="*", metavar="PACK", help="all when absent")
    made.add_argument("--restore", action="store_true", help="bring back rules that the organisation deleted")
    gone = actions.add("remove", "delete the rules of a pack, those that were changed too", run)
    gone.add_argument("pack", metavar="PACK")
    for parser in (found, made, gone):
        _org(parser)
        json_flag(parser)


def _org(parser: argparse.ArgumentParser, meaning: str = "organisation, by its slug; the platform's own when absent") -> None:
    parser.add_argument("--org", metavar="SLUG", help=meaning)
