"""What the simulator knows, and what its calls do."""

from __future__ import annotations

import copy
import json
import secrets
import threading
from typing import Any

from control.stack.stripe_simulator import objects
from control.stack.stripe_simulator.cards import CARDS, MESSAGES, Card
from control.stack.stripe_simulator.objects import Object

FEE_PER_MILLE, FEE_FIXED, DISPUTE_FEE = 15, 25, 2000


class Refused(Exception):
    """An answer that is an error of Stripe's."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


class State:
    """All objects by id, and the events that they made. One call at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.objects: dict[str, Object] = {}
        self.cards: dict[str, Card] = {}
        self.events: list[Object] = []
        self.charges_made = 0
        self.refunds_made = 0
        self.url = ""
        """Where its pages for payers are."""

    def dump(self) -> bytes:
        """What it knows, for `restore`; events that were not sent yet are lost with the process, as they are on bad days."""
        cards = {key: next(name for name, one in CARDS.items() if one == card) for key, card in self.cards.items()}
        return json.dumps({"objects": self.objects, "cards": cards}).encode()

    def restore(self, dumped: bytes) -> None:
        """Know again what was dumped."""
        kept = json.loads(dumped)
        self.objects = kept["objects"]
        self.cards = {key: CARDS[name] for key, name in kept["cards"].items()}

    def find(self, kind: str, id_: str) -> Object:
        found = self.objects.get(id_)
        if found is None or found["object"] != kind:
            raise Refused(404, "invalid_request_error", f"No such {kind}: '{id_}'", code="resource_missing", param="id")
        return found

    def shown(self, found: Object, expand: list[str]) -> Object:
        """A copy with the paths of `expand` filled in."""
        answer = copy.deepcopy(found)
        for path in expand:
            place: Any = answer
            for step in path.split("."):
                if place is None:
                    break
                if isinstance(place.get(step), str):
                    place[step] = copy.deepcopy(self.objects[place[step]])
                place = place.get(step)
        return answer

    def tell(self, topic: str, about: Object) -> None:
        self.events.append(objects.event(_id("evt"), topic, copy.deepcopy(about)))

    def keep(self, made: Object) -> Object:
        self.objects[made["id"]] = made
        return made

    def balance(self) -> Object:
        """What charges left, by currency; nothing of it waits."""
        sums: dict[str, int] = {}
        for one in self.objects.values():
            if one["object"] == "charge" and one["paid"]:
                sums[one["currency"]] = sums.get(one["currency"], 0) + one["amount"] - one["amount_refunded"]
        available = [{"amount": amount, "currency": currency} for currency, amount in sorted(sums.items())]
        return {"object": "balance", "livemode": False, "available": available, "pending": []}

    def create_customer(self, params: Object) -> Object:
        return self.keep(objects.customer(_id("cus"), params))

    def method(self, wanted: str, customer_id: str | None) -> Object:
        """A kept way to pay, or a new one of a test card."""
        if wanted in CARDS:
            made = self.keep(objects.payment_method(_id("pm"), CARDS[wanted], customer_id))
            self.cards[made["id"]] = CARDS[wanted]
            return made
        return self.find("payment_method", wanted)

    def detach(self, id_: str) -> Object:
        found = self.find("payment_method", id_)
        found["customer"] = None
        self.tell("payment_method.detached", found)
        return found

    def create_intent(self, params: Object) -> Object:
        if not str(params.get("amount", "")).isdigit() or int(params["amount"]) < 1:
            raise Refused(400, "invalid_request_error", "Invalid integer", param="amount")
        if params.get("customer"):
            self.find("customer", params["customer"])
        if params.get("payment_method"):
            method = self.method(params["payment_method"], params.get("customer"))
            if method["customer"] != params.get("customer"):
                raise Refused(
                    400,
                    "invalid_request_error",
                    f"The customer does not have a payment method with the ID {method['id']}.",
                    code="resource_missing",
                    param="payment_method",
                )
            params["payment_method"] = method["id"]
        intent = self.keep(objects.payment_intent(_id("pi"), params))
        self.tell("payment_intent.created", intent)
        if params.get("payment_method"):
            intent["status"] = "requires_confirmation"
        if params.get("confirm") == "true":
            self.confirm(intent, off_session=params.get("off_session") == "true", return_url=params.get("return_url"))
        return intent

    def confirm_intent(self, id_: str, params: Object) -> Object:
        intent = self.find("payment_intent", id_)
        if intent["status"] in ("succeeded", "canceled"):
            raise Refused(
                400, "invalid_request_error", "You cannot confirm this PaymentIntent.", code="payment_intent_unexpected_state"
            )
        if params.get("payment_method"):
            intent["payment_method"] = self.method(params["payment_method"], intent["customer"])["id"]
        self.confirm(intent, off_session=params.get("off_session") == "true", return_url=params.get("return_url"))
        return intent

    def confirm(self, intent: Object, *, off_session: bool, return_url: str | None = None) -> None:
        card = self.cards[intent["payment_method"]]
        needs = card.authentication == "always" or (card.authentication == "off_session" and off_session)
        if needs and off_session:
            self.decline(intent, "authentication_required", "authentication_required")
        elif needs:
            intent["status"] = "requires_action"
            there = {"url": f"{self.url}/hosted/bank/{intent['id']}", "return_url": return_url}
            sdk: Object = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": there} if return_url else sdk
            self.tell("payment_intent.requires_action", intent)
        elif card.code:
            self.decline(intent, card.code, card.decline_code)
        else:
            self.succeed(intent, card)

    def authenticate(self, id_: str, *, passed: bool) -> Object:
        """The payer confirms with the bank, or fails to."""
        intent = self.find("payment_intent", id_)
        if passed:
            self.succeed(intent, self.cards[intent["payment_method"]])
        else:
            intent["status"], intent["next_action"] = "requires_payment_method", None
            intent["last_payment_error"] = _error("payment_intent_authentication_failure", None, "Authentication failed.")
            self.tell("payment_intent.payment_failed", intent)
        return intent

    def succeed(self, intent: Object, card: Card) -> None:
        self.charges_made += 1
        fee = intent["amount"] * FEE_PER_MILLE // 1000 + FEE_FIXED
        charge_id = _id("ch")
        booked = self.keep(
            objects.balance_transaction(_id("txn"), charge_id, "charge", intent["amount"], fee, intent["currency"])
        )
        charge = self.keep(objects.charge(charge_id, intent, paid=True, balance_transaction=booked["id"]))
        intent["status"], intent["next_action"], intent["last_payment_error"] = "succeeded", None, None
        intent["amount_received"], intent["latest_charge"] = intent["amount"], charge["id"]
        self.tell("charge.succeeded", charge)
        self.tell("payment_intent.succeeded", intent)
        if card.disputed:
            self.open_dispute(intent["id"], intent["amount"], "fraudulent")

    def decline(self, intent: Object, code: str, decline_code: str | None) -> None:
        charge = self.keep(objects.charge(_id("ch"), intent, paid=False, balance_transaction=None))
        intent["status"], intent["latest_charge"] = "requires_payment_method", charge["id"]
        intent["last_payment_error"] = _error(code, decline_code, MESSAGES[code])
        intent["payment_method"] = None
        self.tell("payment_intent.payment_failed", intent)
        more = {} if decline_code is None else {"decline_code": decline_code}
        raise Refused(402, "card_error", MESSAGES[code], code=code, payment_intent=copy.deepcopy(intent), **more)

    def cancel_intent(self, id_: str) -> Object:
        intent = self.find("payment_intent", id_)
        if intent["status"] in ("succeeded", "canceled"):
            raise Refused(
                400,
                "invalid_request_error",
                f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        intent["status"] = "canceled"
        self.tell("payment_intent.canceled", intent)
        return intent

    def create_setup(self, params: Object) -> Object:
        made = self.keep(objects.setup_intent(_id("seti"), params))
        self.tell("setup_intent.created", made)
        return made

    def confirm_setup(self, id_: str, params: Object) -> Object:
        made = self.find("setup_intent", id_)
        made["payment_method"] = self.method(params["payment_method"], made["customer"])["id"]
        made["status"] = "succeeded"
        self.tell("setup_intent.succeeded", made)
        return made

    def create_session(self, params: Object) -> Object:
        if params.get("mode") != "setup":
            raise Refused(400, "invalid_request_error", "Only mode setup is here.", param="mode")
        self.find("customer", params.get("customer", ""))
        intent, key = self.create_setup({"customer": params["customer"]}), _id("cs")
        return self.keep(objects.checkout_session(key, params, intent, f"{self.url}/hosted/cards/{key}"))

    def create_refund(self, params: Object) -> Object:
        intent = self.find("payment_intent", params.get("payment_intent", ""))
        if intent["status"] != "succeeded":
            raise Refused(400, "invalid_request_error", "This PaymentIntent does not have a successful charge to refund.")
        charge = self.objects[intent["latest_charge"]]
        amount = int(params.get("amount") or charge["amount"] - charge["amount_refunded"])
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise Refused(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge.")
        self.refunds_made += 1
        charge["amount_refunded"] += amount
        made = self.keep(objects.refund(_id("re"), params, intent, amount))
        self.tell("refund.created", made)
        self.tell("charge.refunded", charge)
        if self.cards.get(charge["payment_method"], CARDS["pm_card_visa"]).refund_fails:
            made["status"], made["failure_reason"] = "failed", "expired_or_canceled_card"
            charge["amount_refunded"] -= amount
            self.tell("refund.failed", made)
        return made

    def open_dispute(self, intent_id: str, amount: int, reason: str) -> Object:
        intent = self.find("payment_intent", intent_id)
        made = self.keep(objects.dispute(_id("du"), intent, amount, DISPUTE_FEE, reason))
        self.tell("charge.dispute.created", made)
        self.tell("charge.dispute.funds_withdrawn", made)
        return made

    def close_dispute(self, id_: str, *, won: bool) -> Object:
        made = self.find("dispute", id_)
        made["status"] = "won" if won else "lost"
        if won:
            back = objects.balance_transaction(_id("txn"), id_, "dispute_reversal", made["amount"], 0, made["currency"])
            made["balance_transactions"].append(back)
            self.tell("charge.dispute.funds_reinstated", made)
        self.tell("charge.dispute.closed", made)
        return made


def _error(code: str, decline_code: str | None, message: str) -> Object:
    found = {"type": "card_error", "code": code, "message": message}
    return found if decline_code is None else found | {"decline_code": decline_code}


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"
