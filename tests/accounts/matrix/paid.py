"""What operations of payments are aimed at; see targets.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb

from control.billing.payments.sepa.days import next_open
from control.core.crypto import place as sealed_at
from control.core.ids import new_id
from tests.accounts.matrix.selling import customer, invoice, seller
from tests.accounts.matrix.targets import Making, Target

_IBAN = "DE02120300000000202051"
_PLACE = {"line1": "Allee 2", "city": "Berlin", "country": "DE"}


def _credit(making: Making, place: str, of: Target, amount: int = 119) -> None:
    """Money in the bank that is a customer's credit; the books are asked for it."""
    making.connection.execute(
        "WITH e AS (INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
        " VALUES (%(id)s, %(org)s, '2026-01-02', 'payment', %(id)s, 'EUR'))"
        " INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount, customer_id)"
        " VALUES (%(org)s, %(id)s, 'bank', %(amount)s, %(amount)s, NULL),"
        " (%(org)s, %(id)s, 'customer_credit', -%(amount)s, -%(amount)s, %(customer)s)",
        {"id": new_id(), "org": making.organization(place), "amount": amount, "customer": of.facts["customer_id"]},
    )


def credited_invoice(making: Making, place: str) -> Target:
    """A finalised invoice of a customer who has as much credit."""
    made = invoice(making, place)
    _credit(making, place, made)
    return made


def payment(making: Making, place: str) -> Target:
    """A bank transfer that was begun for an invoice; its money is all the customer's credit."""
    of, payment_id = credited_invoice(making, place), new_id()
    row = {"id": payment_id, "allocation": new_id(), "org": making.organization(place), "mark": of.mark, **of.facts}
    making.connection.execute(
        "WITH p AS (INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, invoice_id, method, currency,"
        " amount, status, received_on, succeeded_at, reference) VALUES (%(id)s, %(org)s, %(customer_id)s, %(customer_org_id)s,"
        " %(invoice_id)s, 'bank_transfer', 'EUR', 119, 'succeeded', '2026-01-02', now(), %(mark)s))"
        " INSERT INTO hcc.payment_allocations (id, organization_id, customer_org_id, payment_id, amount, kind, source)"
        " VALUES (%(allocation)s, %(org)s, %(customer_org_id)s, %(id)s, 119, 'payment', %(id)s)",
        row,
    )
    return Target(str(payment_id), of.mark, {**of.facts, "payment_id": str(payment_id)})


