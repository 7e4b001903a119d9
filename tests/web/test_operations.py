"""Whatever the API changes can be changed in the panel, or a reason says why not; what the panel can do, a test does.

`{}` stands for what differs from thing to thing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from litestar.routes import HTTPRoute

from control.core.runtime import Runtime
from tests.peopling import Application

_MUTATING = {"POST", "PUT", "PATCH", "DELETE"}
_TESTS = [
    file
    for folder in ("web", "browser")
    for file in (Path(__file__).parents[1] / folder).glob("test_*.py")
    if file != Path(__file__)
]

# An operation of the API, and the forms of the panel that do it.
_FORMS = """
POST   /v1/api-keys -> /api-keys
DELETE /v1/api-keys/{} -> /api-keys/{}/revoke
PATCH  /v1/api-keys/{} -> /api-keys/{}/edit
PUT    /v1/api-keys/{} -> /api-keys/{}/edit
POST   /v1/auth/login -> /login
POST   /v1/auth/logout -> /logout
POST   /v1/auth/logout-all -> /profile/sessions/end-all
PATCH  /v1/auth/me -> /profile
POST   /v1/auth/password/change -> /profile/password
POST   /v1/auth/password/forgot -> /forgot-password
POST   /v1/auth/password/reset -> /reset-password
DELETE /v1/auth/sessions/{} -> /profile/sessions/{}/end
POST   /v1/auth/totp/confirm -> /profile/second-factor/confirm
POST   /v1/auth/totp/disable -> /profile/second-factor/off
POST   /v1/auth/totp/enrol -> /profile/second-factor/set-up
POST   /v1/auth/totp/recovery-codes -> /profile/second-factor/recovery-codes
POST   /v1/billing/exchange-rates/import -> /billing/exchange-rates/import
DELETE /v1/billing/exchange-rates/{}/{} -> /billing/exchange-rates/{}/{}/delete
PUT    /v1/billing/exchange-rates/{}/{} -> /billing/exchange-rates
PUT    /v1/billing/settings -> /billing/settings/edit
DELETE /v1/billing/settings/logo -> /billing/settings/logo/remove
PUT    /v1/billing/settings/logo -> /billing/settings/logo
PUT    /v1/billing/subscription-settings -> /billing/settings/subscriptions
POST   /v1/billing/tax-rates -> /billing/tax-rates
DELETE /v1/billing/tax-rates/{} -> /billing/tax-rates/{}/delete
POST   /v1/billing/tax-rates/{}/end -> /billing/tax-rates/{}/end
POST   /v1/certificates -> /certificates
DELETE /v1/certificates/{} -> /certificates/{}/delete
PATCH  /v1/certificates/{} -> /certificates/{}/renew
PUT    /v1/certificates/{} -> /certificates/{}/renew
POST   /v1/coupons -> /coupons
DELETE /v1/coupons/{} -> /coupons/{}/retire
PUT    /v1/coupons/{} -> /coupons/{}/edit
POST   /v1/customers -> /customers
PUT    /v1/customers/{} -> /customers/{}/edit
POST   /v1/dunning-schedules -> /dunning
DELETE /v1/dunning-schedules/{} -> /dunning/{}/delete
PUT    /v1/dunning-schedules/{} -> /dunning/{}/edit
POST   /v1/invoices/finalise -> /invoices/finalise
POST   /v1/invoices/send -> /invoices/send
POST   /v1/invoices/{}/credit-notes -> /invoices/{}/credit
POST   /v1/invoices/{}/dunning/continue -> /invoices/{}/dunning/continue
POST   /v1/invoices/{}/dunning/stop -> /invoices/{}/dunning/stop
POST   /v1/invoices/{}/finalise -> /invoices/{}/finalise
POST   /v1/invoices/{}/send -> /invoices/{}/send
POST   /v1/monitoring/agents/claims -> /monitoring/agents
DELETE /v1/monitoring/agents/claims/{} -> /monitoring/agents/claims/{}/revoke
DELETE /v1/monitoring/agents/{} -> /monitoring/agents/{}/delete
DELETE /v1/monitoring/alerts/{}/acknowledge -> /monitoring/alerts/{}/unacknowledge
POST   /v1/monitoring/alerts/{}/acknowledge -> /monitoring/alerts/{}/acknowledge
POST   /v1/monitoring/channels -> /monitoring/receivers
DELETE /v1/monitoring/channels/{} -> /monitoring/receivers/{}/delete
PUT    /v1/monitoring/channels/{} -> /monitoring/receivers/{}/edit
POST   /v1/monitoring/channels/{}/test -> /monitoring/receivers/{}/test
POST   /v1/monitoring/checks -> /monitoring/checks
DELETE /v1/monitoring/checks/{} -> /monitoring/checks/{}/delete
PUT    /v1/monitoring/checks/{} -> /monitoring/checks/{}/edit
POST   /v1/monitoring/incidents -> /monitoring/status-pages/{}/incidents
POST   /v1/monitoring/incidents/{}/updates -> /monitoring/status-pages/{}/incidents/{}
POST   /v1/monitoring/ingest-tokens -> /monitoring/tokens
DELETE /v1/monitoring/ingest-tokens/{} -> /monitoring/tokens/{}/delete
PUT    /v1/monitoring/limits/{} -> /organizations/{}/limits
POST   /v1/monitoring/notification-routes -> /monitoring/notification-routes
DELETE /v1/monitoring/notification-routes/{} -> /monitoring/notification-routes/{}/delete
PUT    /v1/monitoring/notification-routes/{} -> /monitoring/notification-routes/{}/edit
POST   /v1/monitoring/packs/install -> /monitoring/packs/{}/install
DELETE /v1/monitoring/packs/{} -> /monitoring/packs/{}/remove
POST   /v1/monitoring/rules -> /monitoring/rules
POST   /v1/monitoring/rules/try -> /monitoring/rules/check
DELETE /v1/monitoring/rules/{} -> /monitoring/rules/{}/delete
PUT    /v1/monitoring/rules/{} -> /monitoring/rules/{}/edit
POST   /v1/monitoring/silences -> /monitoring/silences
DELETE /v1/monitoring/silences/{} -> /monitoring/silences/{}/delete
PUT    /v1/monitoring/silences/{} -> /monitoring/silences/{}/edit
POST   /v1/monitoring/status-pages -> /monitoring/status-pages
DELETE /v1/monitoring/status-pages/{} -> /monitoring/status-pages/{}/delete
PUT    /v1/monitoring/status-pages/{} -> /monitoring/status-pages/{}/edit
POST   /v1/organizations -> /organizations
DELETE /v1/organizations/{} -> /organizations/{}/delete
PATCH  /v1/organizations/{} -> /organizations/{}/edit
PUT    /v1/organizations/{} -> /organizations/{}/edit
POST   /v1/payments -> /customers/{}/payments /invoices/{}/payments
POST   /v1/payments/bank-entries/{}/accept -> /payments/bank/{}/accept /payments/bank/{}/customer
POST   /v1/payments/bank-entries/{}/ignore -> /payments/bank/{}/aside
POST   /v1/payments/bank-entries/{}/reject -> /payments/bank/{}/refuse
POST   /v1/payments/charges -> /invoices/{}/pay
POST   /v1/payments/mandates -> /customers/{}/mandates
POST   /v1/payments/mandates/online -> /payments/methods/online
DELETE /v1/payments/methods/{} -> /payments/methods/{}/revoke
POST   /v1/payments/methods/{}/default -> /payments/methods/{}/default
PUT    /v1/payments/providers/stripe -> /billing/settings/provider
POST   /v1/payments/sepa-batches -> /payments/direct-debits
POST   /v1/payments/sepa-batches/{}/cancel -> /payments/direct-debits/{}/cancel
POST   /v1/payments/sepa-batches/{}/submit -> /payments/direct-debits/{}/submit
POST   /v1/payments/statements -> /payments/bank/import
POST   /v1/payments/{}/allocations -> /payments/{}/move
POST   /v1/payments/{}/refunds -> /payments/{}/refund
POST   /v1/plans -> /products/{}/plans
DELETE /v1/plans/{} -> /plans/{}/delete
PUT    /v1/plans/{} -> /plans/{}/edit
POST   /v1/prices -> /plans/{}/prices
DELETE /v1/prices/{} -> /prices/{}/delete
POST   /v1/prices/{}/archive -> /prices/{}/archive
POST   /v1/prices/{}/move -> /prices/{}/move
POST   /v1/prices/{}/versions -> /prices/{}/versions
POST   /v1/products -> /products
DELETE /v1/products/{} -> /products/{}/delete
PUT    /v1/products/{} -> /products/{}/edit
POST   /v1/security/access -> /security/access
DELETE /v1/security/access/{} -> /security/access/{}/delete
PUT    /v1/security/access/{} -> /security/access/{}/edit
POST   /v1/security/bans -> /security/bans
POST   /v1/security/bans/{}/lift -> /security/bans/{}/lift
POST   /v1/security/events/{}/exclusion -> /security/events/{}/exclude
POST   /v1/security/exclusions -> /security/exclusions
DELETE /v1/security/exclusions/{} -> /security/exclusions/{}/delete
PUT    /v1/security/exclusions/{} -> /security/exclusions/{}/edit
POST   /v1/security/match-rules -> /security/match-rules
DELETE /v1/security/match-rules/{} -> /security/match-rules/{}/delete
PUT    /v1/security/match-rules/{} -> /security/match-rules/{}/edit
POST   /v1/security/policies -> /security/policies
DELETE /v1/security/policies/{} -> /security/policies/{}/delete
PUT    /v1/security/policies/{} -> /security/policies/{}/edit
POST   /v1/security/rules -> /security/waf-rules
DELETE /v1/security/rules/{} -> /security/waf-rules/{}/delete
PUT    /v1/security/rules/{} -> /security/waf-rules/{}/edit
POST   /v1/sites -> /sites
DELETE /v1/sites/{} -> /sites/{}/delete
PATCH  /v1/sites/{} -> /sites/{}/edit
PUT    /v1/sites/{} -> /sites/{}/edit
POST   /v1/sites/{}/routes -> /sites/{}/routes
DELETE /v1/sites/{}/routes/{} -> /sites/{}/routes/{}/delete
PATCH  /v1/sites/{}/routes/{} -> /sites/{}/routes/{}/edit
PUT    /v1/sites/{}/routes/{} -> /sites/{}/routes/{}/edit
POST   /v1/sites/{}/upstreams -> /sites/{}/upstreams
DELETE /v1/sites/{}/upstreams/{} -> /sites/{}/upstreams/{}/delete
PATCH  /v1/sites/{}/upstreams/{} -> /sites/{}/upstreams/{}/edit
PUT    /v1/sites/{}/upstreams/{} -> /sites/{}/upstreams/{}/edit
POST   /v1/subscriptions -> /customers/{}/subscriptions
POST   /v1/subscriptions/preview -> /customers/{}/subscriptions
DELETE /v1/subscriptions/{} -> /subscriptions/{}/cancel
PUT    /v1/subscriptions/{} -> /subscriptions/{}/change
POST   /v1/subscriptions/{}/cancel -> /subscriptions/{}/cancel
POST   /v1/subscriptions/{}/pause -> /subscriptions/{}/pause
POST   /v1/subscriptions/{}/preview -> /subscriptions/{}/change
POST   /v1/subscriptions/{}/reactivate -> /subscriptions/{}/go-on/reactivate
POST   /v1/subscriptions/{}/resume -> /subscriptions/{}/go-on/resume
POST   /v1/subscriptions/{}/suspend -> /subscriptions/{}/suspend
POST   /v1/subscriptions/{}/unsuspend -> /subscriptions/{}/go-on/unsuspend
POST   /v1/roles -> /roles
DELETE /v1/roles/{} -> /roles/{}/delete
PATCH  /v1/roles/{} -> /roles/{}/edit
PUT    /v1/roles/{} -> /roles/{}/edit
POST   /v1/users -> /users
DELETE /v1/users/{} -> /users/{}/delete
PATCH  /v1/users/{} -> /users/{}/edit
PUT    /v1/users/{} -> /users/{}/edit
POST   /v1/users/{}/erase -> /users/{}/erase
POST   /v1/users/{}/export -> /users/{}/export /profile/export
POST   /v1/webhooks -> /webhooks
DELETE /v1/webhooks/{} -> /webhooks/{}/delete
PATCH  /v1/webhooks/{} -> /webhooks/{}/edit
PUT    /v1/webhooks/{} -> /webhooks/{}/edit
POST   /v1/webhooks/{}/deliveries/{}/retry -> /webhooks/{}/deliveries/{}/retry
POST   /v1/webhooks/{}/retry-failed -> /webhooks/{}/retry-failed
POST   /v1/webhooks/{}/rotate-secret -> /webhooks/{}/rotate
POST   /v1/webhooks/{}/test -> /webhooks/{}/test
DELETE /v1/customers/{} -> /customers/{}/delete
DELETE /v1/customers/{}/dunning-stop -> /customers/{}/reminders/continue
PUT    /v1/customers/{}/dunning-stop -> /customers/{}/reminders/stop
POST   /v1/customers/{}/check-tax-id -> /customers/{}/check-tax-id
POST   /v1/customers/{}/credit -> /customers/{}/credit
POST   /v1/customers/{}/place-evidence -> /customers/{}/evidence
POST   /v1/billing/tax-flags/{}/resolve -> /billing/tax-flags/{}/resolve
PUT    /v1/billing/settings/accounts -> /billing/settings/accounts
DELETE /v1/payments/providers/stripe -> /billing/settings/provider/remove
POST   /v1/invoices -> /customers/{}/invoices
PUT    /v1/invoices/{} -> /invoices/{}/edit
DELETE /v1/invoices/{} -> /invoices/{}/delete
POST   /v1/invoices/{}/cancel -> /invoices/{}/cancel
POST   /v1/invoices/{}/use-credit -> /invoices/{}/use-credit
POST   /v1/invoices/{}/write-off -> /invoices/{}/write-off
POST   /v1/monitoring/inhibitions -> /monitoring/inhibitions
PUT    /v1/monitoring/inhibitions/{} -> /monitoring/inhibitions/{}/edit
DELETE /v1/monitoring/inhibitions/{} -> /monitoring/inhibitions/{}/delete
POST   /v1/monitoring/maintenance-windows -> /monitoring/maintenance-windows
PUT    /v1/monitoring/maintenance-windows/{} -> /monitoring/maintenance-windows/{}/edit
DELETE /v1/monitoring/maintenance-windows/{} -> /monitoring/maintenance-windows/{}/delete
DELETE /v1/monitoring/incidents/{} -> /monitoring/status-pages/{}/incidents/{}/delete
POST   /v1/payments/statement-profiles -> /payments/bank/layouts
PUT    /v1/payments/statement-profiles/{} -> /payments/bank/layouts/{}/edit
DELETE /v1/payments/statement-profiles/{} -> /payments/bank/layouts/{}/delete
POST   /v1/payments/set-ups -> /payments/methods/new
POST   /v1/reseller-terms -> /reselling/terms
PUT    /v1/reseller-terms/{} -> /reselling/terms/{}/edit
DELETE /v1/reseller-terms/{} -> /reselling/terms/{}/delete
POST   /v1/reseller-statements -> /reselling/statements
POST   /v1/reseller-statements/{}/settle -> /reselling/statements/{}/settle
POST   /v1/security/firewalls -> /security/firewalls
PUT    /v1/security/firewalls/{} -> /security/firewalls/{}/edit
DELETE /v1/security/firewalls/{} -> /security/firewalls/{}/delete
PUT    /v1/security/detectors/{} -> /security/detectors/{}/edit
PUT    /v1/security/settings -> /security/settings/edit
PATCH  /v1/gateway/settings -> /gateway/settings/edit
PUT    /v1/gateway/settings -> /gateway/settings/edit
POST   /v1/orders -> /order/new
POST   /v1/orders/preview -> /order/new
POST   /v1/orders/{}/preview -> /subscriptions/{}/switch
POST   /v1/orders/{}/change -> /subscriptions/{}/switch
POST   /v1/orders/{}/cancel -> /subscriptions/{}/leave
POST   /v1/orders/{}/reactivate -> /subscriptions/{}/stay
POST   /v1/profile/passkeys -> /profile/passkeys
POST   /v1/profile/passkeys/begin -> /profile/passkeys/new
PATCH  /v1/profile/passkeys/{} -> /profile/passkeys/{}/rename
POST   /v1/profile/passkeys/{}/remove -> /profile/passkeys/{}/remove
POST   /v1/auth/passkeys/begin -> /login/passkey
POST   /v1/auth/passkeys/finish -> /login/passkey
"""
FORMS = {" ".join(op.split()): paths.split() for op, _, paths in (line.partition(" -> ") for line in _FORMS.strip().splitlines())}
_PROMETHEUS = "A question, not a change: the panel asks at /monitoring/query"
API_ONLY = {
    **{
        f"POST /prometheus/api/v1/{name}": _PROMETHEUS
        for name in (
            "label/{}/values", "labels", "metadata", "query", "query_exemplars", "query_range", "series", "status/buildinfo",
        )
    },
    "POST /v1/auth/password/generate": "For programs; the browser's own password manager makes one in the panel",
    "POST /v1/auth/refresh": "Tokens are for programs; the panel has sessions, which last by being used",
    "POST /v1/billing/bounces": "What a mail server tells",
    "POST /v1/heartbeats/{}": "What a job says of itself",
    "POST /v1/monitoring/agents/enrolments": "What an agent says when it comes",
    "POST /v1/payments/webhooks/stripe/{}": "What the payment provider tells",
    "PUT /v1/prices/{}": "Says whether a price is offered, which archiving does in the panel",
}  # fmt: skip
"""Operations that no page does, and why."""


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _routes(application: Application, runtime: Runtime) -> tuple[set[str], set[str]]:
    """All operations that change something, and all forms of the panel."""
    application.client(runtime, "192.0.2.1")
    assert application._made is not None
    operations, forms = set(), set()
    for route in application._made.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if handler.opt.get("page"):
                forms |= {_plain(route.path)} if "POST" in handler.http_methods else set()
            else:
                operations |= {f"{method} {_plain(route.path)}" for method in _MUTATING & set(handler.http_methods)}
    return operations, forms


def test_every_operation_is_done_by_a_form_or_says_why_not(application: Application, runtime: Runtime) -> None:
    operations, forms = _routes(application, runtime)
    known = set(FORMS) | set(API_ONLY)
    assert operations - known == set(), "new: name its form, or the reason for having none"
    assert known - operations == set(), "no such operation"
    assert set(FORMS) & set(API_ONLY) == set(), "in two tables"
    assert {path for paths in FORMS.values() for path in paths} - forms == set(), "no such form"


def _shape(node: ast.expr, known: dict[str, list[str]]) -> list[str]:
    """What a text in a test can be; `*` is what is not known before it runs."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            found = [""]
            for part in parts:
                inner = part.value if isinstance(part, ast.FormattedValue) else part
                found = [before + after for before in found for after in _shape(inner, known)][:50]
            return found
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [before + after for before in _shape(left, known) for after in _shape(right, known)]
        case ast.Name(id=name):
            return known.get(name, ["*"])
    return ["*"]


