"""UN/CEFACT Cross Industry Invoice D16B, the syntax of Factur-X and ZUGFeRD. Elements stand in the order of its schema."""

from __future__ import annotations

from datetime import date

from lxml import etree

from control.billing.documents.structured.terms import CUSTOMIZATION, Line, Party, Profile, Structured, Tax
from control.billing.documents.structured.writing import Writer, amount, plain

_UN = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES: dict[str | None, str] = {
    "rsm": f"{_UN}CrossIndustryInvoice:100",
    "ram": f"{_UN}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}UnqualifiedDataType:100",
    "qdt": f"{_UN}QualifiedDataType:100",
}
_DAYS = "102"
"""UNTDID 2379: CCYYMMDD."""


def cii(document: Structured, profile: Profile = "en16931") -> bytes:
    """A document as CII."""
    writer = Writer("rsm:CrossIndustryInvoice", _NAMESPACES)
    context = writer.group(writer.root, "rsm:ExchangedDocumentContext")
    guideline = writer.group(context, "ram:GuidelineSpecifiedDocumentContextParameter")
    writer.text(guideline, "ram:ID", CUSTOMIZATION[profile])
    head = writer.group(writer.root, "rsm:ExchangedDocument")
    writer.text(head, "ram:ID", document.number)
    writer.text(head, "ram:TypeCode", document.type_code)
    _day(writer, head, "ram:IssueDateTime", document.issued_on)
    for note in document.notes:
        writer.text(writer.group(head, "ram:IncludedNote"), "ram:Content", note)
    deal = writer.group(writer.root, "rsm:SupplyChainTradeTransaction")
    for line in document.lines:
        _line(writer, deal, line, document.currency)
    agreement = writer.group(deal, "ram:ApplicableHeaderTradeAgreement")
    writer.text(agreement, "ram:BuyerReference", document.buyer_reference)
    _party(writer, writer.group(agreement, "ram:SellerTradeParty"), document.seller)
    _party(writer, writer.group(agreement, "ram:BuyerTradeParty"), document.buyer)
    delivery = writer.group(deal, "ram:ApplicableHeaderTradeDelivery")
    if document.delivered_on:
        event = writer.group(delivery, "ram:ActualDeliverySupplyChainEvent")
        _day(writer, event, "ram:OccurrenceDateTime", document.delivered_on)
    _settlement(writer, writer.group(deal, "ram:ApplicableHeaderTradeSettlement"), document)
    return writer.bytes()


