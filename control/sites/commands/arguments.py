"""The command lines of `hcc site`, `upstream`, `route`, `limit`, `canary` and `certificate`."""

from __future__ import annotations

import argparse

from control.command_line import Commands, json_flag, later

_SITE = """examples:
  hcc site add shop.example www.shop.example --org shop --target http://192.0.2.10:8080
  hcc site set shop.example --https-redirect on --hsts 31536000
  hcc site set shop.example --maintenance on --message "Back at noon" --allow 198.51.100.7
  hcc site show shop.example

HCC_OWNER_DATABASE_URL (role hcc_owner) says where the database is. A change is served within a second."""
_UPSTREAM = """examples:
  hcc upstream add shop.example next --target https://192.0.2.11:8443 --policy least_request
  hcc upstream add shop.example app --target app.example:8080 --target app2.example:8080 --health /up
  hcc upstream remove shop.example next"""
_ROUTE = """examples:
  hcc route add shop.example /api --upstream origin --strip-prefix
  hcc route add shop.example '/users/{id}' --pattern --method GET --upstream origin
  hcc route add shop.example /old --redirect 'https://shop.example/new{query}' --status 308
  hcc route add shop.example /robots.txt --exact --respond 200 --body 'User-agent: *'
  hcc route add shop.example /orders --upstream origin --fields orders.json
  hcc route remove shop.example /old

--fields names a file (- is standard input) with any further fields of POST /v1/sites/{id}/routes as JSON."""
_LIMIT = """examples:
  hcc limit add shop.example /api --name api --rate 100/60 --burst 20
  hcc limit add shop.example /api --name keys --rate 1000/3600 --burst 50 --key header --header X-Api-Key
  hcc limit remove shop.example /api --name api"""
_CANARY = """examples:
  hcc canary set shop.example / --upstream next --percent 5
  hcc canary set shop.example / --upstream next --percent 0 --header X-Preview:yes
  hcc canary remove shop.example /"""
_CERTIFICATE = """examples:
  hcc certificate add --org shop --chain fullchain.pem --key privkey.pem
  hcc certificate replace 0198c7d2-… --chain fullchain.pem --key privkey.pem
  hcc certificate list --org shop

HCC_CERTIFICATE_KEYS seals the private keys; control and the gateways hold the same."""
_ON_OFF = ("on", "off")


def add(commands: Commands) -> None:
    """Add them all."""
    _site(Commands(commands.add("site", "sites that the gateway serves", more=_SITE), "action"))
    _upstream(Commands(commands.add("upstream", "where the requests of a site go", more=_UPSTREAM), "action"))
    _route(Commands(commands.add("route", "which requests of a site go where", more=_ROUTE), "action"))
    _limit(Commands(commands.add("limit", "how often a route may be asked", more=_LIMIT), "action"))
    _canary(Commands(commands.add("canary", "a share of a route's clients for another upstream", more=_CANARY), "action"))
    _certificate(Commands(commands.add("certificate", "certificates of the TLS listeners", more=_CERTIFICATE), "action"))


def _site(actions: Commands) -> None:
    run = later("control.sites.commands.site")
    found = actions.add("list", "list the sites", run)
    _org(found, needed=False)
    made = actions.add("add", "add a site with an upstream `origin` and a route / to it", run, more=_SITE)
    made.add_argument("hosts", nargs="+", metavar="HOST", help="host names, such as shop.example or '*.shop.example'")
    _org(made)
    _targets(made)
    made.add_argument("--name", default="", help="its name for people; the first host when absent")
    shown = actions.add("show", "show a site with upstreams, routes and what the gateways made of it", run)
    gone = actions.add("remove", "delete a site; its host names are free at once", run)
    changed = actions.add("set", "change a site", run, more=_SITE)
    for parser in (shown, gone, changed):
        parser.add_argument("host", metavar="HOST", help="one of its host names")
    changed.add_argument("--active", choices=_ON_OFF, help="whether it is served")
    changed.add_argument("--https-redirect", choices=_ON_OFF, help="whether plain http is redirected to https")
    changed.add_argument("--hsts", type=int, metavar="SECONDS", help="Strict-Transport-Security; 0 is none")
    changed.add_argument("--maintenance", choices=_ON_OFF, help="503 for everybody but --allow")
    changed.add_argument("--message", default="", help="what visitors are told during maintenance")
    changed.add_argument("--allow", action="append", default=[], metavar="NETWORK", help="let through; may stand several times")
    for parser in (found, made, shown, gone, changed):
        json_flag(parser)


def _upstream(actions: Commands) -> None:
    run = later("control.sites.commands.upstream")
    found = actions.add("list", "list the upstreams of a site", run)
    made = actions.add("add", "add an upstream", run, more=_UPSTREAM)
    gone = actions.add("remove", "delete an upstream that no route leads to", run)
    for parser in (found, made, gone):
        parser.add_argument("host", metavar="HOST", help="a host name of the site")
        json_flag(parser)
    for parser in (made, gone):
        parser.add_argument("name", metavar="NAME", help="what routes call it")
    _targets(made)
    made.add_argument("--policy", choices=("round_robin", "least_request", "consistent_hash"), default="round_robin")
    made.add_argument("--protocol", choices=("h1", "h2"), default="h1", help="HTTP/1.1 or HTTP/2 to the targets")
    made.add_argument("--health", metavar="PATH", help="check the targets with a GET of this path every 5 seconds")


