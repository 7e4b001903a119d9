"""Beside Stripe's own mock, where it is given: our requests have shapes that it takes, and the simulator answers as Stripe's
schemas say.

`HCC_STRIPE_MOCK` is the program (github.com/stripe/stripe-mock), `HCC_STRIPE_SPEC` the `spec3.json` that belongs to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import stripe

from control.billing.payments.providers.interface import Charging
from control.billing.payments.providers.stripe_provider import StripeProvider
from control.stack.stripe_simulator.cards import CARDS
from control.stack.stripe_simulator.server import Simulator
from tests.billing.stripe_schemas import Described
from tests.conftest import free_port


def _given(name: str) -> Path:
    path = os.environ.get(name)
    if not path:
        pytest.skip(f"{name} names no file: stripe-mock is not part of this project")
    return Path(path)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The address of a running mock."""
    port = free_port()
    with subprocess.Popen(
        [_given("HCC_STRIPE_MOCK"), "-http-addr", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        try:
            while True:
                try:
                    urllib.request.urlopen(url, timeout=5).close()
                except urllib.error.HTTPError as error:
                    error.close()
                    break
                except OSError:
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                else:
                    break
            yield url
        finally:
            process.kill()


@pytest.fixture
async def provider(mock: str) -> AsyncIterator[StripeProvider]:
    made = StripeProvider("sk_test_123", "whsec_x", mock)
    yield made
    await made.close()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"keep": True},
        {"method": "pm_card_visa"},
        {"method": "pm_card_visa", "off_session": True},
        {"method": "pm_card_visa", "keep": True},
        {"currency": "JPY", "amount": Decimal(500)},
    ],
)
async def test_charges_are_taken(provider: StripeProvider, more: dict[str, Any]) -> None:
    wanted: dict[str, Any] = {
        "amount": Decimal("119.00"),
        "currency": "EUR",
        "description": "INV-1",
        "customer": "cus_123",
    } | more
    made = await provider.charge(Charging(payment_id=uuid4(), **wanted))
    assert made.reference.startswith("pi_")


async def test_every_other_request_is_taken(provider: StripeProvider) -> None:
    assert all(len(one.currency) == 3 for one in await provider.balance())
    assert (await provider.add_customer(uuid4(), "Ünï", "a@customer.example")).startswith("cus_")
    assert (await provider.look_up_charge("pi_123")).reference.startswith("pi_")
    assert (await provider.cancel("pi_123")).reference.startswith("pi_")
    assert (await provider.set_up("cus_123", uuid4())).reference.startswith("seti_")
    assert (await provider.look_up_set_up("seti_123")).reference.startswith("seti_")
    assert (await provider.look_up_card("pm_123")).reference.startswith("pm_")
    await provider.forget_card("pm_123")
    assert (await provider.refund(uuid4(), "pi_123", Decimal(5), "EUR")).reference.startswith("re_")
    assert (await provider.look_up_refund("re_123")).reference.startswith("re_")
    assert (await provider.look_up_dispute("du_123")).claim.reference


def test_the_mock_refuses_what_has_another_shape(mock: str) -> None:
    """Or the tests above would say nothing."""
    client = stripe.StripeClient("sk_test_123", base_addresses={"api": mock})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({"amount": 100, "currency": "eur", "of_session": True})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": "pi_123", "amount": "all of it"})  # type: ignore[arg-type]


class Watched:
    """Speaks to the simulator as a client does, and holds each answer against the schemas."""

    def __init__(self, simulator: Simulator, described: Described) -> None:
        self.simulator, self.described = simulator, described
        self.wrong: list[tuple[str, str, list[str]]] = []
        self.seen: set[tuple[str, str, int]] = set()

    def ask(self, method: str, path: str, **params: Any) -> Any:
        flat = [(name, value) for name, value in params.items() if not isinstance(value, list)]
        flat += [(f"{name}[]", one) for name, value in params.items() if isinstance(value, list) for one in value]
        body = urllib.parse.urlencode(flat)
        target = path if method == "POST" or not body else f"{path}?{body}"
        status, raw, _ = self.simulator.answer(method, target, body if method == "POST" else "", "Bearer sk_test_simulator", None)
        answer = json.loads(raw)
        errors = self.described.answer_errors(method, path, status, answer)
        errors += sorted(self.described.unknown_fields(answer))
        if errors:
            self.wrong.append((method, path, errors))
        self.seen.add((method, path.split("/")[2], status))
        return answer.get("error", answer)


@pytest.fixture
def watched() -> Iterator[Watched]:
    described = Described(_given("HCC_STRIPE_SPEC"))
    with Simulator() as simulator:
        yield Watched(simulator, described)


