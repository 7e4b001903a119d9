"""What customers order, as the API shows and takes it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.catalogue.models import PriceList
from control.billing.subscriptions.models import Collection, NewSubscriptionItem, Preview
from control.core.errors import Conflict

_Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Coupon = Annotated[str, Meta(max_length=40)]
_Items = Annotated[list[NewSubscriptionItem], Meta(min_length=1, max_length=100)]


class Offer(PriceList, kw_only=True):
    """What a customer's seller offers in the customer's currency, and what customers do there themselves."""

    customer_id: UUID
    currency: str
    may_order: bool
    may_change: bool
    may_cancel: bool


class OrderPreview(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What would be ordered."""

    items: _Items
    coupon: _Coupon | None = None
    collection: Collection = "invoice"


class Order(OrderPreview, kw_only=True, forbid_unknown_fields=True):
    """What is ordered. `digest` is that of the preview that was seen: what comes to something else is not done."""

    digest: _Digest


class ChangePreview(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All items as they would be; a coupon replaces the one before. When it happens, the seller's settings say."""

    items: _Items
    coupon: _Coupon | None = None


class OrderedChange(ChangePreview, kw_only=True, forbid_unknown_fields=True):
    """A change, with the `digest` of the preview that was seen: what comes to something else is not done."""

    digest: _Digest


class Leaving(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why; nobody has to say."""

    reason: Annotated[str, Meta(max_length=1000)] = ""


class CameToSomethingElse(Conflict):
    """What was seen is not what it would come to now; nothing was done. `preview` is what it comes to."""

    def __init__(self, preview: Preview) -> None:
        details = {"reason": "preview_changed", "preview": msgspec.to_builtins(preview)}
        super().__init__("It comes to something else than what was shown. Nothing was done; look again.", details=details)
        self.preview = preview
