"""The platform with a year behind it, and what each person reaches on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from tests.browser.pages import Found
from tests.browser.person import Person
from tests.browser.stock.desk import Desk
from tests.integration.platform import Platform


class Stocked(msgspec.Struct):
    """`desk` knows what was made; `found` are the pages by person."""

    platform: Platform
    desk: Desk
    found: dict[str, Found]
    _theirs: set[str] = msgspec.field(default_factory=set)

    @contextmanager
    def reopened(self) -> Iterator[Desk]:
        """The desk, at which something more is done."""
        self.desk.open()
        try:
            yield self.desk
        finally:
            self.desk.close()

    def theirs(self, customer: Person) -> set[str]:
        """Ids that stand on the customer's own pages: things that they are shown."""
        if not self._theirs:
            for path in self.found["customer"].pages.values():
                self._theirs |= set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", customer.get(path).text))
        return self._theirs
