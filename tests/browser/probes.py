"""Texts that a browser or a spreadsheet might run, and where they are written: into every text that the API takes, by whoever may
write it. What takes none says so: `No` marks a field that refuses all of them, which is tried; `NEVER` says why a text is nobody
else's to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, get_type_hints

import msgspec
from litestar.handlers import HTTPRouteHandler

from control.app import DOMAINS, routes_of
from tests.browser.stock.billing import SELLER

PROBES = (
    "=cmd|' /C calc'!A1",
    "javascript:alert(3)",
    "</script><svg onload=alert(2)>",
    "'\"><img src=x onerror=alert(1)>{{7*7}}",
)
"""The last one is the newest of its list."""
P = "\0probe\0"
"""Where a probe goes; a short one goes where S is."""
S = "\0short\0"
SHORT = "'\"><u>{{7*7}}</u>"


class No(str):
    """A text that is right, in a place where no probe is taken."""

    __slots__ = ()


_ADDRESS = {"line1": P, "line2": P, "postal_code": S, "city": P, "region": P, "country": "CA"}
_ITEM = {"description": P, "unit_price": "1", "unit": No("C62")}
_INVOICE = {"customer_id": "{own}", "items": [_ITEM], "notes": P, "buyer_reference": P}
_MANDATE = {"customer_id": "{buyer}", "iban": No("DE89370400440532013000"), "signed_on": "2026-01-01"}
_LAYOUT = {
    "booked_on": P, "amount": P, "currency": P, "counterparty": P, "counterparty_iban": P, "remittance": [P],
    "reference": P, "end_to_end_id": P,
}  # fmt: skip
_METER = {"selector": No('x{customer="$customer"}'), "unit_name": P}
_TIERS = [{"unit_price": "1"}]
_METERED = {
    "plan_id": "{plan}", "currency": "EUR", "model": "metered", "name": P, "unit": No("C62"), "meter": _METER, "tiers": _TIERS,
}  # fmt: skip
_MATCH = [{"name": "host", "value": P}]
_NETWORKS = [No("192.0.2.0/24")]
_RULE = {
    "chain": "input",
    "action": "accept",
    "sources": _NETWORKS,
    "destinations": _NETWORKS,
    "note": P,
}
_SITE = {"message": P, "allow": _NETWORKS}
_SET = {"remove": [No("x-a")], "set": {"x-b": P}, "add": {"x-c": P}}
_UNUSED = {"respond": {"status": 200}}

Plant = tuple[str, str, dict[str, Any], str]
PLANTED: tuple[Plant, ...] = (
    ("customer", "POST /v1/users", {"email": No("p{n}@shop.demo.example"), "full_name": P, "roles": [No("member")],
                                    "timezone": No("Europe/Berlin")}, "user"),
    ("customer", "PATCH /v1/auth/me", {"full_name": P, "timezone": No("Europe/Berlin")}, ""),
    ("reseller", "POST /v1/organizations", {"name": P, "slug": "probe-{n}", "plan": P}, ""),
    ("customer", "POST /v1/roles", {"name": No("probe-{n}"), "description": P, "permissions": [No("users:read")]}, ""),
    ("customer", "POST /v1/api-keys", {"name": P, "scopes": [No("billing:read")]}, ""),
    ("customer", "POST /v1/webhooks", {"url": "http://127.0.0.1:9/" + P, "topics": [No("user.created")], "description": P}, ""),
    # What is sold.
    ("reseller", "PUT /v1/billing/settings", SELLER | {
        "legal_name": P, "address": _ADDRESS | {"country": "DE"}, "email": No("a@b.example"), "phone": P,
        "website": P, "registration": P, "tax_number": P, "account_holder": P, "footer": P,
        "vat_id": No("DE136695976"), "iban": No("DE89370400440532013000"), "creditor_id": No("DE98ZZZ09999999999"),
        "timezone": No("Europe/Berlin"),
        **{f"{kind}_number": No(f"{word}-{{year}}-{{number:5}}") for kind, word in (("credit_note", "CN"), ("debit_note", "DN"))},
        "invoice_number": No(SELLER["invoice_number"]), "customer_number": No("C-{number:5}"),
    }, ""),
    ("reseller", "PUT /v1/billing/exchange-rates/{currency}/{day}", {"rate": "0.9", "source": P}, ""),
    ("reseller", "PUT /v1/billing/subscription-settings", {"payment_page": No("https://pay.example/")}, ""),
    ("reseller", "POST /v1/billing/tax-rates", {
        "country": "DE", "tax_class": "probes", "percent": "5", "valid_from": "203{n}-01-01", "note": P,
        "components": [{"name": P, "percent": "3"}, {"name": "Rest", "percent": "2"}]}, ""),
    ("reseller", "POST /v1/billing/tax-flags/{flag}/resolve", {"resolution": P}, ""),
    ("reseller", "POST /v1/coupons", {"code": "PROBE{n}", "percent": "10", "description": P}, ""),
    ("reseller", "POST /v1/products", {"name": P, "description": P}, "product"),
    ("reseller", "POST /v1/plans", {"product_id": "{product}", "name": P, "description": P, "features": {P: P}}, "plan"),
    ("reseller", "POST /v1/prices", _METERED | {"interval": "quarter"}, "metered"),
    ("reseller", "POST /v1/prices/{metered}/versions", {"tiers": _TIERS, "meter": _METER, "valid_from": "{day}"}, ""),
    ("reseller", "POST /v1/prices", _METERED | {"interval": "month"}, "metered"),
    ("reseller", "POST /v1/prices", {
        "plan_id": "{plan}", "currency": "EUR", "interval": "year", "model": "flat", "amount": "3", "name": P}, "price"),
    # Who buys, and what becomes of it.
    ("reseller", "POST /v1/customers", {
        "kind": "business", "name": P, "email": No("x@probe.example"), "address": _ADDRESS, "contact": P, "notes": P,
        "copies_to": [No("x@probe.example")], "buyer_reference": P, "tax_id": No("DE129273398")}, "buyer"),
    ("reseller", "POST /v1/customers/{buyer}/credit", {"amount": "9", "reason": P}, ""),
    ("reseller", "PUT /v1/customers/{buyer}/dunning-stop", {"reason": P}, ""),
    ("reseller", "POST /v1/customers/{buyer}/place-evidence", {
        "kind": "other", "country": "CA", "source": "form", "detail": P}, ""),
    ("reseller", "POST /v1/dunning-schedules", {"name": P, "steps": [{"days": 3, "action": "remind", "text": P}]}, ""),
    ("reseller", "POST /v1/invoices", _INVOICE | {"customer_id": "{buyer}"}, "draft"),
    *(
        step
        for name in ("sent", "credited", "lost", "gone")
        for step in (
            ("reseller", "POST /v1/invoices", _INVOICE, name),
            ("reseller", f"POST /v1/invoices/{{{name}}}/finalise", {}, ""),
        )
    ),
    ("reseller", "POST /v1/invoices/{sent}/send", {"recipients": [No("a@b.example")], "message": P}, ""),
    ("reseller", "POST /v1/invoices/send", {"ids": ["{sent}"], "message": P}, ""),
    ("reseller", "POST /v1/invoices/{credited}/credit-notes", {"reason": P}, ""),
    ("reseller", "POST /v1/invoices/{lost}/write-off", {"reason": P}, ""),
    ("reseller", "POST /v1/invoices/{gone}/cancel", {"reason": P}, ""),
    ("reseller", "POST /v1/invoices/{late}/dunning/stop", {"reason": P}, ""),
    ("reseller", "POST /v1/payments", {"method": "cash", "amount": "1", "customer_id": "{own}", "reference": P}, "payment"),
    ("reseller", "POST /v1/payments", {"method": "cash", "amount": "1", "customer_id": "{buyer}"}, "paid"),
    ("reseller", "POST /v1/payments/{paid}/refunds", {"amount": "1", "reason": P}, ""),
    ("reseller", "POST /v1/payments/bank-entries/{entry}/ignore", {"reason": P}, ""),
    ("reseller", "POST /v1/payments/mandates", _MANDATE | {"holder": P}, ""),
    ("reseller", "POST /v1/payments/mandates", _MANDATE | {"holder": "A", "reference": P}, ""),
    ("customer", "GET /v1/payments/mandates/online", {}, "offer"),
    ("customer", "POST /v1/payments/mandates/online", {
        "iban": No("{iban}"), "bic": No("COBADEFF"), "holder": P, "agrees_to": "{offer.agrees_to}", "is_default": False,
        "address": _ADDRESS}, ""),
    ("reseller", "POST /v1/payments/statement-profiles", {"name": P, "layout": _LAYOUT}, ""),
    ("reseller", "POST /v1/payments/statement-profiles", {
        "name": "Second {n}", "layout": {"booked_on": P, "credit": P, "debit": P + "2"}}, ""),
    ("reseller", "POST /v1/subscriptions", {"customer_id": "{own}", "items": [{"price_id": "{price}"}], "name": P}, "contract"),
    ("reseller", "POST /v1/subscriptions/{contract}/suspend", {"reason": P}, ""),
    ("reseller", "POST /v1/subscriptions", {"customer_id": "{own}", "items": [{"price_id": "{price}"}], "name": P}, "left"),
    ("reseller", "POST /v1/subscriptions/{left}/cancel", {"reason": P}, ""),
    ("customer", "POST /v1/orders/{subscription}/cancel", {"reason": P}, ""),
    # What is watched.
    ("customer", "POST /v1/monitoring/agents/claims", {"name": P}, "claim"),
    ("customer", "POST /v1/monitoring/agents/enrolments", {"claim": "{claim.claim}", "host": P, "agent_version": P}, ""),
    ("customer", "POST /v1/monitoring/ingest-tokens", {"name": P}, ""),
    ("customer", "POST /v1/monitoring/alerts/{alert}/acknowledge", {"note": P}, ""),
    ("customer", "POST /v1/monitoring/channels", {"name": P, "kind": "mail", "recipients": [No("x@shop.example")]}, "channel"),
    ("customer", "POST /v1/monitoring/channels", {"name": "Hook {n}", "kind": "webhook", "url": "https://chat.example/" + P}, ""),
    ("customer", "POST /v1/monitoring/channels", {"name": "Chat {n}", "kind": "telegram", "token": "1:a", "chat_id": P}, ""),
    ("customer", "POST /v1/monitoring/checks", {
        "name": P, "kind": "http", "target": "https://shop.example/" + P, "is_active": False, "labels": {"team": P},
        "expects": {"method": "POST", "headers": {"X-P": P}, "body": P, "keyword": P}}, ""),
    ("customer", "POST /v1/monitoring/checks", {
        "name": "Json {n}", "kind": "http", "target": "https://shop.example/", "is_active": False,
        "expects": {"json_path": P, "json_value": P}}, ""),
    ("customer", "POST /v1/monitoring/checks", {
        "name": "Dns {n}", "kind": "dns", "target": "shop.example", "is_active": False,
        "expects": {"record_type": "TXT", "values": [P], "resolver": P}}, ""),
    ("customer", "POST /v1/monitoring/checks", {
        "name": "Tcp {n}", "kind": "tcp", "target": No("shop.example:1"), "is_active": False,
        "expects": {"send": P, "receive": P}}, "check"),
    ("customer", "POST /v1/monitoring/inhibitions", {"name": P, "source": _MATCH, "target": _MATCH}, ""),
    ("customer", "POST /v1/monitoring/maintenance-windows", {
        "name": P, "matchers": _MATCH, "starts_at": "2098-01-01T00:00:00Z", "duration_s": 60, "timezone": No("UTC")}, ""),
    ("customer", "POST /v1/monitoring/notification-routes", {
        "name": P, "matchers": _MATCH, "steps": [{"channel_ids": ["{channel}"]}]}, ""),
    ("customer", "POST /v1/monitoring/rules", {
        "name": P, "expression": "up == 0", "labels": {"team": P}, "annotations": {"summary": P}}, ""),
    ("customer", "POST /v1/monitoring/rules", {
        "name": "Text {n}", "expression": f'up{{host="{P}"}} == 0', "recovery": f'up{{host="{P}"}} == 1'}, ""),
    ("customer", "POST /v1/monitoring/silences", {"reason": P, "matchers": _MATCH, "ends_at": "{soon}"}, ""),
    ("customer", "POST /v1/monitoring/status-pages", {
        "slug": "p{n}", "title": P, "description": P, "is_public": True,
        "components": [{"check_id": "{check}", "name": P, "group": P}]}, "page"),
    ("customer", "POST /v1/monitoring/incidents", {"page_id": "{page}", "title": P, "text": P}, "incident"),
    ("customer", "POST /v1/monitoring/incidents/{incident}/updates", {"status": "identified", "text": P}, ""),
    # What is kept out.
    ("customer", "POST /v1/security/access", {"action": "deny", "network": No("192.0.2.10{n}"), "note": P}, ""),
    ("customer", "POST /v1/security/bans", {"network": No("192.0.2.12{n}"), "reason": P}, "ban"),
    ("customer", "POST /v1/security/bans", {"network": "192.0.2.13{n}", "reason": P}, ""),
    ("customer", "POST /v1/security/bans/{ban}/lift", {"reason": P}, ""),
    ("customer", "POST /v1/security/events/{event}/exclusion", {"note": P}, ""),
    ("customer", "POST /v1/security/exclusions", {"rule_from": 942100, "path_prefix": "/{n}" + P, "note": P}, ""),
    ("customer", "POST /v1/security/exclusions", {"rule_from": 942100, "target": "ARGS:{n}" + P}, ""),
    ("customer", "POST /v1/security/exclusions", {"tag": P}, ""),
    ("customer", "POST /v1/security/firewalls", {
        "server": "p{n}.example", "note": P,
        "sets": [{"name": "office", "networks": _NETWORKS}], "rules": [_RULE]}, ""),
    ("customer", "POST /v1/security/match-rules", {
        "name": P, "action": "block", "note": P,
        "conditions": {"paths": ["/" + P], "headers": [{"name": No("x-a"), "value": P}], "networks": _NETWORKS}}, ""),
    ("customer", "POST /v1/security/rules", {"name": P, "text": "# none"}, ""),
    ("customer", "POST /v1/security/rules", {"name": "Text {n}", "text": "# " + P}, ""),
    # What is served.
    ("customer", "POST /v1/sites", {
        "name": P, "hosts": [No("x{n}.example")], "maintenance": _SITE, "error_pages": {"502": P}}, "site"),
    ("customer", "POST /v1/sites/{site}/upstreams", {
        "name": "u{n}", "targets": [{"address": No("9.9.9.9:80")}], "policy": "consistent_hash",
        "hash_key": {"kind": "header", "name": No("x-a")}, "tls": {"server_name": No("a.example")},
        "health": {"path": "/" + P, "host": No("a.example"), "contains": P}}, ""),
    ("customer", "POST /v1/sites/{site}/routes", {
        "path_prefix": "/a{n}", "respond": {"status": 200, "content_type": P, "body": P},
        "request_headers": _SET, "response_headers": _SET, "maintenance": _SITE,
        "validate": {"content_types": [No("text/plain")]},
        "auth": {"mode": "jwt", "api_keys": "verify", "scopes": [No("billing:read")], "roles": [P]}}, ""),
    ("customer", "POST /v1/sites/{site}/routes", _UNUSED | {"path_prefix": "/f" + P}, ""),
    ("customer", "POST /v1/sites/{site}/routes", {"path": "/b" + P, "redirect": {"to": "https://x.example/" + P}}, ""),
    ("customer", "POST /v1/sites/{site}/routes", _UNUSED | {"path_pattern": "/c/{name}/" + P}, ""),
    ("customer", "POST /v1/sites/{site}/upstreams", {"name": "v{n}", "targets": [{"address": "9.9.9.9:80"}]}, ""),
    ("customer", "POST /v1/sites/{site}/routes", {"path": "/e", "upstream": "v{n}", "rewrite": "/" + P}, ""),
    ("customer", "POST /v1/sites/{site}/routes", _UNUSED | {
        "path": "/d", "cors": {"origins": [No("https://a.example")], "headers": [No("x-a")], "expose": [No("x-a")]},
        "rate_limits": [{"name": "a", "key": "header", "header": No("x-a"), "rate": 1, "per_s": 1, "burst": 1}]}, ""),
)  # fmt: skip
"""Who writes, what is asked, the body, and the name under which the id that comes back is known to what is asked later."""
NEVER = {
    "POST /v1/auth/* *": "shows who somebody is; it is compared and shown to nobody",
    "* password": "never shown",
    "* expires_at": "a moment",
    "POST /v1/certificates *": "what is read out of it is shown: its names are planted by test_hostile.py",
    "POST /v1/monitoring/channels token": "sealed, and never shown",
    "POST /v1/monitoring/checks secret": "sealed, and never shown",
    "* tls.ca_pem": "certificates of authorities; whether there are some is shown",
    "POST /v1/monitoring/agents/enrolments claim": "what the one who enrols was given; compared",
    "POST /v1/monitoring/rules/try *": "answered to who asks, and not kept",
    "POST /v1/*/preview *": "answered to who asks, and not kept",
    "* coupon": "a coupon's code, which has a form; others are refused as unknown",
    "POST /v1/profile/passkeys* *": "a device signs it; names are planted by test_passkeys.py",
    "POST /v1/users/{}/erase *": "compared with what is there",
    "P* /v1/gateway/settings *": "the platform's operators write it for themselves: header fields by their rules, and networks",
    "PUT /v1/security/settings *": "networks; the platform's operators write them for themselves",
}
"""Texts that nobody else reads or that hold no text of a person's, by operation and field."""


