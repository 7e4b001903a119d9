"""Those who put things into a platform that pages are looked at with.

They ask the API as people do, or write what machines write.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
import psycopg

from control.core.settings import Settings, load
from tests.integration.platform import Platform


class Desk:
    """`made` keeps what was made under a short name. Dice fall the same way each time; days are counted back from today."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.settings: Settings = load(
            {**platform.stack.seed_environment(), "HCC_GATEWAY_DATABASE_URL": platform.stack.dsn("hcc_gateway")}
        )
        self.dice = random.Random(20_261_126)
        self.now = datetime.now(UTC)
        self.today: date = self.now.date()
        self.made: dict[str, Any] = {}
        self._tokens: dict[str, str] = {}
        self.open()
        rows = self.connection.execute("SELECT slug, id FROM hcc.organizations").fetchall()
        self.organizations: dict[str, UUID] = {str(slug): found for slug, found in rows}

    def open(self) -> None:
        """Begin, or begin again."""
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.platform.stack.ports.control}", timeout=30)
        self._tokens.clear()
        self.connection = psycopg.connect(self.settings.owner_database_url, autocommit=True)

    def close(self) -> None:
        self._client.close()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def answer(self, who: str, method: str, path: str, body: object = None, content: bytes | None = None) -> httpx.Response:
        """What a person is answered."""
        if who not in self._tokens:
            self._tokens[who] = self.platform.log_in(who)
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return self._client.request(method, path, json=body, content=content, headers=headers)

    def ask(self, who: str, method: str, path: str, body: object = None, content: bytes | None = None) -> Any:
        """The data of an answer that went well."""
        answer = self.answer(who, method, path, body, content)
        assert answer.status_code < 300, (who, method, path, answer.status_code, answer.text)
        return None if answer.status_code == 204 else answer.json()["data"]

    def post(self, who: str, path: str, /, **body: Any) -> Any:
        """What a POST of these fields makes."""
        return self.ask(who, "POST", path, body)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """As the owner of the database: what pushes, jobs and years would have written."""
        done = self.connection.execute(statement, values)
        return done.fetchall() if done.description else []

    def many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """One statement for many rows."""
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def ago(self, **back: float) -> datetime:
        """A moment before now."""
        return self.now - timedelta(**back)

    def day(self, back: int) -> date:
        """A day before today."""
        return self.today - timedelta(days=back)
