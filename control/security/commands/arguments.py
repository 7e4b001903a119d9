"""The command lines of `hcc waf`, `access` and `ban`."""

from __future__ import annotations

import argparse

from control.command_line import Commands, json_flag, later

_WAF = """examples:
  hcc waf set --mode detect                            the platform's default, for all sites
  hcc waf set shop.example --mode block --paranoia 1
  hcc waf set shop.example /api --mode off             one route
  hcc waf show shop.example
  hcc waf exclude shop.example --rule 942100 --target ARGS:q --path /search --note "people search in prose"
  hcc waf load own.conf --name own --host shop.example

HCC_OWNER_DATABASE_URL (role hcc_owner) says where the database is. A change is in force within a second."""
_RULES = """examples:
  hcc waf check --rules /etc/modsecurity/crs/crs-setup.conf '/usr/share/modsecurity-crs/rules/*.conf'
  hcc waf ftw --rules crs-setup.conf 'rules/*.conf' --tests regression/tests

Neither needs a database or a gateway."""
_TRY = """examples:
  hcc waf try --transform t:urlDecodeUni,t:lowercase --operator '@rx union\\s+select' '%55nion%20select'
  hcc waf try --transform t:utf8toUnicode --escapes 'caf\\xc3\\xa9'
  hcc waf try --operator @detectSQLi --batch values.jsonl       {"input": "1' OR 1=1"} a line

Without INPUT standard input is the value, to the byte. A line of a batch has input (or input_base64), and may have an id, a
transform and an operator of its own; bytes that are no UTF-8 come back as value_base64."""
_EXPLAIN = """examples:
  hcc waf explain request.txt                      the rule set that gateways have, at paranoia level 1
  hcc waf explain request.txt --paranoia 3 --all   every rule, with what it looked at
  hcc waf explain request.txt --rule 942100        why one rule did or did not match
  printf 'GET /?q=%27 HTTP/1.1\\nHost: a\\n\\n' | hcc waf explain - --own own.conf

The request stands in the file as it is sent; lines may end as in any text. HCC_WAF_RULE_SETS names rule sets, as for
the gateway."""
_ACCESS = """examples:
  hcc access add 203.0.113.0/24 --deny --note "leased to a spammer" --days 30
  hcc access add DE --allow --host shop.example
  hcc access add AS64500 --deny --org shop
  hcc access list --host shop.example"""
_BAN = """examples:
  hcc ban add 203.0.113.7 --reason "guesses passwords" --for 1h
  hcc ban add 2001:db8:7::/48 --reason "scans" --org shop
  hcc ban list --address 203.0.113.7
  hcc ban lift 0198c7d2-… --reason "our own monitoring" """

_FIREWALL = """examples:
  hcc firewall set web1.json --server web1.example
  hcc firewall show --server web1.example
  hcc firewall apply --seconds 60     then, from a new connection:
  hcc firewall confirm                else the old filter is back after a minute

The filter is a table of its own, `inet hcc_firewall`; other tables are not touched. Applying needs root."""


def add(commands: Commands) -> None:
    """Add them all."""
    waf(Commands(commands.add("waf", "the web application firewall of sites", more=_WAF), "action"))
    _access(Commands(commands.add("access", "who may come and who may not", more=_ACCESS), "action"))
    _firewall(Commands(commands.add("firewall", "the packet filter of this server", more=_FIREWALL), "action"))
    _ban(Commands(commands.add("ban", "who is kept out, why and until when", more=_BAN), "action"))


def _rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules", required=True, nargs="+", metavar="FILE", help="rule files in their order; * in names is expanded"
    )
    json_flag(parser)


