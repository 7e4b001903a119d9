"""The compiled part of the platform."""

from typing import final

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
        share_collections: bool = False,
    ) -> Gateway:
        """Make a gateway that does not listen yet. `access_log` is a path, or "-" for standard output.

        `certificate_keys` (`id:base64,…`) open the private keys of certificates. Shared limits count together with the other
        gateways that have the same `redis_url`; it may be away for a time. `geo_country` and `geo_asn` are files in MaxMind's
        format, read again after they changed. `rule_sets` are the files of the firewall's rules by version, Debian's core rules
        unless given. Raises OSError when the log cannot be opened or the URL is none, ValueError when a key is no key.
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
        """Open the access log's path anew, after the file was renamed. Raises OSError; then the old file is written on."""

    def status(self) -> bytes:
        """What is in force, as JSON without secrets."""

    def metrics(self) -> bytes:
        """Counters in Prometheus' text format."""

def waf_check(files: list[str]) -> bytes:
    """Compile rule files: JSON `{"rules", "complaints": ["FILE:LINE: what"], "seconds"}`."""

def waf_check_text(name: str, text: str) -> list[str]:
    """What is wrong with custom rules, which can name no files; empty when they may be used."""

def waf_ftw(files: list[str], tests: str) -> bytes:
    """Run go-ftw style tests of a folder against the rules.

    Gives JSON, `{"outcomes": [{"title", "file", "wrong", "log"}], "complaints"}`.

    Raises ValueError when the rules do not compile, OSError when the folder cannot be read.
    """
