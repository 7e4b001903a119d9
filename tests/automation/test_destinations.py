"""Where a webhook may go, and where not."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from control.automation.webhooks import destinations
from control.automation.webhooks.destinations import Address, RefusedError, check_url, is_public, resolve


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("127.8.9.10", False),
        ("0.0.0.0", False),  # noqa: S104  # to be refused, not bound
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("::ffff:93.184.215.14", True),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("64:ff9b:1::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("2002:a9fe:a9fe::1", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", ("https", "example.com", 443, "/")),
        ("https://example.com:8443/a/b?c=d&e", ("https", "example.com", 8443, "/a/b?c=d&e")),
        ("http://example.com/x", ("http", "example.com", 80, "/x")),
        ("https://[2606:2800::1]:444/", ("https", "2606:2800::1", 444, "/")),
        ("https://EXAMPLE.com./", ("https", "example.com", 443, "/")),
    ],
)
def test_urls_that_will_do(url: str, expected: tuple[str, str, int, str]) -> None:
    assert check_url(url, https_only=False) == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "example.com",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://example.com/#part",
        "https://example.com/a b",
        "https://example.com/\r\nX-Injected: 1",
        "https://example.com\\@127.0.0.1/",
        "https://exämple.com/",
        "https://[::1/",
    ],
)
def test_urls_that_will_not_do(url: str) -> None:
    with pytest.raises(RefusedError):
        check_url(url, https_only=False)


def test_production_takes_https_only() -> None:
    assert check_url("https://example.com", https_only=True)[0] == "https"
    with pytest.raises(RefusedError, match="https"):
        check_url("http://example.com", https_only=True)


@pytest.mark.parametrize(
    ("url", "answers", "allow_private", "connects_to"),
    [
        ("https://hook.example/p?q", ["93.184.215.14"], False, "https://93.184.215.14:443/p?q"),
        ("https://hook.example/", ["93.184.215.14", "10.0.0.1"], False, None),
        ("https://hook.example/", ["10.0.0.1"], False, None),
        ("https://hook.example/", ["10.0.0.1"], True, "https://10.0.0.1:443/"),
        ("https://hook.example/", ["::1"], False, None),
        ("https://hook.example/", ["2606:2800::1"], False, "https://[2606:2800::1]:443/"),
        ("https://169.254.169.254/latest/meta-data", [], False, None),
        ("https://[::ffff:10.0.0.1]/", [], False, None),
        ("http://2130706433/", ["127.0.0.1"], False, None),
        ("http://0x7f.1/", ["127.0.0.1"], False, None),
    ],
)
async def test_the_checked_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, url: str, answers: list[str], allow_private: bool, connects_to: str | None
) -> None:
    asked: list[str] = []

    async def look_up(host: str, _port: int) -> list[Address]:
        asked.append(host)
        return [ip_address(answer) for answer in answers]

    monkeypatch.setattr(destinations, "look_up", look_up)
    if connects_to is None:
        with pytest.raises(RefusedError, match="not public"):
            await resolve(url, https_only=False, allow_private=allow_private)
    else:
        found = await resolve(url, https_only=False, allow_private=allow_private)
        assert found.url == connects_to
        assert found.host_header == "hook.example"
    assert len(asked) <= 1, "one look-up an attempt"


async def test_the_real_resolver_knows_this_machine() -> None:
    for url in ("http://localhost:1/", "http://127.1:1/", "http://2130706433:1/"):
        with pytest.raises(RefusedError):
            await resolve(url, https_only=False, allow_private=False)
