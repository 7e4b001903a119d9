"""Rules of packet filters as lines: what a line means, and that reading gives back what writing took."""

from __future__ import annotations

import pytest

from control.core.errors import ValidationFailed
from control.security.bodies.firewall import FirewallRule, NetworkSet, PacketLimit
from control.security.firewall.written import line_of, rules, set_line, sets

LINES = {
    "accept tcp 22": FirewallRule(action="accept", protocol="tcp", ports=["22"]),
    "drop": FirewallRule(action="drop"),
    "reject any from @office, 2001:db8::/32 # not now": FirewallRule(
        action="reject", sources=["@office", "2001:db8::/32"], note="not now"
    ),
    "output accept udp 53 ,123 to 198.51.100.53": FirewallRule(
        action="accept", chain="output", protocol="udp", ports=["53", "123"], destinations=["198.51.100.53"]
    ),
    "forward drop on br0": FirewallRule(action="drop", chain="forward", interface="br0"),
    "accept icmp limit 5/second": FirewallRule(action="accept", protocol="icmp", limit=PacketLimit(rate=5)),
    "accept tcp 443 limit 10/minute burst 7 together log": FirewallRule(
        action="accept", protocol="tcp", ports=["443"], limit=PacketLimit(rate=10, per="minute", burst=7, each=False), log=True
    ),
}
WRONG = {
    "": "begins with accept",
    "tcp 22": "begins with accept",
    "accept tcp 22 from": "nothing after from",
    "accept tcp 22 please": "please",
    "accept tcp twentytwo": "twentytwo",
    "accept limit 10": "10/minute",
    "accept limit 0/minute": "must be at least 1",
    "accept burst 5": "burst without a limit",
    "accept tcp 1-2-3": "form that is wanted",
    "accept on a/b": "form that is wanted",
}


@pytest.mark.parametrize("line", list(LINES))
def test_a_line(line: str) -> None:
    [rule] = rules([line])
    assert rule == LINES[line]
    assert rules([line_of(rule)]) == [rule]


@pytest.mark.parametrize("line", list(WRONG))
def test_a_line_that_is_none(line: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        rules(["drop", line])
    [error] = caught.value.errors
    assert error.pointer == "/rules/1"
    assert error.message.startswith("2: ")
    assert WRONG[line] in error.message


def test_sets() -> None:
    found = sets(["office = 192.0.2.0/24, 2001:db8::/32", "none ="])
    assert found == [NetworkSet("office", ["192.0.2.0/24", "2001:db8::/32"]), NetworkSet("none", [])]
    assert sets([set_line(one) for one in found]) == found
    with pytest.raises(ValidationFailed):
        sets(["Office! = 192.0.2.0/24"])
