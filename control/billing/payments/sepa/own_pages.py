"""Customers give mandates for direct debits themselves, and print them."""

from __future__ import annotations

from typing import Any, cast, get_args
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.addresses import Address
from control.billing.customers import service as customers
from control.billing.customers.pages import _countries
from control.billing.documents.words import words
from control.billing.payments.providers import methods
from control.billing.payments.sepa import mandates, online
from control.billing.payments.sepa.models import MandateOffer, OwnMandate
from control.billing.settings.models import Language
from control.core.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_, Tongue
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_PATH = "/payments/methods/online"
_AGREE = N_("I give this mandate")
SAID = (
    N_("is not an IBAN"),
    N_("is of a country in which SEPA direct debits are not collected"),
    N_("is too short or too long for its country"),
    N_("is mistyped: its check digits do not fit"),
    N_("is not a BIC"),
    N_("is needed for accounts outside of the European Economic Area"),
    N_("The words of the mandate have changed. Read them again."),
    N_("There is a mandate for this account already."),
    N_("Your seller does not take mandates for direct debits in this way."),
    N_("A mandate is given by the customer's own people."),
)
"""What the services say here."""


class Given(OwnMandate, kw_only=True):
    """With the box that says so."""

    agrees: bool = False


MANDATE = Form(
    Given,
    Field("iban", N_("IBAN"), hint=N_("Of an account in euros. It is not shown in full again."), is_half=True),
    Field("bic", N_("BIC"), hint=N_("Only for accounts outside of the European Economic Area."), is_half=True),
    Field("holder", N_("Account holder"), autocomplete="name", is_half=True),
    Field(
        "kind",
        N_("Kind"),
        choices={"recurrent": N_("Recurrent: for many debits"), "one_off": N_("One-off: for one debit")},
        is_half=True,
    ),
    Field("address.line1", N_("Street and number"), autocomplete="street-address"),
    Field("address.postal_code", N_("Postal code"), autocomplete="postal-code", is_half=True),
    Field("address.city", N_("City"), autocomplete="address-level2", is_half=True),
    Field("address.country", N_("Country"), choices=_countries, autocomplete="country", is_half=True),
    Field("is_default", N_("What is due by itself is collected from this account")),
    Field("agrees", _AGREE),
)


def language(tongue: Tongue) -> Language | None:
    """That of the page, where mandates have it."""
    return cast("Language", tongue.code) if tongue.code in get_args(Language) else None


async def _shown(ui: Ui, form: Any = None, offer: MandateOffer | None = None) -> Response[Any]:
    offer = offer or await online.offer(ui.ctx, language(ui.view.tongue))
    if form is None:
        customer = await customers.get(ui.ctx, offer.customer_id)
        form = MANDATE.empty(
            {"holder": customer.name[:70], "kind": "recurrent", "is_default": True, "address": _own(customer.address)}
        )
    status = 422 if form.is_wrong else 200
    return ui.page("billing/mandate_form.html", status=status, form=form, offer=offer, say=words(offer.language), action=_PATH)


def _own(address: Address) -> dict[str, str]:
    street = ", ".join(filter(None, (address.line1, address.line2)))
    return {"line1": street[:200], "postal_code": address.postal_code, "city": address.city, "country": address.country}


@show(_PATH, needs("payments:pay"))
async def ask(ui: UiOf) -> Response[Any]:
    """The words of the mandate, and the account. Raises NotFound where none is asked for."""
    try:
        return await _shown(ui)
    except (Conflict, ValidationFailed):
        raise NotFound("mandate to be given") from None


@act(_PATH, needs("payments:pay"))
async def give(ui: UiOf) -> Response[Any]:
    """Give it."""
    posted = await ui.form()
    spoken = str(posted.get("language") or "")
    try:
        data = await MANDATE.read(ui, agrees_to=str(posted.get("agrees_to") or ""), language=spoken or None)
        if not data.agrees:
            wrong = mandates.codes_of(data.iban, data.bic)[1]
            raise ValidationFailed([*wrong, FieldError("/agrees", N_("must be ticked: without it there is no mandate"))])
        made = await ui.once(lambda tx: online.give(ui.ctx, tx, data))
    except DomainError as error:
        return await _shown(ui, await MANDATE.again(ui, error))
    text = ui.words(N_("Thank you. The mandate is given, and confirmed by mail."))
    return ui.go(f"/payments/methods/{made['id']}", text)


@show("/payments/methods/{method_id:uuid}/mandate", needs("billing:read"))
async def document(ui: UiOf, method_id: FromPath[UUID]) -> Response[str]:
    """A mandate as it was given, to be printed or kept."""
    method, found = await methods.get(ui.ctx, method_id), await online.consent(ui.ctx, method_id)
    moment = f"{found.given_at:%Y-%m-%d %H:%M:%S} UTC"
    say = words(found.language)
    proof = say.mandate.proof.format(moment=moment, address=found.address or "\u2013")
    return ui.fragment("billing/mandate.html", method=method, consent=found, say=say, proof=proof)


PAGES = [ask, give, document]
