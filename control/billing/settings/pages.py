"""How the organisation sells: its name and numbers, its logo, how subscriptions are invoiced, and the keys of the provider."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from control.billing.customers.pages import _countries
from control.billing.documents import service as documents
from control.billing.documents.logo import MOST_BYTES
from control.billing.parts import SELLERS, ask, full, uploaded
from control.billing.payments.providers import accounts
from control.billing.payments.providers.models import NewAccount
from control.billing.settings import service
from control.billing.settings.languages import languages
from control.billing.settings.models import BillingSettings, NewBillingSettings
from control.billing.subscriptions import service as subscriptions
from control.billing.subscriptions.models import NewSubscriptionSettings
from control.billing.subscriptions.page_words import WHENS
from control.core.errors import DomainError, NotFound, ValidationFailed
from control.core.permissions import needs
from control.web.asking import PLAIN
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("billing:read"), needs("billing-settings:write")
_SUBSCRIPTIONS, _KEYS = needs("subscription-settings:write"), needs("payment-settings:write")
_PATH = "/billing/settings"
_BACK = (_PATH, N_("Billing settings"))
MENU = (
    Entry(
        label=N_("Billing settings"),
        path=_PATH,
        icon="gear",
        permission="billing-settings:write",
        group=N_("Billing"),
        for_types=SELLERS,
    ),
)
_PENDING = {"as_valid": N_("As if it were valid"), "as_invalid": N_("As if it were not")}
_ROUNDING = {"half_up": N_("Half up"), "half_even": N_("Half to even")}
_TAX_ROUNDING = {"invoice": N_("For the invoice as a whole"), "line": N_("For each position")}
SETTINGS = Form(
    NewBillingSettings,
    Field("legal_name", N_("Name")),
    Field("address.line1", N_("Street and number")),
    Field("address.line2", N_("Addition to the address")),
    Field("address.postal_code", N_("Postal code"), is_half=True),
    Field("address.city", N_("City"), is_half=True),
    Field("address.region", N_("State or province"), is_half=True),
    Field("address.country", N_("Country"), choices=_countries, is_half=True),
    Field("email", N_("E-mail"), kind="email", is_half=True),
    Field("phone", N_("Telephone"), is_half=True),
    Field("website", N_("Web site"), is_half=True),
    Field("registration", N_("Commercial register"), is_half=True),
    Field("vat_id", N_("VAT id"), is_half=True),
    Field("tax_number", N_("Tax number"), is_half=True),
    Field("tax_registrations", N_("Also charges tax in"), hint=N_("One place a line: GB, US-NY, CA-QC.")),
    Field("pending_tax_id", N_("A VAT id that is not checked yet counts"), choices=_PENDING, is_half=True),
    Field("oss_registered", N_("Registered in the one-stop shop")),
    Field("small_business", N_("Small business: charges no tax")),
    Field("iban", N_("IBAN"), is_half=True),
    Field("bic", N_("BIC"), is_half=True),
    Field("account_holder", N_("Account holder"), is_half=True),
    Field("creditor_id", N_("Creditor id for direct debits"), is_half=True),
    Field("online_mandates", N_("Customers give mandates for direct debits themselves, online")),
    Field("pre_notification_days", N_("Days of notice before such a debit"), is_half=True),
    Field("currency", N_("Currency"), hint=N_("Three letters, such as EUR."), is_half=True),
    Field("timezone", N_("Time zone"), is_half=True),
    Field("language", N_("Language"), choices=languages, is_half=True),
    Field("page_size", N_("Paper"), is_half=True),
    Field("rounding", N_("Rounding"), choices=_ROUNDING, is_half=True),
    Field("tax_rounding", N_("Tax is rounded"), choices=_TAX_ROUNDING, is_half=True),
    Field("payment_terms_days", N_("Days to pay"), is_half=True),
    Field("colour", N_("Colour of documents"), hint=N_("As #1f2937."), is_half=True),
    Field("prices_include_tax", N_("Prices include tax")),
    Field("invoice_number", N_("Numbers of invoices"), is_half=True),
    Field("credit_note_number", N_("Numbers of credit notes"), is_half=True),
    Field("debit_note_number", N_("Numbers of debit notes"), is_half=True),
    Field("customer_number", N_("Numbers of customers"), is_half=True),
    Field("footer", N_("Foot of documents"), kind="textarea"),
)
SUBSCRIPTIONS = Form(
    NewSubscriptionSettings,
    Field("combine_invoices", N_("Subscriptions of a customer share invoices")),
    Field("upgrade", N_("What costs more begins"), choices=WHENS, is_half=True),
    Field("downgrade", N_("What costs less begins"), choices=WHENS, is_half=True),
    Field("credit_on_cancel", N_("Unused days are credited when it is cancelled at once")),
    Field("customers_order", N_("Customers start subscriptions to listed plans themselves")),
    Field("customers_change", N_("Customers change their plans and quantities themselves")),
    Field("customers_cancel", N_("Customers cancel for the end of the period themselves")),
)
KEYS = Form(
    NewAccount,
    Field("publishable_key", N_("Publishable key")),
    Field("secret_key", N_("Secret key"), kind="password"),
    Field("webhook_secret", N_("Secret of the webhook"), kind="password"),
    Field("is_active", N_("Active")),
)


async def _found(ui: Ui) -> BillingSettings | None:
    try:
        return await service.get(ui.ctx)
    except NotFound:
        return None


async def _keys(ui: Ui) -> Any:
    if not ui.ctx.principal.may("payment-settings:write"):
        return None
    try:
        return await accounts.get(ui.ctx)
    except NotFound:
        return None


@show(_PATH, _WRITE)
async def settings(ui: UiOf) -> Response[Any]:
    """Who sells, and ways to all that is set."""
    return ui.page("billing/settings.html", problem="", found=await _found(ui), keys=await _keys(ui), most=MOST_BYTES // 1024)


def _edit(ui: Ui, form: Any) -> Response[Any]:
    return full(ui, form, N_("Who sells"), f"{_PATH}/edit", _BACK, words=N_("What is finalised keeps what it said."))


@show(f"{_PATH}/edit", _WRITE)
async def ask_edit(ui: UiOf) -> Response[Any]:
    """The settings to be changed, or the defaults."""
    found = await _found(ui)
    if found is None:
        start = {
            one.encode_name: one.default
            for one in msgspec.structs.fields(NewBillingSettings)
            if one.default is not msgspec.NODEFAULT
        }
        return _edit(ui, SETTINGS.empty(start))
    return _edit(ui, SETTINGS.empty(found))


@act(f"{_PATH}/edit", _WRITE, dangerous=True)
async def edit(ui: UiOf) -> Response[Any]:
    """Say how the organisation sells."""
    try:
        await service.save(ui.ctx, await SETTINGS.read(ui))
    except DomainError as error:
        return _edit(ui, await SETTINGS.again(ui, error, await _found(ui)))
    return ui.go(_PATH, ui.words(N_("The settings were saved.")))


async def _logo(ui: Ui, error: DomainError) -> Response[Any]:
    problem = error.errors[0].message if isinstance(error, ValidationFailed) else error.message
    values: dict[str, Any] = {"found": await _found(ui), "keys": await _keys(ui), "most": MOST_BYTES // 1024}
    return ui.page("billing/settings.html", status=error.status, problem=problem, **values)


@act(f"{_PATH}/logo", _WRITE)
async def logo(ui: UiOf) -> Response[Any]:
    """Set the logo of documents that are made from now on."""
    try:
        await documents.set_logo(ui.ctx, await uploaded(ui, "file"))
    except DomainError as error:
        return await _logo(ui, error)
    return ui.go(_PATH, ui.words(N_("The logo was saved.")))


@show(f"{_PATH}/logo/remove", _WRITE)
async def ask_remove_logo(ui: UiOf) -> Response[Any]:
    """Whether it is meant."""
    text = N_("Documents that are made from now on have none; the others keep theirs.")
    return ask(ui, PLAIN.empty(), N_("Remove the logo"), f"{_PATH}/logo/remove", _PATH, words=text, look="danger")


@act(f"{_PATH}/logo/remove", _WRITE)
async def remove_logo(ui: UiOf) -> Response[Any]:
    """Remove the logo."""
    await documents.set_logo(ui.ctx, None)
    return ui.go(_PATH, ui.words(N_("The logo was removed.")))


def _subscriptions(ui: Ui, form: Any) -> Response[Any]:
    return full(ui, form, N_("How subscriptions are invoiced"), f"{_PATH}/subscriptions", _BACK)


@show(f"{_PATH}/subscriptions", _SUBSCRIPTIONS)
async def ask_subscriptions(ui: UiOf) -> Response[Any]:
    """As it is."""
    return _subscriptions(ui, SUBSCRIPTIONS.empty(await subscriptions.get_settings(ui.ctx)))


@act(f"{_PATH}/subscriptions", _SUBSCRIPTIONS)
async def set_subscriptions(ui: UiOf) -> Response[Any]:
    """Say whether subscriptions share invoices, and when changes take effect."""
    try:
        await subscriptions.save_settings(ui.ctx, await SUBSCRIPTIONS.read(ui))
    except DomainError as error:
        return _subscriptions(ui, await SUBSCRIPTIONS.again(ui, error, await subscriptions.get_settings(ui.ctx)))
    return ui.go(_PATH, ui.words(N_("The settings were saved.")))


async def _provider(ui: Ui, form: Any) -> Response[Any]:
    return ui.page("billing/provider.html", status=422 if form.is_wrong else 200, form=form, keys=await _keys(ui))


@show(f"{_PATH}/provider", _KEYS)
async def ask_provider(ui: UiOf) -> Response[Any]:
    """Which keys."""
    found = await _keys(ui)
    return await _provider(ui, KEYS.empty({"publishable_key": found.publishable_key if found else "", "is_active": True}))


@act(f"{_PATH}/provider", _KEYS, dangerous=True)
async def set_provider(ui: UiOf) -> Response[Any]:
    """Set the keys."""
    try:
        await accounts.save(ui.ctx, await KEYS.read(ui))
    except DomainError as error:
        return await _provider(ui, await KEYS.again(ui, error))
    return ui.go(_PATH, ui.words(N_("The keys were saved.")))


PAGES = [
    settings, ask_edit, edit, logo, ask_remove_logo, remove_logo, ask_subscriptions, set_subscriptions, ask_provider,
    set_provider,
]  # fmt: skip
