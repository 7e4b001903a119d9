"""What a request's handler works with: who asks, a transaction for them, and the shape of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency

from control.core import audit, idempotency
from control.core.addresses import Address
from control.core.db import Access, Transaction
from control.core.envelope import Envelope, Page
from control.core.errors import BadRequest, PreconditionFailed
from control.core.pagination import PageRequest
from control.core.permissions import Principal
from control.core.runtime import Runtime

T = TypeVar("T")


class Context:
    """One request. Routes with a permission always have a principal; public ones must not ask for it."""

    def __init__(self, request: Request[Any, Any, State], runtime: Runtime) -> None:
        self.request = request
        self.runtime = runtime
        self.expected: int | None = None
        """The version from which the form of a page was made; for those, what If-Match is for programs."""

    @property
    def principal(self) -> Principal:
        principal = self.request.scope.get("user")
        if not isinstance(principal, Principal):
            raise TypeError("a public route has no principal")
        return principal

    @property
    def request_id(self) -> str:
        return str(self.request.scope.get("request_id", ""))

    @property
    def address(self) -> Address | None:
        return self.request.scope.get("client_address")  # type: ignore[return-value]  # set by Edge

    @property
    def user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")[:512]

    @property
    def actor(self) -> audit.Actor:
        """Who the audit log names."""
        principal = self.principal
        return audit.Actor(
            kind=principal.kind,
            id=principal.user_id,
            organization_id=principal.home_organization_id,
            address=None if self.address is None else str(self.address),
            request_id=self.request_id,
        )

    @asynccontextmanager
    async def transaction(self, access: Access | None = None) -> AsyncIterator[Transaction]:
        """A transaction for the principal, with access to the tree below when the principal holds that."""
        async with self.runtime.database.transaction(self.principal.scope(access)) as tx:
            yield tx

    async def audit(
        self,
        tx: Transaction,
        action: str,
        subject_type: str,
        subject_id: object,
        *,
        organization_id: UUID,
        before: Any = None,
        after: Any = None,
    ) -> None:
        await audit.record(
            tx, self.actor, action, subject_type, subject_id, organization_id=organization_id, before=before, after=after
        )

    async def audit_read(self, tx: Transaction, subject_type: str, subject_id: object, *, organization_id: UUID) -> None:
        """Note that somebody looked into an organisation other than their own."""
        if organization_id != self.principal.home_organization_id:
            await self.audit(tx, f"{subject_type}.viewed", subject_type, subject_id, organization_id=organization_id)

    def answer(
        self, data: T, *, status: int = 200, version: int | None = None, headers: dict[str, str] | None = None
    ) -> Response[Envelope[T]]:
        """One thing in the envelope; `version` becomes its ETag."""
        sent = dict(headers or {})
        if version is not None:
            sent["ETag"] = f'"{version}"'
        sent.setdefault("Cache-Control", "no-store")
        return Response(Envelope(data=data, request_id=self.request_id), status_code=status, headers=sent)

    def page(self, rows: list[T], total: int, page: PageRequest) -> Response[Page[T]]:
        """One page in the envelope."""
        body = Page(data=rows, pagination=page.pagination(total), request_id=self.request_id)
        return Response(body, headers={"Cache-Control": "no-store"})

    def if_match(self, version: int) -> None:
        """Compare If-Match with the row at hand (RFC 9110 section 13.1.1). Raises PreconditionFailed."""
        sent = self.request.headers.get("if-match")
        if sent is None and self.expected is not None and self.expected != version:
            raise PreconditionFailed("Somebody changed this in the meantime; read it again.", details={"version": version})
        if sent is None or sent.strip() == "*":
            return
        tags = [tag.strip() for tag in sent.split(",")]
        if any(tag.startswith("W/") for tag in tags):
            raise BadRequest("If-Match takes the strong ETag as it was sent.")
        if f'"{version}"' not in tags:
            raise PreconditionFailed("Somebody changed this in the meantime; read it again.", details={"version": version})

    async def once(self, work: Callable[[Transaction], Awaitable[Any]], *, status: int = 201) -> Response[Any]:
        """Do `work` in one transaction and answer its result; with an Idempotency-Key, do it only once."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            async with self.transaction() as tx:
                data = await work(tx)
            return self.answer(data, status=status, version=getattr(data, "version", None))
        idempotency.check_key(key)
        digest = idempotency.request_hash(self.request.method, self.request.url.path, await self.request.body())
        async with self.transaction() as tx:
            outcome = await idempotency.once(
                tx,
                self.runtime.keyring,
                organization_id=self.principal.organization_id,
                actor_id=self.principal.api_key_id or self.principal.user_id,
                key=key,
                digest=digest,
                status=status,
                work=work,
            )
        replayed = {"Idempotency-Replayed": "true"} if outcome.replayed else None
        version = msgspec.json.decode(outcome.data, type=_Versioned).version
        return self.answer(outcome.data, status=outcome.status, version=version, headers=replayed)


class _Versioned(msgspec.Struct):
    version: int | None = None


def provide_context(request: Request[Any, Any, State]) -> Context:
    """The `ctx` of every handler."""
    return Context(request, request.app.state.runtime)


Ctx = NamedDependency[Context]
"""How a handler asks for its context."""
