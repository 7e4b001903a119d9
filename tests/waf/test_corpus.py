"""The corpus of ordinary requests keeps its form: what reads it may rely on that."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

FOLDER = Path(__file__).parent / "ordinary"
FILES = sorted(FOLDER.glob("*.jsonl"))
LARGEST_BODY = 40 * 1024
LARGEST_CORPUS = 1_500_000
STATIC = re.compile(r"\.(?:css|gif|ico|jpe?g|js|map|png|svg|ttf|webp|woff2?)$")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Ordinary(msgspec.Struct, forbid_unknown_fields=True):
    """One line; README.md beside the files says what each field means."""

    name: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str | None
    source: str
    body_base64: str | None = None
    expected: str | None = None
    crs_blocks: list[int] | None = None
    crs_matches: list[int] | None = None
    crs_blocks_widened: list[int] | None = None
    crs4_blocks: list[int] | None = None
    crs4_matches: list[int] | None = None

    def content(self) -> bytes:
        """The body's bytes as they go over the wire."""
        if self.body_base64 is not None:
            return base64.b64decode(self.body_base64, validate=True)
        return (self.body or "").encode()

    def values(self, name: str) -> list[str]:
        """Every value of a header field."""
        return [value for field, value in self.headers if field.lower() == name]

    @property
    def recorded(self) -> bool:
        """Whether an application and a browser made it."""
        return self.source.startswith("recorded: ")

    @property
    def clean(self) -> bool:
        """Whether the core rules let it pass as Debian ships them."""
        return self.expected is None and self.crs_blocks is None


def read(file: Path) -> list[Ordinary]:
    return [msgspec.json.decode(line, type=Ordinary) for line in file.read_bytes().splitlines()]


ALL = [(file.name, entry) for file in FILES for entry in read(file)]


def framed(entry: Ordinary) -> bool:
    """Its length is told once and truly, or it has neither length nor body."""
    told = entry.values("content-length")
    body = entry.content()
    return told == [str(len(body))] or (not told and not body)


def sane(rules: list[int] | None) -> bool:
    """Absent, or rule numbers in order; an empty list would say nothing."""
    return rules is None or (rules == sorted(set(rules)) and bool(rules) and all(100_000 < rule < 1_000_000 for rule in rules))


def rules_are_lists(entry: Ordinary) -> bool:
    told = (entry.crs_blocks, entry.crs_matches, entry.crs4_blocks, entry.crs4_matches, entry.crs_blocks_widened or None)
    once = entry.crs_blocks is None or entry.crs_matches is None
    once4 = entry.crs4_blocks is None or entry.crs4_matches is None
    return once and once4 and all(sane(rules) for rules in told)


def neutral_host(entry: Ordinary) -> bool:
    hosts = entry.values("host")
    return len(hosts) == 1 and re.fullmatch(r"[a-z]+\.example\.com", hosts[0]) is not None


def tells_its_maker(entry: Ordinary) -> bool:
    return re.search(rb"/(?:tmp|home|root|srv)/|127\.0\.0\.1|localhost:", entry.content() + entry.target.encode()) is not None


PROPERTIES: list[tuple[str, Callable[[Ordinary], object]]] = [
    ("a short name", lambda e: 3 <= len(e.name) <= 110 and e.name.isprintable()),
    ("a method that is a token", lambda e: TOKEN.fullmatch(e.method)),
    ("a target of visible ASCII", lambda e: re.fullmatch(r"/[!-~]*", e.target)),
    ("field names that are tokens", lambda e: all(TOKEN.fullmatch(name) for name, _ in e.headers)),
    ("field values of printable ASCII", lambda e: all(re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", value) for _, value in e.headers)),
    ("one neutral host", neutral_host),
    ("a true length", framed),
    ("a body within bounds", lambda e: len(e.content()) <= LARGEST_BODY),
    ("its body in one form", lambda e: not (e.body and e.body_base64) and e.body != "" and e.body_base64 != ""),
    ("a known source", lambda e: e.source == "written" or re.fullmatch(r"recorded: \w+ [\d.-]+", e.source)),
    ("a known expectation", lambda e: e.expected in {None, "sql-tool"}),
    ("sorted lists of rules", rules_are_lists),
    ("nothing of the machine that made it", lambda e: not tells_its_maker(e)),
]


@pytest.mark.parametrize(("what", "holds"), PROPERTIES, ids=[what for what, _ in PROPERTIES])
def test_every_request_has(what: str, holds: Callable[[Ordinary], object]) -> None:
    lacking = [f"{file}: {entry.name}" for file, entry in ALL if not holds(entry)]
    assert not lacking, f"without {what}"


def test_names_are_unique() -> None:
    assert not [name for name, times in Counter(entry.name for _, entry in ALL).items() if times > 1]


def test_no_request_is_there_twice() -> None:
    seen = Counter((entry.method, entry.target, *sorted(entry.headers), entry.content()) for _, entry in ALL)
    assert not [key[:2] for key, times in seen.items() if times > 1]


def test_database_front_ends_have_a_file_of_their_own() -> None:
    assert {file for file, entry in ALL if entry.expected} == {"sql-tools.jsonl"}
    assert all(entry.expected for file, entry in ALL if file == "sql-tools.jsonl")


def test_enough_pass_the_core_rules_and_half_are_recorded() -> None:
    clean = [entry for _, entry in ALL if entry.clean]
    recorded = [entry for entry in clean if entry.recorded]
    assert len(clean) >= 300
    assert 2 * len(recorded) >= len(clean)
    assert len({entry.source for entry in recorded}) >= 4, "of several applications"


def test_static_files_are_few() -> None:
    static = [entry for _, entry in ALL if entry.method == "GET" and STATIC.search(urlsplit(entry.target).path)]
    assert 10 * len(static) <= len(ALL)


def test_the_corpus_stays_small() -> None:
    assert sum(file.stat().st_size for file in FILES) <= LARGEST_CORPUS
