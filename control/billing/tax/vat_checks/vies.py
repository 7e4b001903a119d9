"""Asking VIES whether a VAT id is in use (https://ec.europa.eu/taxation_customs/vies, REST interface, check-vat-number).

An answer about the number is one thing, and trouble of the service or of a member state's register another: only the first
says anything of the customer. Asking in one's own name earns a consultation number, which tax offices take as proof.
"""

from __future__ import annotations

import asyncio
import json
import unicodedata
from typing import Any, Literal

import httpx
import msgspec

from control import __version__
from control.automation.webhooks.sending import trust

TIMEOUT = 15.0
"""Seconds for all of one question: member states' registers take up to ten."""
MOST_READ = 64 << 10
"""Bytes of an answer; a real one has less than two thousand."""
_ABOUT_US = frozenset({"INVALID_REQUESTER_INFO", "INVALID_REQUESTER"})
_ABOUT_THE_NUMBER = frozenset({"INVALID_INPUT", "INVALID"})
_FILLER = "---"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a question. `unavailable` says nothing about the number; `reason` says why, in VIES's word or ours."""

    outcome: Literal["valid", "invalid", "unavailable"]
    reason: str = ""
    requester: str = ""
    consultation_number: str = ""
    name: str = ""
    address: str = ""


async def ask(base_url: str, tax_id: str, requester: str, *, limit: float = TIMEOUT) -> Answer:
    """Ask about an id. `requester` is the seller's own id, or nothing. Never raises for what the service or the network does."""
    try:
        async with asyncio.timeout(limit), _client(limit) as client:
            answer = await _asked(client, base_url, tax_id, requester)
            if requester and answer.reason in _ABOUT_US:
                # Our own id is not known: the question stands all the same, without a consultation number.
                answer = await _asked(client, base_url, tax_id, "")
            return answer
    except TimeoutError:
        return Answer(outcome="unavailable", reason="no answer in time")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(outcome="unavailable", reason=f"not reached: {type(error).__name__}")


def _client(limit: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=trust(), timeout=limit, follow_redirects=False, trust_env=True)


async def _asked(client: httpx.AsyncClient, base_url: str, tax_id: str, requester: str) -> Answer:
    question = {"countryCode": tax_id[:2], "vatNumber": tax_id[2:]}
    if requester:
        question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
    url = f"{base_url.rstrip('/')}/check-vat-number"
    headers = {"Accept": "application/json", "User-Agent": f"hcc/{__version__}"}
    async with client.stream("POST", url, json=question, headers=headers) as response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_READ:
                return Answer(outcome="unavailable", reason="the answer is too long")
    return read(response.status_code, bytes(body), tax_id, requester)


def read(status: int, body: bytes, tax_id: str, requester: str = "") -> Answer:
    """What an answer says. What is not understood is no answer about the number."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Answer(outcome="unavailable", reason=f"answered {status} without an object of JSON")
    if trouble := _trouble(found):
        if trouble in _ABOUT_THE_NUMBER:
            return Answer(outcome="invalid", reason=trouble, requester=requester)
        return Answer(outcome="unavailable", reason=trouble)
    valid = found.get("valid", found.get("isValid"))
    if status != 200 or not isinstance(valid, bool):
        return Answer(outcome="unavailable", reason=f"answered {status} without a word on the number")
    about = f"{_text(found, 'countryCode', 2) or tax_id[:2]}{_text(found, 'vatNumber', 20) or tax_id[2:]}"
    if "".join(about.upper().split()) != tax_id:
        return Answer(outcome="unavailable", reason="answered about another number")
    return Answer(
        outcome="valid" if valid else "invalid",
        requester=requester,
        consultation_number=_text(found, "requestIdentifier", 100),
        name=_text(found, "name", 500),
        address=_text(found, "address", 1000),
    )


def _trouble(found: dict[str, Any]) -> str:
    """The word for what went wrong; empty when nothing did."""
    wrappers = found.get("errorWrappers")
    if isinstance(wrappers, list) and wrappers and isinstance(wrappers[0], dict):
        return _text(wrappers[0], "error", 100) or "an error without a name"
    if found.get("actionSucceed") is False:
        return "an error without a name"
    said = _text(found, "userError", 100)
    return "" if said == "VALID" else said


def _text(found: dict[str, Any], name: str, most: int) -> str:
    """A text as it may be kept: VIES writes `---` for nothing, and addresses in several lines."""
    value = found.get(name)
    if not isinstance(value, str) or value.strip() == _FILLER:
        return ""
    plain = "".join(one if one == "\n" or unicodedata.category(one)[0] != "C" else " " for one in value)
    return plain.strip()[:most]
