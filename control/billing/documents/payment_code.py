"""The square that banking apps read: EPC069-12, a SEPA credit transfer with everything filled in."""

from __future__ import annotations

from decimal import Decimal

from segno import helpers
from segno.encoder import DataOverflowError

from control.billing.documents.paper import Paper
from control.billing.invoices.models import SellerOnPaper

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")
_NAME, _TEXT = 70, 140


def payment_code(paper: Paper) -> str | None:
    """The code as SVG; None for what is not paid in euros to an IBAN, what is collected, and for credit notes."""
    if paper.collected is not None or paper.invoice.kind == "credit_note":
        return None
    return transfer_code(paper.seller, paper.invoice.total, paper.invoice.currency, paper.number)


def transfer_code(seller: SellerOnPaper, amount: Decimal, currency: str, reference: str) -> str | None:
    """The code of a transfer to a seller as SVG; None where the standard has none: it is for euros and an IBAN."""
    if currency != "EUR" or not seller.iban or not _LEAST <= amount <= _MOST:
        return None
    try:
        code = helpers.make_epc_qr(
            name=(seller.account_holder or seller.legal_name)[:_NAME],
            iban=seller.iban,
            amount=amount,
            text=reference[:_TEXT],
            bic=seller.bic or None,
            encoding="utf-8",
        )
    except (ValueError, DataOverflowError):  # a name that the standard cannot carry; the account's data stand beside it
        return None
    return str(code.svg_inline(scale=1, border=0, omitsize=True))
