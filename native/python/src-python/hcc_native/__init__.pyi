"""The compiled part of the platform."""

from asyncio import Future
from collections.abc import Iterable, Mapping
from typing import TypeAlias, final

Headers: TypeAlias = Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[str | bytes, str | bytes]]

__version__: str

@final
class Gateway:
    """The public listener: threads that limit, authenticate, route and proxy without the GIL."""

    def __new__(
        cls,
        *,
        threads: int,
        last_good_path: str | None,
        access_log: str | None,
        certificate_keys: str | None = None,
        redis_url: str | None = None,
        geo_country: str | None = None,
        geo_asn: str | None = None,
        rule_sets: dict[str, list[str]] | None = None,
        waf_log: str | None = None,
        waf_log_format: str = "modsecurity",
        share_collections: bool = False,
    ) -> Gateway:
        """Make a gateway that does not listen yet. `access_log` is a path, or "-" for standard output.

        `certificate_keys` (`id:base64,…`) open the private keys of certificates. Shared limits count together with the other
        gateways that have the same `redis_url`; it may be away for a time. `geo_country` and `geo_asn` are files in MaxMind's
        format, read again after they changed. `rule_sets` are the files of the firewall's rules by version, Debian's core rules
        unless given. `waf_log` is where the firewall's matches are written besides, as lines of ModSecurity's form or as `json`.
        Raises OSError when a log cannot be opened or the URL is none, ValueError when a key is no key or the format is none.
        """

    def apply(self, snapshot: bytes) -> bytes:
        """Put a snapshot in force; gives the report `{"version","applied","unchanged","refused"}` as JSON.

        Raises ValueError when nothing of the snapshot could be read; the former one stays in force.
        """

    def load_last_good(self) -> bool:
        """Put the last good snapshot in force; whether there was one."""

    def start(self, listeners: list[list[tuple[int, bool, bool]]]) -> None:
        """Accept on these listening sockets, which stay the caller's: descriptor, whether TLS, whether a PROXY header first.

        Thread n takes list n, the first again when there are fewer lists than threads. Raises OSError.
        """

    def drain(self, timeout_s: float, close_after_s: float | None = None) -> None:
        """Accept nothing more and return once running requests have ended, or are cut after `timeout_s` seconds.

        The listening sockets stay open for whoever else has them; with `close_after_s` they are accepted on for so many seconds,
        then emptied and closed for everybody who has them.
        """

    def revoke(self, session_ids: list[str], until_unix: int) -> None:
        """Refuse tokens of these sessions until `until_unix` (seconds)."""

    def ban(self, told: bytes) -> None:
        """Put a ban in force, or lift it: JSON with `id`, `network`, `scope`, `until`, `reason`, `lifted`. Raises ValueError."""

    def take_events(self) -> bytes:
        """Take the security events that wait, as a JSON array. More than 8192 in between are dropped and counted."""

    def take_tallies(self) -> bytes:
        """Take what clients did that only attackers do often, counted by client and site, as a JSON array."""

    def watch(self, site_id: str, seconds: int) -> None:
        """Keep single requests of a site for so many seconds from now, at most 300, for `take_requests`."""

    def take_requests(self) -> bytes:
        """Take what was seen at watched sites: a JSON array of `site`, `left_out` and `requests`, as the access log has them.

        A site is there once after each `watch`, else when something was seen.
        """

    def reopen_log(self) -> None:
        """Open the paths of both logs anew, after the files were renamed. Raises OSError; then the old file is written on."""

    def status(self) -> bytes:
        """What is in force, as JSON without secrets."""

    def metrics(self) -> bytes:
        """Counters in Prometheus' text format."""

    def traffic(self, gateway: str) -> list[tuple[str, bytes]]:
        """Counters of the sites in Prometheus' text format, by the id of their organisation; `gateway` is a label of each."""

@final
class Match:
    """One rule's match. `target` is the variable, as `ARGS:q`; `excerpt` its bounded value, `***` where it is a secret."""

    rule_id: int
    phase: int
    message: str
    data: str
    severity: str | None
    tags: list[str]
    target: str
    excerpt: str
    file: str
    line: int

