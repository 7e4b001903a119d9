"""The compiled part of the platform."""

from collections.abc import Iterable, Mapping
from typing import final

Headers = Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[str | bytes, str | bytes]]

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

    def reopen_log(self) -> None:
        """Open the paths of both logs anew, after the files were renamed. Raises OSError; then the old file is written on."""

    def status(self) -> bytes:
        """What is in force, as JSON without secrets."""

    def metrics(self) -> bytes:
        """Counters in Prometheus' text format."""

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

def waf_check(files: list[str]) -> bytes:
    """Compile rule files: JSON `{"rules", "complaints": ["FILE:LINE: what"], "seconds"}`."""

def waf_check_text(name: str, text: str) -> list[str]:
    """What is wrong with custom rules, which can name no files; empty when they may be used."""

def waf_ftw(files: list[str], tests: str) -> bytes:
    """Run go-ftw style tests of a folder against the rules.

    Gives JSON, `{"outcomes": [{"title", "file", "wrong", "log"}], "complaints"}`.

    Raises ValueError when the rules do not compile, OSError when the folder cannot be read.
    """