def _assigned(tree: ast.AST) -> dict[str, list[str]]:
    """Names of a test file, and the texts that are put into them or gone through."""
    known: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).extend(_shape(node.value, {}))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            for name, value in zip(node.targets[0].elts, node.value.elts, strict=False):
                if isinstance(name, ast.Name):
                    known.setdefault(name.id, []).extend(_shape(value, {}))
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Tuple):
            known.setdefault(node.target.id, []).extend(text for one in node.iter.elts for text in _shape(one, {}))
    return known


def _sent(source: str) -> Iterator[str]:
    """The addresses of forms that a test file sends, as far as its text says them."""
    tree = ast.parse(source)
    known = _assigned(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="post" | "submit"), args=[address, *_]):
                shapes = _shape(address, known)
            case ast.Call(func=ast.Name(id="_upload" | "_done" | "answer"), args=[_, address, *_]):
                shapes = _shape(address, known)
            case ast.Constant(value=str(text)) if 'action="(' in text:
                # Searched for in a page, and then sent.
                shapes = [re.sub(r"\[\^[^]]+\]\+", "*", text.partition('action="(')[2].partition(")")[0])]
            case _:
                continue
        yield from (shape.partition("?")[0] for shape in shapes)


def _fits(shape: str, path: str) -> bool:
    """Whether an address can be a form's. A row's address at its beginning stands for any number of steps."""
    wanted, given = path.split("/"), shape.split("/")
    if given[0].startswith("*"):
        if not any(step.strip("*") for step in given):
            return False
        given = wanted[: len(wanted) - len(given) + 1] + given[1:]
    return len(wanted) == len(given) and all(
        one == "{}" or re.fullmatch(".+".join(map(re.escape, re.split(r"\*+", step))), one)
        for one, step in zip(wanted, given, strict=True)
    )