def _settlement(writer: Writer, parent: etree._Element, document: Structured) -> None:
    currency = document.currency
    if document.transfer:
        writer.text(parent, "ram:PaymentReference", document.number)
    writer.text(parent, "ram:TaxCurrencyCode", document.tax_currency)
    writer.text(parent, "ram:InvoiceCurrencyCode", currency)
    means = writer.group(parent, "ram:SpecifiedTradeSettlementPaymentMeans")
    writer.text(means, "ram:TypeCode", document.means_code)
    if document.transfer:
        account = writer.group(means, "ram:PayeePartyCreditorFinancialAccount")
        writer.text(account, "ram:IBANID", document.transfer.iban)
        writer.text(account, "ram:AccountName", document.transfer.holder)
        if document.transfer.bic:
            bank = writer.group(means, "ram:PayeeSpecifiedCreditorFinancialInstitution")
            writer.text(bank, "ram:BICID", document.transfer.bic)
    for tax in document.taxes:
        _tax(writer, parent, tax, currency)
    _period(writer, parent, document.first_day, document.last_day)
    if document.terms or document.due_date:
        terms = writer.group(parent, "ram:SpecifiedTradePaymentTerms")
        writer.text(terms, "ram:Description", document.terms)
        if document.due_date:
            _day(writer, terms, "ram:DueDateDateTime", document.due_date)
    sums = writer.group(parent, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    writer.text(sums, "ram:LineTotalAmount", amount(document.net, currency))
    writer.text(sums, "ram:TaxBasisTotalAmount", amount(document.net, currency))
    writer.text(sums, "ram:TaxTotalAmount", amount(document.tax, currency), currencyID=currency)
    if document.tax_currency and document.tax_in_tax_currency is not None:
        in_law = amount(document.tax_in_tax_currency, document.tax_currency)
        writer.text(sums, "ram:TaxTotalAmount", in_law, currencyID=document.tax_currency)
    writer.text(sums, "ram:GrandTotalAmount", amount(document.total, currency))
    writer.text(sums, "ram:DuePayableAmount", amount(document.total, currency))
    if document.corrected_number:
        corrected = writer.group(parent, "ram:InvoiceReferencedDocument")
        writer.text(corrected, "ram:IssuerAssignedID", document.corrected_number)
        if document.corrected_on:
            issued = writer.group(corrected, "ram:FormattedIssueDateTime")
            writer.text(issued, "qdt:DateTimeString", f"{document.corrected_on:%Y%m%d}", format=_DAYS)


def _line(writer: Writer, parent: etree._Element, line: Line, currency: str) -> None:
    item = writer.group(parent, "ram:IncludedSupplyChainTradeLineItem")
    writer.text(writer.group(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", line.id)
    product = writer.group(item, "ram:SpecifiedTradeProduct")
    writer.text(product, "ram:Name", line.name)
    writer.text(product, "ram:Description", line.description)
    price = writer.group(writer.group(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    writer.text(price, "ram:ChargeAmount", plain(line.price))
    if line.base_quantity is not None:
        writer.text(price, "ram:BasisQuantity", plain(line.base_quantity), unitCode=line.unit)
    delivery = writer.group(item, "ram:SpecifiedLineTradeDelivery")
    writer.text(delivery, "ram:BilledQuantity", plain(line.quantity), unitCode=line.unit)
    settlement = writer.group(item, "ram:SpecifiedLineTradeSettlement")
    tax = writer.group(settlement, "ram:ApplicableTradeTax")
    writer.text(tax, "ram:TypeCode", "VAT")
    writer.text(tax, "ram:CategoryCode", line.category)
    writer.text(tax, "ram:RateApplicablePercent", None if line.rate is None else plain(line.rate))
    _period(writer, settlement, line.first_day, line.last_day)
    if line.reduction:
        less = writer.group(settlement, "ram:SpecifiedTradeAllowanceCharge")
        indicator = writer.group(less, "ram:ChargeIndicator")
        writer.text(indicator, "udt:Indicator", "true" if line.reduction.is_charge else "false")
        if line.reduction.percent is not None and line.reduction.base is not None:
            writer.text(less, "ram:CalculationPercent", plain(line.reduction.percent))
            writer.text(less, "ram:BasisAmount", amount(line.reduction.base, currency))
        writer.text(less, "ram:ActualAmount", amount(line.reduction.amount, currency))
        writer.text(less, "ram:Reason", line.reduction.reason)
    sums = writer.group(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    writer.text(sums, "ram:LineTotalAmount", amount(line.net, currency))


def _party(writer: Writer, parent: etree._Element, party: Party) -> None:
    writer.text(parent, "ram:ID", party.identifier)
    writer.text(parent, "ram:Name", party.name)
    if party.registration:
        legal = writer.group(parent, "ram:SpecifiedLegalOrganization")
        writer.text(legal, "ram:ID", party.registration)
    if party.contact:
        contact = writer.group(parent, "ram:DefinedTradeContact")
        writer.text(contact, "ram:PersonName", party.contact)
        if party.phone:
            phone = writer.group(contact, "ram:TelephoneUniversalCommunication")
            writer.text(phone, "ram:CompleteNumber", party.phone)
        mail = writer.group(contact, "ram:EmailURIUniversalCommunication")
        writer.text(mail, "ram:URIID", party.email)
    address = writer.group(parent, "ram:PostalTradeAddress")
    writer.text(address, "ram:PostcodeCode", party.address.postal_code)
    writer.text(address, "ram:LineOne", party.address.line1)
    writer.text(address, "ram:LineTwo", party.address.line2)
    writer.text(address, "ram:CityName", party.address.city)
    writer.text(address, "ram:CountryID", party.address.country)
    writer.text(address, "ram:CountrySubDivisionName", party.address.region)
    reached = writer.group(parent, "ram:URIUniversalCommunication")
    writer.text(reached, "ram:URIID", party.email, schemeID="EM")
    for number, scheme in ((party.vat_id, "VA"), (party.tax_number, "FC")):
        if number:
            writer.text(writer.group(parent, "ram:SpecifiedTaxRegistration"), "ram:ID", number, schemeID=scheme)


def _tax(writer: Writer, parent: etree._Element, tax: Tax, currency: str) -> None:
    group = writer.group(parent, "ram:ApplicableTradeTax")
    writer.text(group, "ram:CalculatedAmount", amount(tax.tax, currency))
    writer.text(group, "ram:TypeCode", "VAT")
    writer.text(group, "ram:ExemptionReason", tax.reason)
    writer.text(group, "ram:BasisAmount", amount(tax.taxable, currency))
    writer.text(group, "ram:CategoryCode", tax.category)
    writer.text(group, "ram:ExemptionReasonCode", tax.reason_code)
    writer.text(group, "ram:RateApplicablePercent", None if tax.rate is None else plain(tax.rate))


def _period(writer: Writer, parent: etree._Element, first: date | None, last: date | None) -> None:
    if first and last:
        period = writer.group(parent, "ram:BillingSpecifiedPeriod")
        _day(writer, period, "ram:StartDateTime", first)
        _day(writer, period, "ram:EndDateTime", last)


def _day(writer: Writer, parent: etree._Element, name: str, day: date) -> None:
    writer.text(writer.group(parent, name), "udt:DateTimeString", f"{day:%Y%m%d}", format=_DAYS)
