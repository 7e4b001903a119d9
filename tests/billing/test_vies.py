"""What is read out of VIES's answers, and how the service's troubles are taken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from control.billing.tax.vat_checks.vies import Answer, ask, read
from tests.billing.vies import MICROSOFT, vies

DK, ASKER = "DK13612870", "DE136695976"
_GOOD = {"countryCode": "DK", "vatNumber": "13612870", "valid": True, "requestIdentifier": "W1", "name": "A", "address": "B\nC"}


def _trouble(word: object) -> dict[str, Any]:
    return {"actionSucceed": False, "errorWrappers": [{"error": word}]}


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (200, _GOOD, "valid", ""),
        (200, _GOOD | {"valid": False}, "invalid", ""),
        (200, {"isValid": True, "userError": "VALID", "vatNumber": "13612870"}, "valid", ""),
        (200, {"isValid": False, "userError": "INVALID"}, "invalid", "INVALID"),
        (200, {"isValid": False, "userError": "MS_UNAVAILABLE"}, "unavailable", "MS_UNAVAILABLE"),
        (200, {"isValid": False, "userError": "IP_BLOCKED"}, "unavailable", "IP_BLOCKED"),
        (200, _trouble("MS_UNAVAILABLE"), "unavailable", "MS_UNAVAILABLE"),
        (200, _trouble("TIMEOUT"), "unavailable", "TIMEOUT"),
        (200, _trouble("MS_MAX_CONCURRENT_REQ"), "unavailable", "MS_MAX_CONCURRENT_REQ"),
        (200, _trouble("GLOBAL_MAX_CONCURRENT_REQ"), "unavailable", "GLOBAL_MAX_CONCURRENT_REQ"),
        (400, _trouble("INVALID_INPUT"), "invalid", "INVALID_INPUT"),
        (200, _trouble(5), "unavailable", "an error without a name"),
        (200, {"actionSucceed": False}, "unavailable", "an error without a name"),
        (200, {"actionSucceed": True}, "unavailable", "answered 200 without a word on the number"),
        (500, _GOOD, "unavailable", "answered 500 without a word on the number"),
        (200, _GOOD | {"valid": "true"}, "unavailable", "answered 200 without a word on the number"),
        (200, _GOOD | {"vatNumber": "99999999"}, "unavailable", "answered about another number"),
        (200, _GOOD | {"countryCode": "SE"}, "unavailable", "answered about another number"),
        (200, [], "unavailable", "answered 200 without an object of JSON"),
        (200, "valid", "unavailable", "answered 200 without an object of JSON"),
    ],
)
def test_reading(status: int, body: object, outcome: str, reason: str) -> None:
    found = read(status, json.dumps(body).encode(), DK)
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 50_000, b"NaN", b'{"valid": true'])
def test_what_is_no_answer(body: bytes) -> None:
    assert read(200, body, DK).outcome == "unavailable"


def test_texts_are_cut_and_cleaned() -> None:
    body = _GOOD | {"name": "A\u0000B\u202eC" + "x" * 900, "address": "---", "requestIdentifier": 7}
    found = read(200, json.dumps(body).encode(), DK, ASKER)
    assert found.name.startswith("A B Cxxx")
    assert len(found.name) == 500
    assert (found.address, found.consultation_number, found.requester) == ("", "", ASKER)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("never", "no answer in time"),
        ("close", "not reached: RemoteProtocolError"),
        ("garbage", "answered 200 without an object of JSON"),
        ("teapot", "answered 418 without a word on the number"),
        ("another", "answered about another number"),
        ("flood", "the answer is too long"),
        ("SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE"),
        ("MS_UNAVAILABLE", "MS_UNAVAILABLE"),
    ],
)
async def test_troubles_say_nothing_about_the_number(mood: str, reason: str) -> None:
    async with vies() as register:
        register.known[DK] = MICROSOFT
        register.mood = mood
        found = await ask(register.url, DK, ASKER, limit=0.5 if mood == "never" else 5)
    assert found.outcome == "unavailable"
    assert found.reason in (reason, "not reached: ReadError")


@pytest.mark.asyncio
async def test_asking() -> None:
    async with vies() as register:
        register.known[DK] = MICROSOFT
        assert await ask(register.url, DK, ASKER) == Answer(
            outcome="valid", requester=ASKER, consultation_number="WAPIAAAA00000001", **MICROSOFT
        )
        assert register.asked[0] == {
            "path": "/rest-api/check-vat-number",
            "countryCode": "DK",
            "vatNumber": "13612870",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "136695976",
        }
        assert (await ask(register.url, "SE556703748501", "")).outcome == "invalid"
        # A requester that the register does not know costs the consultation number, not the answer.
        register.unknown_requesters.add(ASKER)
        without = await ask(register.url, DK, ASKER)
        assert (without.outcome, without.requester, without.consultation_number) == ("valid", "", "")


@pytest.mark.asyncio
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "nonsense", "http://[::1"])
async def test_nobody_there(url: str) -> None:
    assert (await ask(url, DK, "", limit=2)).outcome == "unavailable"
