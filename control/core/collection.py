"""Collections of the API: one kind of thing, listed and made at one path, and read, changed and deleted one step below it.

A capability says once what a collection shows, where it lies and who may use it. Each method makes one route out of three
things: the name of the operation, the function of the service that does the work, and the words of the API's description.
The `answer` inside a method is all that the route does besides: paging, the envelope, the ETag, idempotency. Whatever a
method does not fit is an ordinary handler in the list beside the others; `all`, `one`, `reads`, `writes` and `tags` are for it.

Tenancy, the audit log, If-Match and domain errors are the service's.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature
from typing import Any, Generic, TypeVar, TypeVarTuple, cast
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Context, Ctx
from control.core.db import Transaction
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import PageRequest, page_request
from control.core.permissions import needs

Row = TypeVar("Row")
Made = TypeVar("Made")
Body = TypeVar("Body", bound=msgspec.Struct)
Above = TypeVarTuple("Above")
Filters = dict[str, Any]
"""The filters of a list by name; those that were not sent are None."""
_ID = re.compile(r"\{(\w+):uuid\}")


class Collection(Generic[Row, *Above]):
    """A collection of `Row`. `Above` are the ids that its own path has: none, or that of the thing it belongs to.

    Services get all ids in the order of the path. What has a `version` is answered with it as the ETag.
    """

    def __init__(
        self, shown: type[Row], path: str, one: str = "{id:uuid}", *, tags: list[str], read: str, write: str | None = None
    ) -> None:
        """`one` is what follows `path` for one thing, such as `{rule_id:uuid}`. `write` is left out of what is only read: a route
        that writes would then name no permission, with which no process starts. Raises ValueError for an unknown permission."""
        self.shown = shown
        self.all, self.one = path, f"{path}/{one}"
        self.tags = tags
        self.reads, self.writes = needs(read), {} if write is None else needs(write)

    def page(
        self,
        name: str,
        work: Callable[[Context, *Above, PageRequest, Filters], Awaitable[tuple[list[Row], int]]],
        words: str,
        *,
        sortable: Mapping[str, str],
        by: str = "created_at",
        tie: str = "id",
        filters: Mapping[str, Any] | None = None,
    ) -> HTTPRouteHandler:
        """GET all of them, a page at a time. `filters` are names and types of query parameters, each of which may be left out;
        `sortable`, `by` and `tie` are as for `page_request`."""

        async def answer(ctx: Context, ids: tuple[*Above], **filters: Any) -> Response[Page[Row]]:
            wanted = page_request(ctx.request, sortable, by, tie)
            rows, total = await work(ctx, *ids, wanted, filters)
            return ctx.page(rows, total, wanted)

        return get(self.all, **self._described(name, self.reads))(
            _handler(name, words, self.all, answer, _paged(self.shown), filters=filters or {})
        )

    def get(self, name: str, work: Callable[[Context, *Above, UUID], Awaitable[Row]], words: str) -> HTTPRouteHandler:
        """GET one of them."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID]) -> Response[Envelope[Row]]:
            return _versioned(ctx, await work(ctx, *ids))

        return get(self.one, **self._described(name, self.reads))(_handler(name, words, self.one, answer, _enveloped(self.shown)))

    def create(
        self,
        name: str,
        body: type[Body],
        work: Callable[[Context, Transaction, *Above, Body], Awaitable[Made]],
        words: str,
        *,
        shown: type[Made] | None = None,
    ) -> HTTPRouteHandler:
        """POST a new one, once for each Idempotency-Key, in one transaction. `shown` is for a service that tells more of a new
        one than of an old one, such as a secret."""

        async def answer(ctx: Context, ids: tuple[*Above], data: Body) -> Response[Envelope[Made]]:
            return await ctx.once(lambda tx: work(ctx, tx, *ids, data))

        return post(self.all, **self._described(name, self.writes))(
            _handler(name, words, self.all, answer, _enveloped(shown or self.shown), body)
        )

    def replace(
        self, name: str, body: type[Body], work: Callable[[Context, *Above, UUID, Body], Awaitable[Row]], words: str
    ) -> HTTPRouteHandler:
        """PUT all fields of one, as they were sent."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID], data: Body) -> Response[Envelope[Row]]:
            return _versioned(ctx, await work(ctx, *ids, data))

        return put(self.one, **self._described(name, self.writes))(
            _handler(name, words, self.one, answer, _enveloped(self.shown), body)
        )

    def set_all(
        self, name: str, body: type[Body], work: Callable[[Context, *Above, UUID, dict[str, Any]], Awaitable[Row]], words: str
    ) -> HTTPRouteHandler:
        """PUT all fields of one; the service gets them by name, as `set_some` gives it those of a PATCH."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID], data: Body) -> Response[Envelope[Row]]:
            return _versioned(ctx, await work(ctx, *ids, msgspec.structs.asdict(data)))

        return put(self.one, **self._described(name, self.writes))(
            _handler(name, words, self.one, answer, _enveloped(self.shown), body)
        )

    def set_some(
        self, name: str, body: type[Body], work: Callable[[Context, *Above, UUID, dict[str, Any]], Awaitable[Row]], words: str
    ) -> HTTPRouteHandler:
        """PATCH the fields that were sent; those of `body` that were not are UNSET, and the service does not see them."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID], data: Body) -> Response[Envelope[Row]]:
            return _versioned(ctx, await work(ctx, *ids, given(data)))

        return patch(self.one, **self._described(name, self.writes))(
            _handler(name, words, self.one, answer, _enveloped(self.shown), body)
        )

    def delete(self, name: str, work: Callable[[Context, *Above, UUID], Awaitable[None]], words: str) -> HTTPRouteHandler:
        """DELETE one; 204."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID]) -> None:
            await work(ctx, *ids)

        return delete(self.one, **self._described(name, self.writes))(_handler(name, words, self.one, answer, None))

    def part(
        self, name: str, below: str, shown: Any, work: Callable[[Context, *Above, UUID], Awaitable[object]], words: str
    ) -> HTTPRouteHandler:
        """GET something else of one, at `below` it: `shown` as the service gives it, without an ETag."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID]) -> Response[Envelope[object]]:
            return ctx.answer(await work(ctx, *ids))

        path = f"{self.one}/{below}"
        return get(path, **self._described(name, self.reads))(_handler(name, words, path, answer, _enveloped(shown)))

    def action(
        self, name: str, below: str, body: type[Body], work: Callable[[Context, *Above, UUID, Body], Awaitable[Row]], words: str
    ) -> HTTPRouteHandler:
        """POST to `below` one what is to be done with it; 200 with the thing as it is then. Not kept by Idempotency-Key: it is
        for actions that are harmless when done twice, or that the state of the thing refuses."""

        async def answer(ctx: Context, ids: tuple[*Above, UUID], data: Body) -> Response[Envelope[Row]]:
            return _versioned(ctx, await work(ctx, *ids, data))

        path = f"{self.one}/{below}"
        return post(path, status_code=200, **self._described(name, self.writes))(
            _handler(name, words, path, answer, _enveloped(self.shown), body)
        )

    def _described(self, name: str, opt: dict[str, Any]) -> dict[str, Any]:
        return {"opt": opt, "tags": self.tags, "operation_id": name}


def collection(
    shown: type[Row], path: str, one: str = "{id:uuid}", *, tags: list[str], read: str, write: str | None = None
) -> Collection[Row]:
    """A collection that stands by itself, such as `/v1/sites`."""
    return Collection(shown, path, one, tags=tags, read=read, write=write)


def collection_below(
    shown: type[Row], path: str, one: str = "{id:uuid}", *, tags: list[str], read: str, write: str | None = None
) -> Collection[Row, UUID]:
    """A collection of one thing of another, such as `/v1/sites/{site_id:uuid}/upstreams`: services get that one's id too."""
    return Collection(shown, path, one, tags=tags, read=read, write=write)