def _route(actions: Commands) -> None:
    run = later("control.sites.commands.route")
    found = actions.add("list", "list the routes of a site", run)
    found.add_argument("host", metavar="HOST", help="a host name of the site")
    made = actions.add("add", "add a route", run, more=_ROUTE)
    gone = actions.add("remove", "delete a route", run)
    for parser in (made, gone):
        _one_route(parser)
    kind = made.add_mutually_exclusive_group()
    kind.add_argument("--exact", action="store_true", help="PATH is the whole path, not a prefix")
    kind.add_argument("--pattern", action="store_true", help="PATH holds {name} for a segment, or ends with {*rest}")
    end = made.add_mutually_exclusive_group(required=True)
    end.add_argument("--upstream", metavar="NAME", help="where it leads")
    end.add_argument(
        "--redirect", metavar="URL", help="redirect to; {host}, {path}, {query} and the pattern's names are filled in"
    )
    end.add_argument("--respond", type=int, metavar="STATUS", help="answer with this status and --body")
    made.add_argument("--status", type=int, choices=(301, 302, 303, 307, 308), default=302, help="status of the redirect")
    made.add_argument("--body", default="", help="body of the fixed answer")
    made.add_argument("--priority", type=int, default=0, help="higher ones are tried first")
    made.add_argument("--strip-prefix", action="store_true", help="leave the prefix out upstream")
    made.add_argument("--rewrite", metavar="PATH", help="the path asked for upstream")
    made.add_argument("--fields", metavar="FILE", help="further fields as the API's JSON; - is standard input")
    for parser in (found, made, gone):
        json_flag(parser)


def _limit(actions: Commands) -> None:
    run = later("control.sites.commands.route")
    made = actions.add("add", "add a limit to a route, or replace the one of that name", run, more=_LIMIT)
    gone = actions.add("remove", "take a limit from a route", run)
    for parser in (made, gone):
        _one_route(parser)
        parser.add_argument("--name", required=True, help="limits of one site with the same name count together")
        json_flag(parser)
        parser.set_defaults(noun="limit")
    made.add_argument("--rate", required=True, metavar="N/SECONDS", help="requests in so many seconds, such as 100/60")
    made.add_argument("--burst", required=True, type=int, metavar="N", help="requests at once")
    made.add_argument("--key", choices=("client", "user", "organization", "api_key", "header", "route"), default="client")
    made.add_argument("--header", metavar="NAME", help="the field that is counted by, for --key header")
    made.add_argument("--shared", action="store_true", help="all gateways count together, when they share a Redis")


def _canary(actions: Commands) -> None:
    run = later("control.sites.commands.route")
    made = actions.add("set", "send a share of a route's clients to another upstream", run, more=_CANARY)
    gone = actions.add("remove", "send all clients of a route to its own upstream again", run)
    for parser in (made, gone):
        _one_route(parser)
        json_flag(parser)
        parser.set_defaults(noun="canary")
    made.add_argument("--upstream", required=True, metavar="NAME", help="an upstream of the site; `hcc upstream add` makes one")
    made.add_argument("--percent", required=True, type=float, help="share of the clients, 0 to 100")
    made.add_argument("--header", metavar="NAME:VALUE", help="requests with this header go there whatever the share")


def _certificate(actions: Commands) -> None:
    run = later("control.sites.commands.certificate")
    found = actions.add("list", "list the certificates", run)
    _org(found, needed=False)
    made = actions.add("add", "add a certificate", run, more=_CERTIFICATE)
    _org(made)
    made.add_argument("--default", action="store_true", help="serve it for unknown names too; for the platform's own")
    changed = actions.add("replace", "replace a certificate under its id", run, more=_CERTIFICATE)
    gone = actions.add("remove", "delete a certificate with its key", run)
    for parser in (changed, gone):
        parser.add_argument("id", metavar="ID", help="`hcc certificate list` shows it")
    for parser in (made, changed):
        parser.add_argument("--chain", required=True, metavar="FILE", help="PEM: the certificate, then those that issued it")
    made.add_argument("--key", required=True, metavar="FILE", help="PEM, without a passphrase")
    changed.add_argument("--key", metavar="FILE", help="PEM, without a passphrase; the present one when absent")
    for parser in (found, made, changed, gone):
        json_flag(parser)


def _org(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument("--org", required=needed, metavar="SLUG", help="organisation, by its slug")


def _targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        action="append",
        required=True,
        metavar="URL",
        dest="targets",
        help="where it goes: http://host:port, https://host:port or unix:/path; may stand several times",
    )


def _one_route(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("host", metavar="HOST", help="a host name of the site")
    parser.add_argument("path", metavar="PATH", help="path of the route")
    parser.add_argument("--method", action="append", metavar="METHOD", dest="methods", help="several times for several; else all")