def waf(actions: Commands) -> None:
    """The commands of `hcc waf` that work on the database."""
    engine = later("control.security.commands.engine")
    checked = actions.add("check", "load a rule set and tell what is wrong with it", engine, more=_RULES)
    _rules(checked)
    tested = actions.add("ftw", "run go-ftw style tests (3.3 and 4.x form) against a rule set", engine, more=_RULES)
    _rules(tested)
    tested.add_argument("--tests", required=True, metavar="DIR", help="folder of the tests, with all below it")
    tested.add_argument(
        "--overrides", metavar="FILE", help="tests known to end differently: TOML, [expected_to_differ] TITLE = REASON"
    )
    _authors(actions)
    run = later("control.security.commands.waf")
    shown = actions.add("show", "show what is in force on a site and its routes", run)
    shown.add_argument("host", metavar="HOST", help="a host name of the site")
    changed = actions.add("set", "say how the firewall works on a route, a site, or all sites of an organisation", run, more=_WAF)
    _place(changed, path=True)
    changed.add_argument("--mode", choices=("off", "detect", "block", "inherit"))
    changed.add_argument("--paranoia", metavar="1-4", help="paranoia level, or inherit")
    changed.add_argument("--inbound", metavar="SCORE", help="score from which a request is held back, or inherit")
    changed.add_argument("--outbound", metavar="SCORE", help="score from which an answer is held back, or inherit")
    changed.add_argument("--rule-set", metavar="VERSION", help="version of the OWASP CRS, or inherit")
    changed.add_argument("--response-bodies", choices=("on", "off", "inherit"), help="look at the bodies of answers too")
    left_out = actions.add("exclude", "leave out a rule, a range of rules or a tag", run, more=_WAF)
    _place(left_out)
    what = left_out.add_mutually_exclusive_group(required=True)
    what.add_argument("--rule", metavar="ID[-ID]", help="a rule or a range of rules")
    what.add_argument("--tag", help="all rules with this tag, such as attack-sqli")
    left_out.add_argument("--target", metavar="VARIABLE", help="for this variable only, such as ARGS:q")
    left_out.add_argument("--path", metavar="PREFIX", help="on this path and below it only")
    _note(left_out)
    listed = actions.add("exclusions", "list what is left out", run)
    _place(listed)
    back = actions.add("include", "delete an exclusion", run)
    back.add_argument("id", metavar="ID", help="`hcc waf exclusions` shows it")
    loaded = actions.add("load", "store custom rules in SecLang, in place of those of that name", run, more=_WAF)
    loaded.add_argument("file", metavar="FILE", help="rules; - is standard input")
    loaded.add_argument("--name", required=True, help="what they are called")
    loaded.add_argument("--host", metavar="HOST", help="for this site; else for all sites of --org")
    _org(loaded)
    for parser in (shown, changed, left_out, listed, back, loaded):
        json_flag(parser)


def _authors(actions: Commands) -> None:
    """The commands for those who write rules."""
    tried = actions.add(
        "try",
        "show what transformations make of a value, and what an operator says of it",
        later("control.security.commands.trying"),
        more=_TRY,
    )
    tried.add_argument("input", metavar="INPUT", nargs="?", help="the value; standard input when absent")
    tried.add_argument(
        "--transform", action="append", metavar="T,T", help="transformations in their order: t:urlDecodeUni,t:lowercase"
    )
    tried.add_argument("--operator", metavar="OPERATOR", help="as a rule has it: '@pm select union', '!@rx ^a$'")
    how = tried.add_mutually_exclusive_group()
    how.add_argument("--escapes", action="store_true", help="\\xNN, \\n, \\r, \\t, \\0 and \\\\ in INPUT stand for bytes")
    how.add_argument("--base64", action="store_true", help="INPUT is base64")
    how.add_argument("--batch", metavar="FILE", help="JSON lines in, JSON lines out; - is standard input")
    explained = actions.add(
        "explain",
        "show what each rule makes of a request, the score and the verdict",
        later("control.security.commands.explaining"),
        more=_EXPLAIN,
    )
    explained.add_argument("request", metavar="REQUEST_FILE", help="a request of HTTP/1.1; - is standard input")
    which = explained.add_mutually_exclusive_group()
    which.add_argument("--rules", nargs="+", metavar="FILE", help="rule files in their order, in place of the rule set")
    which.add_argument("--rule-set", metavar="VERSION", help="a rule set that gateways have; the first one when absent")
    explained.add_argument("--own", nargs="+", metavar="FILE", help="rules of your own, before the others as on a gateway")
    explained.add_argument("--paranoia", type=int, choices=(1, 2, 3, 4), default=1, help="paranoia level; 1")
    explained.add_argument("--client", default="127.0.0.1", metavar="ADDRESS", help="the client's address; 127.0.0.1")
    explained.add_argument("--all", action="store_true", help="every rule's turn, not only those that matched")
    explained.add_argument("--rule", type=int, nargs="+", metavar="ID", help="the turns of these rules alone")
    for parser in (tried, explained):
        json_flag(parser)