def _is_sent(path: str, shapes: set[str], words: set[str]) -> bool:
    """Whether one of these addresses can be this form's, in a file that has all of its words."""
    steps = {step for step in path.split("/") if step not in ("", "{}")}
    return steps <= words and any(_fits(shape, path) for shape in shapes)


def test_every_form_is_sent_by_a_test() -> None:
    files = [file.read_text(encoding="utf-8") for file in _TESTS]
    sent = [(set(_sent(text)), set(re.findall(r"[a-z0-9-]+", text))) for text in files]
    paths = {path for found in FORMS.values() for path in found}
    missing = sorted(path for path in paths if not any(_is_sent(path, *each) for each in sent))
    assert missing == [], missing


def test_the_check_can_fail() -> None:
    shapes = set(_sent('path = f"/monitoring/{name}"\nb.submit(path)\nb.post(row + "/edit")\nb.post("/logout")'))
    assert _is_sent("/monitoring/rules", shapes, {"monitoring", "rules"})
    assert _is_sent("/monitoring/rules/{}/edit", shapes, {"monitoring", "rules", "edit"})
    assert not _is_sent("/monitoring/rules/{}/delete", shapes, {"monitoring", "rules", "delete"})
    assert not _is_sent("/monitoring/rules", shapes, {"monitoring"})
    assert not _is_sent("/profile", shapes, {"profile"})