def dispute(making: Making, place: str) -> Target:
    """A chargeback that was won, so that all of the payment's money is there."""
    of, dispute_id = payment(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.disputes (id, organization_id, customer_org_id, payment_id, kind, provider, provider_reference, amount,"
        " status) VALUES (%s, %s, %s, %s, 'chargeback', 'stripe', %s, 119, 'won')",
        (dispute_id, making.organization(place), of.facts["customer_org_id"], of.id, of.mark),
    )
    return Target(str(dispute_id), of.mark, of.facts)


def provider(making: Making, place: str) -> Target:
    """Every organisation has given keys of a payment provider."""
    made = seller(making, place)
    for name in making.world.organizations:
        account_id = new_id()
        making.connection.execute(
            "INSERT INTO hcc.payment_provider_accounts (id, organization_id, provider, secret_key, webhook_secret, key_hint,"
            " publishable_key, is_live) VALUES (%s, %s, 'stripe', %s, %s, 'sk_test_…', 'pk_test_nobody', false)"
            " ON CONFLICT DO NOTHING",
            (
                account_id,
                making.organization(name),
                making.keyring.seal(b"sk_test_nobody", sealed_at("payment_provider_accounts", "secret_key", account_id)),
                making.keyring.seal(b"whsec_nobody", sealed_at("payment_provider_accounts", "webhook_secret", account_id)),
            ),
        )
    return made


def charge_under_way(making: Making, place: str) -> Target:
    """An invoice whose charge was begun. It has no provider, so that nobody is asked about it and it is given back as it is."""
    provider(making, place)
    of = invoice(making, place)
    making.connection.execute(
        "INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, invoice_id, method, currency, amount,"
        " reference) VALUES (%s, %s, %s, %s, %s, 'card', 'EUR', 119, %s)",
        (new_id(), making.organization(place), of.facts["customer_id"], of.facts["customer_org_id"], of.id, of.mark),
    )
    return of


def payment_method(making: Making, place: str) -> Target:
    """A card."""
    of, method_id = customer(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, provider, provider_reference,"
        " brand, last4) VALUES (%s, %s, %s, %s, 'card', 'stripe', %s, %s, '4242')",
        (method_id, making.organization(place), of.id, of.facts["customer_org_id"], of.mark, of.mark),
    )
    return Target(str(method_id), of.mark, {**of.facts, "method_id": str(method_id)})


def payer(making: Making, place: str) -> Target:
    """A customer, named in the query too."""
    of = customer(making, place)
    return Target(of.id, of.mark, {**of.facts, "query": f"customer_id={of.id}"})


def online_mandate(making: Making, place: str) -> Target:
    """A mandate that its customer gave online."""
    of, method_id = customer(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, last4, iban, holder,"
        " mandate_reference, mandate_signed_on, mandate_scheme, mandate_kind, given_online)"
        " VALUES (%s, %s, %s, %s, 'sepa_debit', '2051', %s, %s, %s, current_date, 'CORE', 'recurrent', true)",
        (method_id, making.organization(place), of.id, of.facts["customer_org_id"], _IBAN, of.mark, of.mark),
    )
    making.connection.execute(
        "INSERT INTO hcc.mandate_consents (payment_method_id, organization_id, customer_org_id, given_by, given_with, language,"
        " creditor_name, creditor_id, creditor_address, words) VALUES (%s, %s, %s, %s, 'user', 'en', %s, 'DE98ZZZ', %s, %s)",
        (method_id, making.organization(place), of.facts["customer_org_id"], method_id, of.mark, Jsonb(_PLACE), [of.mark]),
    )
    return Target(str(method_id), of.mark, {**of.facts, "method_id": str(method_id)})


def provider_event(making: Making, place: str) -> Target:
    """An event that was worked off."""
    of, event_id = seller(making, place), new_id()
    mark = of.facts["mark"]
    making.connection.execute(
        "INSERT INTO hcc.provider_events (id, organization_id, provider, event_id, topic, object_kind, object_id, status,"
        " happened_at) VALUES (%s, %s, 'stripe', %s, 'payment_intent.succeeded', 'payment_intent', %s, 'processed', now())",
        (event_id, making.organization(place), mark, mark),
    )
    return Target(str(event_id), mark, {})


def collectable(making: Making, place: str) -> Target:
    """An invoice that may be collected by direct debit, and the day."""
    of = invoice(making, place)
    making.connection.execute(
        "UPDATE hcc.billing_settings SET iban = 'DE89370400440532013000', creditor_id = 'DE98ZZZ09999999999'"
        " WHERE organization_id = %s",
        (making.organization(place),),
    )
    making.connection.execute(
        "INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, last4, iban, holder,"
        " mandate_reference, mandate_signed_on, mandate_scheme, mandate_kind)"
        " VALUES (%s, %s, %s, %s, 'sepa_debit', '2051', %s, %s, %s, current_date - 30, 'CORE', 'recurrent')",
        (new_id(), making.organization(place), of.facts["customer_id"], of.facts["customer_org_id"], _IBAN, of.mark, of.mark),
    )
    day = next_open(datetime.now(UTC).date() + timedelta(days=3))
    return Target(of.id, of.mark, {**of.facts, "collected_on": day.isoformat()})


def sepa_batch(making: Making, place: str) -> Target:
    """A file of one direct debit."""
    of, batch_id = customer(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.sepa_batches (id, organization_id, message_id, scheme, collected_on, payments, total, document, sha256)"
        " VALUES (%s, %s, %s, 'CORE', '2026-02-02', 1, 119, %s, sha256(%s))",
        (batch_id, making.organization(place), of.mark, of.mark.encode(), of.mark.encode()),
    )
    row = (new_id(), making.organization(place), of.id, of.facts["customer_org_id"], of.mark, batch_id)
    making.connection.execute(
        "INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, method, currency, amount, reference,"
        " sepa_batch_id) VALUES (%s, %s, %s, %s, 'sepa_debit', 'EUR', 119, %s, %s)",
        row,
    )
    return Target(str(batch_id), of.mark, {"batch_id": str(batch_id)})


def statement(making: Making, place: str) -> Target:
    """A bank statement."""
    of, statement_id = customer(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.bank_statements (id, organization_id, format, account, statement_id, currency, entries, known)"
        " VALUES (%s, %s, 'camt.053', %s, %s, 'EUR', 1, 0)",
        (statement_id, making.organization(place), of.mark, of.mark),
    )
    return Target(str(statement_id), of.mark, of.facts)


def bank_entry(making: Making, place: str) -> Target:
    """An entry of a bank statement that nobody has looked at, and a customer of that organisation."""
    of, entry_id = statement(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.bank_entries (id, organization_id, statement_id, account, entry_reference, booked_on, amount, currency,"
        " remittance) VALUES (%s, %s, %s, %s, %s, '2026-01-02', 119, 'EUR', %s)",
        (entry_id, making.organization(place), of.id, of.mark, of.mark, of.mark),
    )
    return Target(str(entry_id), of.mark, {**of.facts, "entry_id": str(entry_id)})


def statement_profile(making: Making, place: str) -> Target:
    """A layout of a bank's CSV."""
    of, profile_id = seller(making, place), new_id()
    mark = of.facts["mark"]
    making.connection.execute(
        "INSERT INTO hcc.statement_profiles (id, organization_id, name, layout) VALUES (%s, %s, %s, %s)",
        (profile_id, making.organization(place), mark, Jsonb({"booked_on": "Day", "amount": "Amount"})),
    )
    return Target(str(profile_id), mark, {"profile_id": str(profile_id)})


def statement_layout(making: Making, place: str) -> Target:
    """A file is brought that is read by a layout of that organisation."""
    made = statement_profile(making, place)
    query = f"format=csv&account={_IBAN}&profile_id={made.id}"
    return Target(made.id, made.mark, {**made.facts, "query": query})


PAID: dict[str, Callable[[Making, str], Target]] = {
    factory.__name__: factory
    for factory in (
        credited_invoice, payment, dispute, provider, charge_under_way, payment_method, payer, online_mandate,
        provider_event, collectable, sepa_batch, statement, bank_entry, statement_profile, statement_layout,
    )
}  # fmt: skip
