"""What a meter asks of the metrics: a selector of series, with places for whose they are."""

from __future__ import annotations

from uuid import UUID

from control.core.errors import FieldError
from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import NAME
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.parser import parse
from control.monitoring.query.syntax import Selector, bare

_ANYBODY = UUID(int=0)


def matchers(selector: str, customer: UUID, subscription: UUID) -> list[Matcher]:
    """The matchers of a selector for one customer's subscription. Raises QueryError, ValueError for what is no selector."""
    text = selector.replace("$customer", str(customer)).replace("$subscription", str(subscription))
    tree = bare(parse(text))
    if not isinstance(tree, Selector) or tree.offset or tree.at is not None:
        raise ValueError("it is no plain selector")
    named = [] if tree.name is None else [Matcher(NAME, "=", tree.name)]
    return [*named, *(one for one in tree.matchers if tree.name is None or one.name != NAME)]


def selector_error(pointer: str, selector: str) -> FieldError | None:
    """What is wrong with a selector that came from outside."""
    try:
        matchers(selector, _ANYBODY, _ANYBODY)
    except (QueryError, ValueError):
        return FieldError(pointer, 'must select series of a metric, such as site_sent_bytes_total{customer="$customer"}')
    if "$customer" not in selector and "$subscription" not in selector:
        return FieldError(pointer, "must name $customer or $subscription, or everybody would pay for all")
    return None