def test_the_simulator_answers_as_the_schemas_say(watched: Watched) -> None:
    ask, state = watched.ask, watched.simulator.state
    customer = ask("POST", "/v1/customers", name="A", email="a@b.example")["id"]
    ask("GET", f"/v1/customers/{customer}")
    expand = ["latest_charge.balance_transaction"]
    for card in CARDS:
        for off in ("true", "false"):
            sent = {"amount": "5000", "currency": "eur", "customer": customer, "payment_method": card, "confirm": "true"}
            made = ask("POST", "/v1/payment_intents", off_session=off, expand=expand, **sent)
            intent = (made.get("payment_intent") or made)["id"]
            ask("GET", f"/v1/payment_intents/{intent}", expand=expand)
            if charge := state.objects[intent]["latest_charge"]:
                ask("GET", f"/v1/charges/{charge}")
            if state.objects[intent]["status"] == "requires_action":
                state.authenticate(intent, passed=off == "true")
                ask("GET", f"/v1/payment_intents/{intent}", expand=expand)
            if state.objects[intent]["status"] == "succeeded":
                refund = ask("POST", "/v1/refunds", payment_intent=intent, amount="1000")
                ask("GET", f"/v1/refunds/{refund['id']}")
    plain = ask("POST", "/v1/payment_intents", amount="100", currency="eur", customer=customer, setup_future_usage="off_session")
    ask("POST", f"/v1/payment_intents/{plain['id']}/confirm", payment_method="pm_card_visa")
    ask("POST", f"/v1/payment_intents/{plain['id']}/cancel")
    ask("POST", f"/v1/payment_intents/{ask('POST', '/v1/payment_intents', amount='100', currency='eur')['id']}/cancel")
    setup = ask("POST", "/v1/setup_intents", customer=customer, usage="off_session")
    done = ask("POST", f"/v1/setup_intents/{setup['id']}/confirm", payment_method="pm_card_visa")
    ask("GET", f"/v1/setup_intents/{setup['id']}")
    ask("GET", f"/v1/payment_methods/{done['payment_method']}")
    ask("POST", f"/v1/payment_methods/{done['payment_method']}/detach")
    for won in (True, False):
        dispute = state.open_dispute(plain["id"], 50, "fraudulent")
        ask("GET", f"/v1/disputes/{dispute['id']}")
        state.close_dispute(dispute["id"], won=won)
        ask("GET", f"/v1/disputes/{dispute['id']}")
    ask("GET", "/v1/payment_intents/pi_nothing")
    ask("POST", "/v1/refunds", payment_intent=plain["id"], amount="100000")
    assert watched.wrong == []
    assert {status for _, _, status in watched.seen} == {200, 400, 402, 404}


def _all(watched: Watched, kind: str) -> list[dict[str, Any]]:
    return [one for one in list(watched.simulator.state.objects.values()) if one["object"] == kind]


def test_the_simulators_events_are_as_the_schemas_say(watched: Watched) -> None:
    state = watched.simulator.state
    for card in CARDS:
        watched.ask("POST", "/v1/payment_intents", amount="5000", currency="eur", payment_method=card, confirm="true")
    for intent in _all(watched, "payment_intent"):
        if intent["status"] == "succeeded":
            state.create_refund({"payment_intent": intent["id"], "amount": "100"})
    for dispute in _all(watched, "dispute"):
        state.close_dispute(dispute["id"], won=True)
    topics = {one["type"] for one in state.events}
    assert {"payment_intent.succeeded", "payment_intent.payment_failed", "refund.failed", "charge.dispute.closed"} <= topics
    found = {
        one["type"]: errors
        for one in state.events
        if (
            errors := watched.described.object_errors(one)
            + watched.described.object_errors(one["data"]["object"])
            + sorted(watched.described.unknown_fields(one))
        )
    }
    assert found == {}


@pytest.mark.parametrize(
    ("field", "value"), [("amount", "5000"), ("status", "perhaps"), ("latest_charge", 5), ("id", None), ("livemode", None)]
)
def test_what_is_not_as_the_schemas_say_is_found(watched: Watched, field: str, value: object) -> None:
    """Or the tests above would say nothing."""
    made = watched.ask("POST", "/v1/payment_intents", amount="5000", currency="eur")
    answer = {name: one for name, one in made.items() if name != field} | ({} if value is None else {field: value})
    assert watched.described.answer_errors("POST", "/v1/payment_intents", 200, answer)
    assert watched.described.object_errors(answer)
    assert watched.described.unknown_fields(answer | {"made_up": 1}) == {"payment_intent.made_up"}
