"""The routes that a collection makes: what a service is given, and what a caller gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide

from control.app import http_handlers
from control.core.collection import collection, collection_below
from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.rendering import render

BOX, LID = UUID(int=1), UUID(int=2)
SEEN: list[Any] = []


class Lid(msgspec.Struct):
    id: UUID
    color: str
    version: int = 7


class NewLid(msgspec.Struct, forbid_unknown_fields=True):
    color: str
    size: int = 1


class LidPatch(msgspec.Struct, forbid_unknown_fields=True):
    color: str | msgspec.UnsetType = msgspec.UNSET
    size: int | msgspec.UnsetType = msgspec.UNSET


class LidWithSecret(Lid):
    secret: str = "once"


class Weight(msgspec.Struct):
    grams: int


async def page(_ctx: Context, box: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Lid], int]:
    SEEN.append((box, wanted.page, wanted.order_by, filters))
    return [Lid(LID, "red")], 21


async def one(_ctx: Context, box: UUID, lid: UUID) -> Lid:
    SEEN.append((box, lid))
    return Lid(lid, "red")


async def create(_ctx: Context, _tx: Any, box: UUID, data: NewLid) -> LidWithSecret:
    SEEN.append((box, data))
    return LidWithSecret(LID, data.color)


async def put(_ctx: Context, box: UUID, lid: UUID, data: NewLid) -> Lid:
    SEEN.append((box, lid, data))
    return Lid(lid, data.color)


async def change(_ctx: Context, box: UUID, lid: UUID, changes: dict[str, Any]) -> Lid:
    SEEN.append((box, lid, changes))
    return Lid(lid, "blue")


async def away(_ctx: Context, box: UUID, lid: UUID) -> None:
    SEEN.append((box, lid))


async def weight(_ctx: Context, box: UUID, lid: UUID) -> Weight:
    SEEN.append((box, lid))
    return Weight(12)


lids = collection_below(
    Lid, "/boxes/{box_id:uuid}/lids", "{lid_id:uuid}", tags=["lids"], read="gateway:read", write="gateway:write"
)
other = collection_below(
    Lid, "/boxes/{box_id:uuid}/covers", "{lid_id:uuid}", tags=["lids"], read="gateway:read", write="gateway:write"
)
ROUTES = [
    lids.page(
        "list_lids",
        page,
        "All lids.",
        sortable={"made": "l.made", "color": "l.color"},
        by="made",
        tie="l.id",
        filters={"color": Literal["red", "blue"], "heavy": bool},
    ),
    lids.get("get_lid", one, "One lid."),
    lids.create("create_lid", NewLid, create, "A new lid.", shown=LidWithSecret),
    lids.replace("replace_lid", NewLid, put, "All of a lid."),
    lids.set_some("update_lid", LidPatch, change, "Some of a lid."),
    lids.delete("delete_lid", away, "No lid."),
    lids.part("weigh_lid", "weight", Weight, weight, "How heavy."),
    lids.action("paint_lid", "paint", NewLid, put, "Paint it."),
    other.set_all("set_cover", NewLid, change, "All of a cover."),
]


class WithoutDatabase(Context):
    """A context whose transactions are of nothing."""

    @asynccontextmanager
    async def transaction(self, access: Any = None) -> AsyncIterator[Any]:
        del access
        yield None


def _context(request: Request[Any, Any, State]) -> Context:
    return WithoutDatabase(request, None)  # type: ignore[arg-type]  # these services need no runtime


@pytest.fixture
def app() -> Litestar:
    SEEN.clear()
    return Litestar(
        ROUTES,
        dependencies={"ctx": Provide(_context, sync_to_thread=False)},
        exception_handlers={Exception: render},
        openapi_config=None,
        logging_config=None,
    )


def test_each_route_says_what_it_is(app: Litestar) -> None:
    read, write = {"permission": "gateway:read"}, {"permission": "gateway:write"}
    made = {
        (handler.operation_id, *sorted(handler.http_methods), path): (handler.status_code, handler.opt, handler.fn.__doc__)
        for path, handler in http_handlers(app)
    }
    every, single = "/boxes/{box_id}/lids", "/boxes/{box_id}/lids/{lid_id}"
    assert made == {
        ("list_lids", "GET", every): (200, read, "All lids."),
        ("get_lid", "GET", single): (200, read, "One lid."),
        ("create_lid", "POST", every): (201, write, "A new lid."),
        ("replace_lid", "PUT", single): (200, write, "All of a lid."),
        ("update_lid", "PATCH", single): (200, write, "Some of a lid."),
        ("delete_lid", "DELETE", single): (204, write, "No lid."),
        ("weigh_lid", "GET", f"{single}/weight"): (200, read, "How heavy."),
        ("paint_lid", "POST", f"{single}/paint"): (200, write, "Paint it."),
        ("set_cover", "PUT", "/boxes/{box_id}/covers/{lid_id}"): (200, write, "All of a cover."),
    }


ALL, ONE = f"/boxes/{BOX}/lids", f"/boxes/{BOX}/lids/{LID}"
RED, BLUE = {"id": str(LID), "color": "red", "version": 7}, {"id": str(LID), "color": "blue", "version": 7}
NONE = {"color": None, "heavy": None}


@pytest.mark.parametrize(
    ("method", "path", "body", "seen", "status", "data", "etag"),
    [
        ("GET", ALL, None, (BOX, 1, "l.made DESC, l.id DESC", NONE), 200, [RED], None),
        ("GET", f"{ALL}?color=blue&heavy=true&page=2&sort_by=color&sort_order=asc", None,
         (BOX, 2, "l.color ASC, l.id ASC", {"color": "blue", "heavy": True}), 200, [RED], None),
        ("GET", ONE, None, (BOX, LID), 200, RED, '"7"'),
        ("POST", ALL, {"color": "blue"}, (BOX, NewLid("blue")), 201, BLUE | {"secret": "once"}, '"7"'),
        ("PUT", ONE, {"color": "blue"}, (BOX, LID, NewLid("blue")), 200, BLUE, '"7"'),
        ("PUT", f"/boxes/{BOX}/covers/{LID}", {"color": "blue"}, (BOX, LID, {"color": "blue", "size": 1}), 200, BLUE, '"7"'),
        ("PATCH", ONE, {"size": 3}, (BOX, LID, {"size": 3}), 200, BLUE, '"7"'),
        ("DELETE", ONE, None, (BOX, LID), 204, None, None),
        ("GET", f"{ONE}/weight", None, (BOX, LID), 200, {"grams": 12}, None),
        ("POST", f"{ONE}/paint", {"color": "blue"}, (BOX, LID, NewLid("blue")), 200, BLUE, '"7"'),
    ],
    ids=["page", "filtered", "get", "create", "replace", "set_all", "set_some", "delete", "part", "action"],
)  # fmt: skip
async def test_a_route_asks_its_service(
    app: Litestar, method: str, path: str, body: Any, seen: Any, status: int, data: Any, etag: str | None
) -> None:
    answer = await _ask(app, method, path, body)
    assert answer.status_code == status, answer.text
    assert [seen] == SEEN
    assert answer.headers.get("etag") == etag
    assert (answer.json()["data"] if answer.content else None) == data


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "named"),
    [
        ("GET", f"{ALL}?sort_by=size", None, 422, "sort_by"),
        ("GET", f"{ALL}?color=green", None, 422, "color"),
        ("GET", f"{ALL}?heavy=perhaps", None, 422, "heavy"),
        ("POST", ALL, {"size": 2}, 422, "/color"),
        ("PATCH", ONE, {"weight": 2}, 422, "/weight"),
        ("PUT", ONE, {"color": 5}, 422, "/color"),
        ("GET", "/boxes/none/lids", None, 404, ""),
    ],
    ids=["sort", "filter", "flag", "missing", "unknown", "kind", "id"],
)
async def test_what_is_wrong_is_named_before_a_service_is_asked(
    app: Litestar, method: str, path: str, body: Any, status: int, named: str
) -> None:
    answer = await _ask(app, method, path, body)
    assert answer.status_code == status, answer.text
    assert SEEN == []
    if named:
        assert [error["pointer"] for error in answer.json()["error"]["details"]["errors"]] == [named]


def test_a_permission_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="lids:read"):
        collection(Lid, "/lids", tags=[], read="lids:read")


def test_a_route_that_writes_what_is_only_read_names_no_permission() -> None:
    read_only = collection_below(Lid, "/boxes/{box_id:uuid}/lids", tags=[], read="gateway:read")
    assert "permission" not in read_only.delete("delete_lid", away, "No lid.").opt


async def _ask(app: Litestar, method: str, path: str, body: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's types of ASGI are stricter
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, json=body)
