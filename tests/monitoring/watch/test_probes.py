"""How each kind of check is tried, against real servers on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from control.core.settings import Settings
from control.monitoring.checks.models import Expects
from control.monitoring.checks.probes import attempt, icmp
from control.monitoring.checks.probes.http import at_path
from control.sites.certificates.self_signed import self_signed
from tests.monitoring.watch.pages import Pages, serving
from tests.ports import free_port


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with serving() as running:
        running.put("/", "all is well")
        running.put("/json", '{"status": {"parts": [{"name": "db", "ok": true}]}, "n": 3}')
        running.put("/broken", "oops", 500)
        running.put("/moved", "", 302, Location="/")
        running.put("/round", "", 302, Location="/round")
        running.put("/inside", "", 302, Location="http://169.254.169.254/latest")
        yield running


HTTP: list[tuple[str, dict[str, Any], bool, str]] = [
    ("/", {}, True, "status 200"),
    ("/broken", {}, False, "status 500 instead of 200-399"),
    ("/broken", {"statuses": ["404", "500-599"]}, True, "status 500"),
    ("/nosuch", {"statuses": ["404"]}, True, "status 404"),
    ("/", {"keyword": "well"}, True, "status 200"),
    ("/", {"keyword": "ill"}, False, "'ill' is not on the page"),
    ("/", {"keyword": "well", "keyword_absent": True}, False, "'well' is on the page"),
    ("/json", {"json_path": "status.parts[0].name", "json_value": "db"}, True, "status 200"),
    ("/json", {"json_path": "$.status.parts[0].ok", "json_value": "true"}, True, "status 200"),
    ("/json", {"json_path": "n", "json_value": "4"}, False, "n is 3"),
    ("/json", {"json_path": "status.parts[1].name"}, False, "the JSON has no status.parts[1].name"),
    ("/", {"json_path": "a"}, False, "the page is no JSON"),
    ("/moved", {}, True, "status 302"),
    ("/moved", {"redirects": 1, "keyword": "well"}, True, "status 200"),
    ("/round", {"redirects": 3, "statuses": ["200"]}, False, "status 302 instead of 200"),
    ("/", {"tls_days": 10}, False, "there is no certificate"),
]


@pytest.mark.parametrize(("path", "expects", "ok", "message"), HTTP, ids=[f"{p} {sorted(e)}" for p, e, _, _ in HTTP])
async def test_http(pages: Pages, path: str, expects: dict[str, Any], ok: bool, message: str) -> None:
    tried = await attempt("http", pages.url + path, Expects(**expects), None, allow_private=True, limit=5)
    assert (tried.outcome.ok, tried.outcome.message) == (ok, message)
    assert {"resolve_seconds", "connect_seconds", "wait_seconds"} <= tried.outcome.figures.keys()


async def test_http_sends_what_it_should(pages: Pages) -> None:
    expects = Expects(method="POST", body="x=1", headers={"X-Probe": "1"})
    await attempt("http", f"{pages.url}/", expects, "Bearer s3cret", allow_private=True, limit=5)
    [head] = pages.asked
    assert head.startswith("POST / HTTP/1.1")
    assert "X-Probe: 1" in head
    assert "Authorization: Bearer s3cret" in head
    assert f"Host: 127.0.0.1:{pages.port}" in head


async def test_a_secret_stays_with_its_host(pages: Pages) -> None:
    async with serving() as other:
        other.put("/", "hello")
        pages.put("/away", "", 302, Location=f"{other.url}/")
        tried = await attempt("http", f"{pages.url}/away", Expects(redirects=2), "Bearer s3cret", allow_private=True, limit=5)
        assert tried.outcome.ok
        assert "Authorization" in pages.asked[0]
        assert "Authorization" not in other.asked[0]


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Pages, str]]:
    """A server with a certificate that it signed itself, and the file of that certificate."""
    chain, key = self_signed(["localhost"], datetime.now(UTC), addresses=["127.0.0.1"])
    certificate = tmp_path / "cert.pem"
    certificate.write_text(chain)
    (tmp_path / "key.pem").write_text(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    async with serving(context) as running:
        running.put("/", "safe")
        yield running, str(certificate)


async def test_tls(secure: tuple[Pages, str], monkeypatch: pytest.MonkeyPatch) -> None:
    pages, file = secure
    refused = await attempt("http", f"{pages.url}/", Expects(), None, allow_private=True, limit=5)
    assert not refused.outcome.ok
    assert "CERTIFICATE_VERIFY_FAILED" in refused.outcome.message or "certificate" in refused.outcome.message
    loose = await attempt("http", f"{pages.url}/", Expects(verify_tls=False), None, allow_private=True, limit=5)
    assert loose.outcome.ok
    assert loose.outcome.figures["tls_days"] > 1
    assert loose.outcome.figures["tls_seconds"] > 0
    days = int(loose.outcome.figures["tls_days"])
    context = ssl.create_default_context(cafile=file)
    monkeypatch.setattr("control.monitoring.checks.probes.http.trust", lambda: context)
    named = pages.url.replace("127.0.0.1", "localhost")
    kept = await attempt("http", f"{named}/", Expects(), None, allow_private=True, limit=5)
    assert kept.outcome.message == "status 200"
    for wanted, ok in ((1, True), (days + 1, False)):
        tried = await attempt("http", f"{named}/", Expects(tls_days=wanted), None, allow_private=True, limit=5)
        assert tried.outcome.ok is ok, tried.outcome.message


async def test_how_far_it_came(secure: tuple[Pages, str]) -> None:
    """What failed tells the parts that went well before."""
    pages, _ = secure
    for url, parts in (
        (f"{pages.url}/", {"resolve_seconds", "connect_seconds"}),
        (f"http://127.0.0.1:{free_port()}/", {"resolve_seconds"}),
        ("http://nowhere.invalid/", set()),
    ):
        tried = await attempt("http", url, Expects(), None, allow_private=True, limit=5)
        assert not tried.outcome.ok
        assert tried.outcome.figures.keys() == parts, url


async def test_where_it_waits_in_vain() -> None:
    """With patience the probe's own limit comes first, and says what it waited for."""

    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        tried = await attempt("http", url, Expects(), None, allow_private=True, limit=0.3, patience=5)
        await asyncio.wait_for(ended.wait(), 10)
    assert tried.outcome.message == "no answer within 0.3 s"
    assert tried.outcome.figures.keys() == {"resolve_seconds", "connect_seconds"}


