"""Probes are planted: through the API, by the people of the stock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.probes import PLANTED, PROBES, SHORT, No, P, S, leaves
from tests.browser.stock.desk import Desk

_PAGES = {
    "buyer": "/customers", "draft": "/invoices", "sent": "/invoices", "credited": "/invoices", "lost": "/invoices",
    "gone": "/invoices", "payment": "/payments", "contract": "/subscriptions", "left": "/subscriptions", "product": "/products",
    "plan": "/plans", "site": "/sites", "user": "/users", "check": "/monitoring/checks", "page": "/monitoring/status-pages",
}  # fmt: skip
"""Where what was made is seen."""


def everything(desk: Desk) -> list[str]:
    """Plant each probe in each place. Each place takes one at least; where none is to be taken, none is. The pages of
    what was made are returned."""
    facts, pages, taken, wrong = _known(desk), [], set(), []
    said: dict[int, Any] = {}
    for n, probe in enumerate(PROBES, 1):
        facts |= {"n": str(n), "day": f"203{n}-01-01", "iban": _iban(n)}
        for at, (who, asked, body, name) in enumerate(PLANTED):
            method, path = asked.split(" ")
            status, data = _ask(desk, who, method, _filled(path, facts, probe), _filled(body, facts, probe))
            assert status in (200, 201, 202, 204, 403, 404, 409, 422), (asked, status, data)
            if status >= 300:
                said[at] = f"{asked}: {data}"
                continue
            taken.add(at)
            if name:
                facts |= {name: data.get("id", "")} | {
                    f"{name}.{key}": value for key, value in data.items() if isinstance(value, str)
                }
                pages += [f"{_PAGES[name]}/{data['id']}"] if name in _PAGES else []
        _certificate(desk, n, probe)
    facts |= {"n": "9", "day": "2039-01-01", "iban": _iban(9)}
    for who, asked, body, _ in PLANTED:
        method, path = asked.split(" ")
        for way, refusing in _refusing(body):
            status, data = _ask(desk, who, method, _filled(path, facts, PROBES[-1]), _filled(refusing, facts, "words"))
            named = [one["pointer"] for one in data["details"]["errors"]] if status == 422 else []
            if not any(one and f"/{way.replace('.', '/')}/".startswith(f"{one}/") for one in named):
                wrong.append(f"{asked} takes a probe as {way}, or names another place: {status} {data}")
    wrong += [refused for at, refused in said.items() if at not in taken]
    assert wrong == [], "\n".join(wrong)
    return pages


def _known(desk: Desk) -> dict[str, str]:
    """Ids of what is there already."""
    made = desk.made
    facts = {"own": made["customer"]["id"], "late": made["late"]["id"], "subscription": made["subscription"]["id"]}
    facts["alert"] = desk.ask("customer", "GET", "/v1/monitoring/alerts?limit=1")[0]["id"]
    facts["flag"] = desk.ask("reseller", "GET", "/v1/billing/tax-flags?resolved=false")[0]["id"]
    facts["event"] = desk.ask("customer", "GET", "/v1/security/events?limit=1")[0]["id"]
    facts["entry"] = next(
        one["id"] for one in desk.ask("reseller", "GET", "/v1/payments/bank-entries") if one["status"] == "open"
    )
    return facts | {"currency": "USD", "soon": desk.ago(days=-30).isoformat()}


def _iban(n: int) -> str:
    """An account of its own, with the digits that check it (ISO 13616)."""
    account = f"37040044053201300{n}"
    return f"DE{98 - int(f'{account}131400') % 97:02}{account}"


def _filled(value: Any, facts: dict[str, str], probe: str) -> Any:
    """A body or a path with what is known in the places that are named, and the probe in its own."""
    if isinstance(value, dict):
        return {_filled(name, facts, probe): _filled(one, facts, probe) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, facts, probe) for one in value]
    if not isinstance(value, str):
        return value
    text = re.sub(r"\{([a-z_.]+)\}", lambda found: facts.get(found[1], found[0]), value)
    return text.replace(P, probe).replace(S, SHORT)


def _refusing(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with a probe in one of the places that take none."""
    for at, value in leaves(body):
        if isinstance(value, No):
            yield at, _with(body, at.split("."), PROBES[-1])


def _with(body: Any, way: list[str], value: str) -> Any:
    if not way:
        return value
    head, *rest = way
    if isinstance(body, list):
        return [_with(one, rest, value) if str(n) == head else one for n, one in enumerate(body)]
    return {name: _with(one, rest, value) if name == head else one for name, one in body.items()}


def _ask(desk: Desk, who: str, method: str, path: str, body: Any) -> tuple[int, Any]:
    """The status, and what was made or is wrong."""
    answer = desk.answer(who, method, path, body)
    found = {} if answer.status_code == 204 else answer.json()
    return answer.status_code, found.get("data") or found.get("error")


def _certificate(desk: Desk, n: int, probe: str) -> None:
    """A certificate whose names are what somebody's own authority wrote into it."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, probe), x509.NameAttribute(NameOID.ORGANIZATION_NAME, probe)])
    built = (
        x509.CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(key.public_key())
        .serial_number(n)
        .not_valid_before(desk.ago(days=1))
        .not_valid_after(desk.ago(days=-90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"x{n}.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain = built.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    desk.post("customer", "/v1/certificates", chain_pem=chain, private_key_pem=private)
