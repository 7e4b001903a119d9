"""UBL 2.1, the syntax of Peppol and XRechnung. Elements stand in the order of its schemas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from control.billing.documents.structured.terms import CUSTOMIZATION, PROCESS, Line, Party, Profile, Structured, Tax
from control.billing.documents.structured.writing import Writer, amount, plain

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"


def ubl(document: Structured, profile: Profile = "en16931") -> bytes:
    """A document as UBL: an Invoice or, for a credit note, a CreditNote."""
    kind = "CreditNote" if document.type_code == "381" else "Invoice"
    namespaces: dict[str | None, str] = {
        None: f"{_OASIS}{kind}-2",
        "cac": f"{_OASIS}CommonAggregateComponents-2",
        "cbc": f"{_OASIS}CommonBasicComponents-2",
    }
    writer = Writer(kind, namespaces)
    root = writer.root
    writer.text(root, "cbc:CustomizationID", CUSTOMIZATION[profile])
    writer.text(root, "cbc:ProfileID", PROCESS)
    writer.text(root, "cbc:ID", document.number)
    writer.text(root, "cbc:IssueDate", document.issued_on)
    if kind == "Invoice":
        writer.text(root, "cbc:DueDate", document.due_date)
    writer.text(root, f"cbc:{kind}TypeCode", document.type_code)
    if document.notes:
        # The syntax binding has one note.
        writer.text(root, "cbc:Note", "\n\n".join(document.notes))
    writer.text(root, "cbc:DocumentCurrencyCode", document.currency)
    writer.text(root, "cbc:TaxCurrencyCode", document.tax_currency)
    writer.text(root, "cbc:BuyerReference", document.buyer_reference)
    _period(writer, root, document.first_day, document.last_day)
    if document.corrected_number:
        corrected = writer.group(writer.group(root, "cac:BillingReference"), "cac:InvoiceDocumentReference")
        writer.text(corrected, "cbc:ID", document.corrected_number)
        writer.text(corrected, "cbc:IssueDate", document.corrected_on)
    _party(writer, writer.group(root, "cac:AccountingSupplierParty"), document.seller)
    _party(writer, writer.group(root, "cac:AccountingCustomerParty"), document.buyer)
    if document.delivered_on:
        writer.text(writer.group(root, "cac:Delivery"), "cbc:ActualDeliveryDate", document.delivered_on)
    _means(writer, root, document)
    if document.terms:
        writer.text(writer.group(root, "cac:PaymentTerms"), "cbc:Note", document.terms)
    total = writer.group(root, "cac:TaxTotal")
    _amount(writer, total, "cbc:TaxAmount", document.tax, document.currency)
    for tax in document.taxes:
        _tax(writer, total, tax, document.currency)
    if document.tax_currency and document.tax_in_tax_currency is not None:
        in_law = writer.group(root, "cac:TaxTotal")
        _amount(writer, in_law, "cbc:TaxAmount", document.tax_in_tax_currency, document.tax_currency)
    sums = writer.group(root, "cac:LegalMonetaryTotal")
    for name, value in (
        ("LineExtensionAmount", document.net),
        ("TaxExclusiveAmount", document.net),
        ("TaxInclusiveAmount", document.total),
        ("PayableAmount", document.total),
    ):
        _amount(writer, sums, f"cbc:{name}", value, document.currency)
    for line in document.lines:
        _line(writer, root, kind, line, document.currency)
    return writer.bytes()


def _means(writer: Writer, root: etree._Element, document: Structured) -> None:
    means = writer.group(root, "cac:PaymentMeans")
    writer.text(means, "cbc:PaymentMeansCode", document.means_code)
    if document.transfer:
        writer.text(means, "cbc:PaymentID", document.number)
        account = writer.group(means, "cac:PayeeFinancialAccount")
        writer.text(account, "cbc:ID", document.transfer.iban)
        writer.text(account, "cbc:Name", document.transfer.holder)
        if document.transfer.bic:
            writer.text(writer.group(account, "cac:FinancialInstitutionBranch"), "cbc:ID", document.transfer.bic)


def _line(writer: Writer, root: etree._Element, kind: str, line: Line, currency: str) -> None:
    item = writer.group(root, f"cac:{kind}Line")
    writer.text(item, "cbc:ID", line.id)
    quantity = "InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity"
    writer.text(item, f"cbc:{quantity}", plain(line.quantity), unitCode=line.unit)
    _amount(writer, item, "cbc:LineExtensionAmount", line.net, currency)
    _period(writer, item, line.first_day, line.last_day)
    if line.reduction:
        less = writer.group(item, "cac:AllowanceCharge")
        writer.text(less, "cbc:ChargeIndicator", "true" if line.reduction.is_charge else "false")
        writer.text(less, "cbc:AllowanceChargeReason", line.reduction.reason)
        if line.reduction.percent is not None:
            writer.text(less, "cbc:MultiplierFactorNumeric", plain(line.reduction.percent))
        _amount(writer, less, "cbc:Amount", line.reduction.amount, currency)
        if line.reduction.base is not None:
            _amount(writer, less, "cbc:BaseAmount", line.reduction.base, currency)
    product = writer.group(item, "cac:Item")
    writer.text(product, "cbc:Description", line.description)
    writer.text(product, "cbc:Name", line.name)
    category = writer.group(product, "cac:ClassifiedTaxCategory")
    writer.text(category, "cbc:ID", line.category)
    writer.text(category, "cbc:Percent", None if line.rate is None else plain(line.rate))
    writer.text(writer.group(category, "cac:TaxScheme"), "cbc:ID", "VAT")
    price = writer.group(item, "cac:Price")
    writer.text(price, "cbc:PriceAmount", plain(line.price), currencyID=currency)
    if line.base_quantity is not None:
        writer.text(price, "cbc:BaseQuantity", plain(line.base_quantity), unitCode=line.unit)


def _party(writer: Writer, parent: etree._Element, party: Party) -> None:
    group = writer.group(parent, "cac:Party")
    writer.text(group, "cbc:EndpointID", party.email, schemeID="EM")
    if party.identifier:
        writer.text(writer.group(group, "cac:PartyIdentification"), "cbc:ID", party.identifier)
    address = writer.group(group, "cac:PostalAddress")
    writer.text(address, "cbc:StreetName", party.address.line1)
    writer.text(address, "cbc:AdditionalStreetName", party.address.line2)
    writer.text(address, "cbc:CityName", party.address.city)
    writer.text(address, "cbc:PostalZone", party.address.postal_code)
    writer.text(address, "cbc:CountrySubentity", party.address.region)
    writer.text(writer.group(address, "cac:Country"), "cbc:IdentificationCode", party.address.country)
    for number, scheme in ((party.vat_id, "VAT"), (party.tax_number, "FC")):
        if number:
            registered = writer.group(group, "cac:PartyTaxScheme")
            writer.text(registered, "cbc:CompanyID", number)
            writer.text(writer.group(registered, "cac:TaxScheme"), "cbc:ID", scheme)
    legal = writer.group(group, "cac:PartyLegalEntity")
    writer.text(legal, "cbc:RegistrationName", party.name)
    writer.text(legal, "cbc:CompanyID", party.registration)
    if party.contact:
        contact = writer.group(group, "cac:Contact")
        writer.text(contact, "cbc:Name", party.contact)
        writer.text(contact, "cbc:Telephone", party.phone)
        writer.text(contact, "cbc:ElectronicMail", party.email)


def _tax(writer: Writer, parent: etree._Element, tax: Tax, currency: str) -> None:
    group = writer.group(parent, "cac:TaxSubtotal")
    _amount(writer, group, "cbc:TaxableAmount", tax.taxable, currency)
    _amount(writer, group, "cbc:TaxAmount", tax.tax, currency)
    category = writer.group(group, "cac:TaxCategory")
    writer.text(category, "cbc:ID", tax.category)
    writer.text(category, "cbc:Percent", None if tax.rate is None else plain(tax.rate))
    writer.text(category, "cbc:TaxExemptionReasonCode", tax.reason_code)
    writer.text(category, "cbc:TaxExemptionReason", tax.reason)
    writer.text(writer.group(category, "cac:TaxScheme"), "cbc:ID", "VAT")


def _period(writer: Writer, parent: etree._Element, first: date | None, last: date | None) -> None:
    if first and last:
        period = writer.group(parent, "cac:InvoicePeriod")
        writer.text(period, "cbc:StartDate", first)
        writer.text(period, "cbc:EndDate", last)


def _amount(writer: Writer, parent: etree._Element, name: str, value: Decimal, currency: str) -> None:
    writer.text(parent, name, amount(value, currency), currencyID=currency)