@final
class Verdict:
    """What rules say of a request.

    `action` is `pass`, `deny`, `drop` (deny, and close the connection) or `redirect`; `status` and `rule_id` are those of the
    rule that ended the request. `matched` are the rules that matched and log. `score` is the anomaly score, `tx` every element
    of TX at the end: numbers as int, other values as str, as bytes where they are no UTF-8.
    """

    action: str
    status: int | None
    rule_id: int | None
    matched: list[Match]
    score: int
    tx: dict[str, int | str | bytes]

@final
class Waf:
    """A compiled rule set; threads may share it."""

    @staticmethod
    def from_text(rules: str, *, mode: str | None = None, paranoia: int | None = None) -> Waf:
        """Compile rules in SecLang that name no files. `mode` is `detect` or `block`, what the rules say unless given.

        Raises ValueError with a line `rules:LINE: what` for each mistake.
        """

    @staticmethod
    def from_files(files: list[str], *, mode: str | None = None, paranoia: int | None = None, gateway: bool = False) -> Waf:
        """Compile rule files in this order; `*` in names is expanded, and what they name is read beside them.

        With `gateway`, the rules with which each rule set of a gateway begins come first. Raises ValueError with a line
        `FILE:LINE: what` for each mistake.
        """

    @property
    def rules(self) -> list[int]:
        """The numbers of the rules in their order."""

    def inspect(
        self,
        method: str | bytes,
        uri: str | bytes,
        http_version: str,
        headers: Headers,
        body: str | bytes,
        client_ip: str,
        response: tuple[int, Headers, str | bytes] | None = None,
    ) -> Verdict:
        """Inspect a request, and the answer (status, headers, body) when there is one; other threads run meanwhile.

        Every `str` is taken as UTF-8. `http_version` is `1.1` or `HTTP/1.1`. Raises ValueError when `client_ip` is no address.
        """

    def explain(self, request: bytes, client_ip: str = "127.0.0.1") -> bytes:
        """Inspect a request as it comes over the wire, and tell every rule's turn, as JSON. Raises ValueError when it is none."""

@final
class Tried:
    """What an operator says of a value: whether it matches, and what `capture` would keep as TX.0 to TX.9."""

    @property
    def matched(self) -> bool: ...
    @property
    def captured(self) -> list[bytes | None]: ...

def waf_transform(name: str, data: str | bytes) -> bytes:
    """Apply a transformation, named as rules do (`urlDecodeUni` or `t:urlDecodeUni`). Raises ValueError when there is none."""

def waf_operator(name: str, parameter: str, data: str | bytes) -> Tried:
    """Apply an operator, named as rules do (`rx`, `@rx` or `!@rx`), to a value. Raises ValueError when it is none."""

def waf_rule_sets() -> dict[str, list[str]]:
    """The files of the rule sets by version that a gateway knows unless told otherwise."""

class Answer:
    """What became of a body."""

    @property
    def kind(self) -> str:
        """`kept`, `too_large`, `encoding`, `malformed`, `wait`; by no fault of the sender `full`, `busy`, `disk`, `closed`."""
    @property
    def message(self) -> str:
        """Words, where there are any."""
    @property
    def wait_s(self) -> int:
        """After how many seconds the organisation may send again, for `wait`."""
    @property
    def rows(self) -> int:
        """Lines, samples or points of which all values were taken."""
    @property
    def rejected(self) -> int:
        """Lines, samples or points that were refused, wholly or in part."""
    @property
    def accepted(self) -> int:
        """Values taken, which are durable."""
    @property
    def skipped_strings(self) -> int:
        """Fields of text, which have no value."""
    @property
    def native_histograms(self) -> int:
        """Native histograms refused."""
    @property
    def refused_values(self) -> int:
        """Values refused by limits."""
    @property
    def faults(self) -> list[tuple[int, str]]:
        """The first hundred: number in the request from 1, and the reason."""