def operation(method: str, path: str) -> str:
    """An operation with `{}` for what differs."""
    return f"{method} {re.sub(r'{[^}]*}', '{}', path)}"


def texts() -> set[tuple[str, str]]:
    """Every operation that changes something, with each field of its body that can hold a probe as far as its type says."""
    found = set()
    for handler in routes_of(DOMAINS):
        if not isinstance(handler, HTTPRouteHandler):
            continue
        methods = {"POST", "PUT", "PATCH"} & set(handler.http_methods)
        data = get_type_hints(handler.fn).get("data") if methods else None
        if data is None:
            continue
        schema = msgspec.json.schema(data)
        fields = {at for at, one in _strings(schema, schema.get("$defs", {})) if _takes(one)}
        found |= {(operation(method, path), at) for method in methods for path in handler.paths for at in fields}
    return found


def _strings(
    schema: Any, known: dict[str, Any], at: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(schema, dict) or (name := schema.get("$ref", "")) in seen:
        return
    if name:
        yield from _strings(known[name.rpartition("/")[2]], known, at, (*seen, name))
    if schema.get("type") == "string" and "enum" not in schema and "format" not in schema:
        yield at, schema
    for one in schema.get("anyOf", ()):
        yield from _strings(one, known, at, seen)
    yield from _strings(schema.get("items"), known, f"{at}[]", seen)
    yield from _strings(schema.get("additionalProperties"), known, f"{at}{{}}", seen)
    for field, one in schema.get("properties", {}).items():
        yield from _strings(one, known, f"{at}.{field}".lstrip("."), seen)


def _takes(schema: dict[str, Any]) -> bool:
    pattern = schema.get("pattern", "")
    return any(len(one) <= schema.get("maxLength", len(one)) and re.search(pattern, one) for one in (SHORT, *PROBES))


def leaves(body: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """The texts of a body, by the way to them."""
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, one in members:
        yield from leaves(one, f"{at}.{name}".lstrip("."))
    if isinstance(body, str):
        yield at, body


def is_planted(asked: str, field: str) -> bool:
    """Whether probes are planted in a field of an operation, or are refused there when that is tried."""
    way = re.compile(re.escape(field).replace(r"\[\]", r"\.\d+").replace(r"\{\}", r"\..+"))
    return any(
        way.fullmatch(at) and (isinstance(value, No) or P in value or S in value)
        for _, planted, body, _ in PLANTED
        if operation(*planted.split(" ")) == asked
        for at, value in leaves(body)
    )


def reasons(asked: str, field: str) -> set[str]:
    """Which reasons there are for no probe in a field."""
    return {one for one in NEVER if fnmatchcase(f"{asked} {field}", one)}