def _access(actions: Commands) -> None:
    run = later("control.security.commands.access")
    found = actions.add("list", "list the entries", run)
    made = actions.add("add", "allow or deny a network, an autonomous system or a country", run, more=_ACCESS)
    made.add_argument("what", metavar="WHAT", help="a network (203.0.113.0/24), a system (AS64500) or a country (DE)")
    which = made.add_mutually_exclusive_group(required=True)
    which.add_argument("--allow", action="store_const", const="allow", dest="verdict", help="let them in")
    which.add_argument("--deny", action="store_const", const="deny", dest="verdict", help="answer them 403")
    _note(made)
    gone = actions.add("remove", "delete an entry", run)
    gone.add_argument("id", metavar="ID", help="`hcc access list` shows it")
    for parser in (found, made):
        parser.add_argument("--host", metavar="HOST", help="of this site; else of --org")
        _org(parser)
    for parser in (found, made, gone):
        json_flag(parser)


def _ban(actions: Commands) -> None:
    run = later("control.security.commands.ban")
    found = actions.add("list", "list the bans in force", run, more=_BAN)
    found.add_argument("--all", action="store_true", help="those that ended or were lifted too")
    found.add_argument("--address", help="those that cover this address")
    _org(found)
    made = actions.add("add", "keep an address or a network out, on every gateway within two seconds", run, more=_BAN)
    made.add_argument("network", metavar="NETWORK", help="an address, or a network such as 203.0.113.0/24")
    made.add_argument("--reason", required=True, help="why, for whoever looks later")
    made.add_argument("--for", dest="time", metavar="TIME", help="such as 90s, 15m, 6h or 7d; without end when absent")
    _org(made)
    gone = actions.add("lift", "let them in again", run)
    gone.add_argument("id", metavar="ID", help="`hcc ban list` shows it")
    gone.add_argument("--reason", default="", help="why, for whoever looks later")
    for parser in (found, made, gone):
        json_flag(parser)


def _firewall(actions: Commands) -> None:
    run = later("control.security.commands.firewall")
    shown = actions.add("show", "print a server's filter in nftables' language", run)
    stored = actions.add("set", "store a server's filter, as the API's JSON, after nft has looked at it", run, more=_FIREWALL)
    stored.add_argument("file", metavar="FILE", help="the fields of POST /v1/security/firewalls; - is standard input")
    applied = actions.add("apply", "put the stored filter in force on this machine, on trial", run, more=_FIREWALL)
    applied.add_argument(
        "--seconds", type=int, default=60, metavar="N", help="taken back after so many seconds unless confirmed; 60"
    )
    kept = actions.add("confirm", "keep the filter that is on trial", run)
    back = actions.add("rollback", "take the filter that is on trial back at once", run)
    for parser in (shown, stored, applied):
        parser.add_argument("--server", metavar="NAME", help="whose filter; this machine's host name when absent")
        _org(parser)
    for parser in (applied, kept, back):
        parser.add_argument("--state", metavar="DIR", help="where trials are kept; /run/hcc/firewall when absent")
    for parser in (shown, stored, applied, kept, back):
        json_flag(parser)


def _org(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--org", metavar="SLUG", help="organisation, by its slug; the platform's own when absent")


def _place(parser: argparse.ArgumentParser, *, path: bool = False) -> None:
    parser.add_argument("host", metavar="HOST", nargs="?", help="a host name of the site; without it all sites of --org")
    if path:
        parser.add_argument("path", metavar="PATH", nargs="?", help="path of a route of the site")
    _org(parser)


def _note(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--note", default="", help="why, for whoever looks later")
    parser.add_argument("--days", type=float, metavar="N", help="how long it holds; without end when absent")