def _versioned(ctx: Context, found: Row) -> Response[Envelope[Row]]:
    return ctx.answer(found, version=getattr(found, "version", None))


def _paged(shown: Any) -> Any:
    return Response[Page[shown]]


def _enveloped(shown: Any) -> Any:
    return Response[Envelope[shown]]


def _handler(
    name: str,
    words: str,
    path: str,
    answer: Callable[..., Awaitable[Any]],
    gives: Any,
    body: type[msgspec.Struct] | None = None,
    filters: Mapping[str, Any] | None = None,
) -> Callable[..., Awaitable[Any]]:
    """The function that Litestar calls: `answer`, with the parameters spelled out that path, body and filters have.

    Litestar reads what to take from a request, and what the description says, off a function's signature. Written by hand it
    would be `async def name(ctx: Ctx, rule_id: FromPath[UUID], data: JSONBody[NewRule]) -> Response[Envelope[Rule]]`.
    """
    ids: list[str] = _ID.findall(path)

    async def handler(ctx: Context, **taken: Any) -> Any:
        return await answer(ctx, tuple(taken.pop(each) for each in ids), **taken)

    takes: dict[str, Any] = {"ctx": Ctx, **dict.fromkeys(ids, FromPath[UUID])}
    if body is not None:
        takes["data"] = cast("Any", JSONBody)[body]
    for each, kind in (filters or {}).items():
        takes[each] = cast("Any", FromQuery)[kind | None]
    handler.__name__ = handler.__qualname__ = name
    handler.__doc__ = words
    handler.__annotations__ = {**takes, "return": gives}
    handler.__signature__ = Signature(  # type: ignore[attr-defined]  # what inspect.signature looks for
        [
            Parameter(
                each, Parameter.KEYWORD_ONLY, annotation=kind, default=None if filters and each in filters else Parameter.empty
            )
            for each, kind in takes.items()
        ],
        return_annotation=gives,
    )
    return handler