INSIDE = [
    ("http", "http://127.0.0.1:1/"),
    ("http", "http://[::1]:1/"),
    ("http", "http://localhost:1/"),
    ("tcp", "10.0.0.1:22"),
    ("tcp", "[fd00::1]:22"),
    ("icmp", "192.168.0.1"),
    ("database", "redis://127.0.0.1:6379/0"),
    ("database", "postgresql://x@169.254.169.254/x"),
]


@pytest.mark.parametrize(("kind", "target"), INSIDE, ids=[target for _, target in INSIDE])
async def test_inner_addresses_are_refused(kind: str, target: str) -> None:
    tried = await attempt(kind, target, Expects(), None, allow_private=False, limit=5)
    assert (tried.outcome.ok, tried.outcome.message) == (False, "the address leads to an address that is not public")


async def test_a_resolver_inside_is_refused() -> None:
    tried = await attempt("dns", "example.com", Expects(resolver="127.0.0.1"), None, allow_private=False, limit=5)
    assert tried.outcome.message == "the address leads to an address that is not public"


async def test_redirects_inside_are_refused(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address is public as far as the check can tell, the second is not."""
    from control.automation.webhooks import destinations

    monkeypatch.setattr(
        "control.monitoring.checks.places.is_public", lambda a: str(a) == "127.0.0.1" or destinations.is_public(a)
    )
    tried = await attempt("http", f"{pages.url}/inside", Expects(redirects=3), None, allow_private=False, limit=5)
    assert tried.outcome.message == "the address leads to an address that is not public"


async def test_tcp() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        if await reader.read(100) == b"QUIT\r\n":
            writer.write(b"221 bye\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    target = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    cases = [
        (Expects(), True),
        (Expects(receive="220 "), True),
        (Expects(send="QUIT\r\n", receive="221"), True),
        (Expects(send="QUIT\r\n", receive="250"), False),
    ]
    for expects, ok in cases:
        tried = await attempt("tcp", target, expects, None, allow_private=True, limit=5)
        assert tried.outcome.ok is ok, tried.outcome.message
    server.close()
    await server.wait_closed()
    closed = await attempt("tcp", target, Expects(), None, allow_private=True, limit=5)
    assert not closed.outcome.ok


async def test_what_never_answers_ends_in_time() -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for kind, target in (
        ("tcp", f"127.0.0.1:{port}"),
        ("http", f"http://127.0.0.1:{port}/"),
        ("database", f"redis://127.0.0.1:{port}/0"),
    ):
        tried = await attempt(
            kind, target, Expects(receive="x") if kind == "tcp" else Expects(), None, allow_private=True, limit=0.3
        )
        assert not tried.outcome.ok
        assert tried.seconds < 3
    server.close()


class _Names(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        question = asked.question[0]
        answer.flags |= dns.flags.RA
        if question.name.to_text() == "www.example.test." and question.rdtype == 1:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", "192.0.2.1", "192.0.2.2"))
        elif question.name.to_text() != "www.example.test.":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)  # type: ignore[attr-defined]


DNS: list[tuple[str, dict[str, Any], bool, str]] = [
    ("www.example.test", {}, True, "192.0.2.1, 192.0.2.2"),
    ("www.example.test", {"values": ["192.0.2.2"]}, True, "192.0.2.1, 192.0.2.2"),
    ("www.example.test", {"values": ["192.0.2.3"]}, False, "192.0.2.3 is missing; answers: 192.0.2.1, 192.0.2.2"),
    ("www.example.test", {"record_type": "MX"}, False, "the name has no MX"),
    ("other.example.test", {}, False, "there is no such name"),
]


@pytest.mark.parametrize(("name", "expects", "ok", "message"), DNS, ids=[f"{n} {e}" for n, e, _, _ in DNS])
async def test_dns(name: str, expects: dict[str, Any], ok: bool, message: str) -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(_Names, local_addr=("127.0.0.1", 0))
    resolver = f"127.0.0.1#{transport.get_extra_info('sockname')[1]}"
    tried = await attempt("dns", name, Expects(resolver=resolver, **expects), None, allow_private=True, limit=5)
    transport.close()
    assert (tried.outcome.ok, tried.outcome.message) == (ok, message)


async def test_databases(settings: Settings) -> None:
    for url in (settings.database_url, settings.redis_url):
        parts = urlsplit(url)
        target = url.replace(f":{parts.password}@", "@")
        right = await attempt("database", target, Expects(), parts.password, allow_private=True, limit=5)
        assert right.outcome.ok, right.outcome.message
        wrong = await attempt("database", target, Expects(), "not-the-password", allow_private=True, limit=5)
        assert not wrong.outcome.ok
        assert "not-the-password" not in wrong.outcome.message


def test_icmp_packets() -> None:
    """A checksum of RFC 1071 over the whole request is zero; only the answer with our words is ours."""
    packet = icmp.request(4, 7, b"payload-")
    assert icmp._checksum(packet) == 0
    answer = b"\x00\x00" + packet[2:]
    assert icmp.is_answer(4, answer, 7, b"payload-")
    for other in (packet, answer[:7], b"\x00\x00" + icmp.request(4, 8, b"payload-")[2:], answer[:-1] + b"!"):
        assert not icmp.is_answer(4, other, 7, b"payload-")
    assert icmp.request(6, 1, b"")[0] == 128


async def test_icmp() -> None:
    """By whichever way this machine has; where it has none the check says so."""
    tried = await attempt("icmp", "127.0.0.1", Expects(), None, allow_private=True, limit=2)
    assert tried.outcome.ok or "may not send ICMP" in tried.outcome.message


async def test_icmp_by_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ping"
    program.write_text('#!/bin/sh\n[ "$6" = 127.0.0.1 ] && echo "64 bytes: icmp_seq=1 ttl=64 time=0.031 ms"\n')
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _name: str(program))

    def forbidden(_address: object) -> None:
        raise PermissionError

    monkeypatch.setattr(icmp, "_socket", forbidden)
    tried = await attempt("icmp", "127.0.0.1", Expects(), None, allow_private=True, limit=2)
    assert (tried.outcome.ok, tried.outcome.figures) == (True, {"round_trip_seconds": 0.000031})
    tried = await attempt("icmp", "127.0.0.2", Expects(), None, allow_private=True, limit=2)
    assert tried.outcome.message == "no answer from 127.0.0.2 (ping)"


@pytest.mark.parametrize("path", ["a.b", "a[0]", "[1]", "b.c[0].d", "x"])
def test_paths_that_are_not_there(path: str) -> None:
    with pytest.raises(LookupError):
        at_path({"a": 1, "b": {"c": []}}, path)