@final
class Ingest:
    """One ingester's log in a folder, and the threads that decode. Bodies are worked on without the GIL."""

    def __new__(
        cls,
        folder: str,
        *,
        threads: int = 1,
        largest: int = ...,
        segment_bytes: int = ...,
        segment_age_s: float = 1.0,
        total_bytes: int = ...,
        oldest_s: int = 604_800,
        newest_s: int = 600,
        series: int = 2_000_000,
    ) -> Ingest:
        """Recover what an earlier run left, and begin. Raises BlockingIOError when another process has the folder, OSError.

        `largest` bounds an expanded body, `total_bytes` the folder, `series` the active series of all organisations; values older
        than `oldest_s` or more than `newest_s` in the future are refused.
        """

    @property
    def recovered(self) -> list[str]:
        """What became of segments that an earlier run left open, in words."""
    @property
    def has_room(self) -> bool:
        """Whether the folder has room at this moment."""
    def submit(
        self,
        future: Future[Answer],
        body: bytes,
        *,
        organization: bytes,
        protocol: str,
        precision: str = "",
        encoding: str = "",
        values_per_s: int = 0,
        active_series: int = 1_000_000,
    ) -> None:
        """Take a body on; `drain` gives the answer to the future. Raises ValueError for a protocol or precision that is none.

        `protocol` is `line`, `remote_write_1`, `remote_write_2`, `text`, `openmetrics`, `otlp_protobuf` or `otlp_json`;
        `encoding` is what Content-Encoding says; `values_per_s` and `active_series` what the organisation may.
        """

    def fileno(self) -> int:
        """What the event loop watches for reading."""

    def drain(self) -> None:
        """Give the answers that are there to their futures. Called in the event loop."""

    def close(self) -> None:
        """Finish what was taken on and close the log; waits for it."""

    def figures(self) -> list[tuple[str, float]]:
        """Counters and gauges by name."""

@final
class SeriesIds:
    """The database's ids of series, remembered over segments."""

    def __new__(cls, most: int) -> SeriesIds:
        """Remember `most` of them; with more it begins anew."""

@final
class SegmentReader:
    """A closed segment on its way into the database."""

    def __new__(cls, path: str) -> SegmentReader:
        """Read it. Raises OSError, and ValueError when it does not begin as a segment."""

    @property
    def ingester(self) -> bytes:
        """Who wrote it, 16 bytes drawn at each start."""
    @property
    def number(self) -> int:
        """Which of that ingester's it is."""
    @property
    def values(self) -> int:
        """How many values it has."""
    @property
    def minutes(self) -> list[int]:
        """The minutes since the Unix epoch in which it has values."""
    @property
    def damage(self) -> str | None:
        """Why not all of it could be read."""
    @property
    def rows(self) -> int:
        """Rows given by `piece` so far."""
    def families(self) -> list[tuple[bytes, str, str, str, str]]:
        """What was said about families: organisation, name, kind, unit, help."""

    def resolve(self, ids: SeriesIds) -> list[tuple[bytes, str, str, bytes]]:
        """Look up ids; the series without one: organisation, name, labels as JSON, key."""

    def learn(self, ids: SeriesIds, found: list[int]) -> None:
        """Remember the ids of what `resolve` gave, in its order; 0 leaves a series out."""

    def begin(self, batch: int) -> None:
        """Begin the COPY of columns time, series, value, batch. Raises ValueError when it was begun."""

    def piece(self) -> bytes | None:
        """The next piece of PostgreSQL's binary COPY; None at its end."""

def close_segments(folder: str) -> list[str] | None:
    """Close the open segments of a log whose ingester is gone: what became of each, in words.

    None when it is running. Raises OSError.
    """

def waf_check(files: list[str]) -> bytes:
    """Compile rule files: JSON `{"rules", "complaints": ["FILE:LINE: what"], "seconds"}`."""

def waf_check_text(name: str, text: str) -> list[str]:
    """What is wrong with custom rules, which can name no files; empty when they may be used."""

def waf_ftw(files: list[str], tests: str) -> bytes:
    """Run go-ftw style tests of a folder against the rules.

    Gives JSON, `{"outcomes": [{"title", "file", "wrong", "log"}], "complaints"}`.

    Raises ValueError when the rules do not compile, OSError when the folder cannot be read.
    """
