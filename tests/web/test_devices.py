"""How devices are called in the list of sessions."""

from __future__ import annotations

import pytest

from control.accounts.profile.pages import device

_MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (_MOZILLA + "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome · Linux"),
        (_MOZILLA + "(Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        (_MOZILLA + "(Macintosh; Intel Mac OS X 14_0) AppleWebKit/605 Version/17 Safari/605", "Safari · macOS"),
        (_MOZILLA + "(iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Safari/604", "Safari · iPhone"),
        (_MOZILLA + "(Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox · Android"),
        ("curl/8.5.0", "curl"),
        ("something of one's own", "something of one's own"),
        ("x" * 500, "x" * 80),
        ("", ""),
    ],
)
def test_a_device_has_a_name(user_agent: str, name: str) -> None:
    assert device(user_agent) == name
