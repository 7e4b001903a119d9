"""The pages that payers see at the provider: a card to choose, and the bank that asks whether it is meant."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from control.stack.stripe_simulator.cards import CARDS, MESSAGES
from control.stack.stripe_simulator.objects import Object
from control.stack.stripe_simulator.state import Refused, State

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}}
label{{display:block;padding:.3rem 0}}button{{font:inherit;padding:.5rem 1rem;margin:.5rem .5rem 0 0}}</style></head>
<body><main><h1>{title}</h1><p>A stand-in for the card processor. No money moves, and no number of a card is asked for.</p>
{inside}</main></body></html>"""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or the way to another one."""

    status: int = 200
    html: str = ""
    location: str = ""


def answer(state: State, method: str, target: str, body: str) -> Answer:
    """What a payer's browser gets."""
    parts = urlsplit(target)
    posted = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    found = re.fullmatch(r"/hosted/(cards|bank|setup)/(\w+)", parts.path)
    if found is None:
        return Answer(status=404, html=_page("No such page", ""))
    with state.lock:
        try:
            if found[1] == "cards":
                return _cards(state, state.find("checkout.session", found[2]), posted if method == "POST" else None)
            if found[1] == "setup":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                session = state.find("checkout.session", found[2])
                return _setup(state, session, query.get("card", ""), posted if method == "POST" else None)
            return _bank(state, state.find("payment_intent", found[2]), posted if method == "POST" else None)
        except Refused as refused:
            return Answer(status=refused.status, html=_page("That did not work", escape(str(refused))))


def _page(title: str, inside: str) -> str:
    return _PAGE.format(title=title, inside=inside)


def _cards(state: State, session: Object, posted: dict[str, str] | None, wrong: str = "") -> Answer:
    if session["status"] != "open":
        return Answer(location=_back(session), status=303)
    if posted is None:
        rows = "".join(
            f'<label><input type="radio" name="card" value="{name}"{" checked" if name == "pm_card_visa" else ""}> '
            f"{one.brand} \u2026 {one.last4}{_about(name)}</label>"
            for name, one in CARDS.items()
        )
        problem = f'<p role="alert"><strong>{escape(wrong)}</strong></p>' if wrong else ""
        form = f'{problem}<form method="post">{rows}<button>Save this card</button></form>'
        leave = f'<p><a href="{escape(session["cancel_url"])}">Go back</a></p>'
        return Answer(html=_page("Your card", form + leave), status=402 if wrong else 200)
    name = posted.get("card", "")
    card = CARDS.get(name)
    if card is None:
        return _cards(state, session, None, "Choose a card.")
    if card.code and name != "pm_card_chargeCustomerFail":
        return _cards(state, session, None, MESSAGES[card.code])
    if card.authentication != "never":
        return Answer(status=303, location=f"/hosted/setup/{session['id']}?{urlencode({'card': name})}")
    return _done(state, session, name)


def _about(name: str) -> str:
    words = {"pm_card_chargeCustomerFail": "kept, and declined when it is charged"}
    if name in words:
        return f" ({words[name]})"
    one = CARDS[name]
    if one.code:
        return f" ({MESSAGES[one.code]})"
    return " (the bank asks)" if one.authentication != "never" else ""


def _setup(state: State, session: Object, card: str, posted: dict[str, str] | None) -> Answer:
    if posted is None:
        return Answer(html=_page("Your bank asks", _question("save this card")))
    if session["status"] == "open" and card in CARDS and posted.get("passed") == "true":
        return _done(state, session, card)
    return _cards(state, session, None, "Your bank did not confirm.")


def _done(state: State, session: Object, card: str) -> Answer:
    state.confirm_setup(session["setup_intent"], {"payment_method": card})
    session["status"] = "complete"
    state.tell("checkout.session.completed", session)
    return Answer(status=303, location=_back(session))


def _back(session: Object) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _bank(state: State, intent: Object, posted: dict[str, str] | None) -> Answer:
    action = intent["next_action"] or {}
    back = (action.get("redirect_to_url") or {}).get("return_url")
    if intent["status"] != "requires_action" or not back:
        return Answer(status=404, html=_page("Nothing to confirm", "<p>This payment waits for nothing.</p>"))
    if posted is None:
        amount = f"{intent['amount'] / 100:.2f} {intent['currency'].upper()}"
        return Answer(html=_page("Your bank asks", _question(f"pay {amount}")))
    state.authenticate(intent["id"], passed=posted.get("passed") == "true")
    return Answer(status=303, location=back)


def _question(what: str) -> str:
    return (
        f'<p>Is it you who wants to {escape(what)}?</p><form method="post"><button name="passed" value="true">Confirm</button>'
        '<button name="passed" value="false">Refuse</button></form>'
    )
