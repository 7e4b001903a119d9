"""From the public port to the control plane and to a customer's origin, with real processes; then with parts taken away.

The tests run in order: each builds on the state that the one before left, as a newcomer would see it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.integration.platform import Platform, running_platform, until

pytestmark = [pytest.mark.timeout(240), pytest.mark.stack]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with tempfile.TemporaryDirectory(prefix="hcc-platform-") as folder, running_platform(Path(folder)) as running:
        yield running


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    return ".".join((head, payload, ("A" if signature[0] != "A" else "B") + signature[1:]))


def test_pages_and_documents_go_to_control(platform: Platform) -> None:
    for path, kind in (
        ("/login", "text/html"),
        ("/docs", "text/html"),
        ("/openapi.json", "application/json"),
        ("/health", "application/json"),
        ("/.well-known/jwks.json", "application/json"),
    ):
        answer = httpx.get(platform.url + path, timeout=10)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(kind), path
        assert answer.headers["x-request-id"], path


def test_users_wants_a_good_token(platform: Platform) -> None:
    token = platform.log_in("customer")
    answer = httpx.get(f"{platform.url}/v1/users", headers=bearer(token))
    assert answer.status_code == 200
    assert {u["email"] for u in answer.json()["data"]} >= {platform.people["customer"]["email"]}
    for headers in ({}, bearer(tampered(token)), bearer("x.y.z"), bearer(token + "x")):
        refused = httpx.get(f"{platform.url}/v1/users", headers=headers)
        assert refused.status_code == 401, headers
        assert refused.json()["error"]["code"] == "UNAUTHORIZED"
        assert refused.json()["request_id"] == refused.headers["x-request-id"]


OPEN = [
    ("GET", "/v1/heartbeats/hb_nobodys", None, 404),
    ("POST", "/v1/monitoring/agents/enrolments", {"claim": "hcc_claim_x", "host": "web1"}, 404),
    ("GET", "/status/nobodys", None, 404),
    ("GET", "/v1/monitoring/agents", None, 401),
    ("GET", "/v1/monitoring/packs", None, 401),
    ("GET", "/v1/metrics/query", None, 401),
    ("GET", "/prometheus/api/v1/query", None, 401),
    ("POST", "/v1/auth/login", {"email": "a@example.com", "password": "x' OR 1=1 -- $(cat /etc/passwd)"}, 401),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), OPEN, ids=[path for _, path, _, _ in OPEN])
def test_who_needs_a_login(platform: Platform, method: str, path: str, body: object, status: int) -> None:
    """What carries its own proof comes through without one, and is refused by who knows it; a password is not an attack."""
    answer = httpx.request(method, platform.url + path, json=body, timeout=10)
    assert answer.status_code == status, answer.text


def test_an_identity_cannot_be_claimed(platform: Platform) -> None:
    claimed = {"X-Auth-Subject": "somebody", "X-Auth-User-Type": "admin"}
    assert httpx.get(f"{platform.url}/v1/users", headers=claimed).status_code == 401


def test_logging_out_ends_the_token_at_the_gateway(platform: Platform) -> None:
    token = platform.log_in("customer")
    assert httpx.post(f"{platform.url}/v1/auth/logout", headers=bearer(token)).status_code == 200
    until(lambda: httpx.get(f"{platform.url}/v1/users", headers=bearer(token)).status_code == 401, "refused", 5)
    status = httpx.get(f"{platform.ops}/metrics").text
    assert "hcc_gateway" in status


def test_the_demo_site_answers_by_its_host(platform: Platform) -> None:
    host = {"Host": platform.people["demo_site_host"]}
    answer = httpx.get(platform.url, headers=host)
    assert answer.status_code == 200
    assert "Unified Hosting Platform" not in answer.text
    echo = httpx.post(f"{platform.url}/api/echo", headers=host, content=b"hello" * 1000)
    assert echo.status_code == 200


def test_a_large_download_arrives_whole(platform: Platform) -> None:
    host = {"Host": platform.people["demo_site_host"]}
    with httpx.stream("GET", f"{platform.url}/download?mb=32", headers=host, timeout=30) as answer:
        assert answer.status_code == 200
        assert sum(len(part) for part in answer.iter_raw()) == 32 << 20


def test_the_limit_of_the_api(platform: Platform) -> None:
    """100 a minute with a burst of 20: whatever was spent before, 30 quick ones must meet the limit."""
    answers = [httpx.get(f"{platform.url}/v1/users") for _ in range(30)]
    limited = [a for a in answers if a.status_code == 429]
    assert limited
    assert all(int(a.headers["retry-after"]) >= 1 for a in limited)
    assert limited[0].json()["error"]["code"] == "RATE_LIMITED"
    host = {"Host": platform.people["demo_site_host"]}
    assert httpx.get(platform.url, headers=host).status_code == 200


def test_a_new_site_is_served_without_a_restart(platform: Platform) -> None:
    with psycopg.connect(platform.stack.postgres.superuser_dsn.rpartition("/")[0] + "/hcc") as connection:
        connection.execute(
            "UPDATE hcc.gateway_sites SET hosts = hosts || ARRAY['second.demo.localhost'] WHERE name LIKE 'Olivia%'"
        )
    until(
        lambda: "Unified Hosting Platform" not in httpx.get(platform.url, headers={"Host": "second.demo.localhost"}).text,
        "second host served",
        5,
    )


def test_without_database_redis_and_control_the_gateway_goes_on(platform: Platform) -> None:
    """And after a cold start without them: the site answers, limits and authentication hold."""
    token = platform.log_in("customer")
    platform.stack.postgres.stop()
    platform.stack.redis.stop()
    platform.processes["control"].stop()
    _holds(platform, token)
    gateway = platform.processes["gateway"]
    gateway.stop()
    gateway.start(f"{platform.ops}/readyz")
    _holds(platform, token)


def _holds(platform: Platform, token: str) -> None:
    host = {"Host": platform.people["demo_site_host"]}
    assert httpx.get(platform.url, headers=host).status_code == 200
    # What the tests before have spent is still owed when the shared count is lost; then this gateway counts on alone.
    until(lambda: httpx.get(f"{platform.url}/v1/users").status_code == 401, "the limit gives way", 10)
    statuses = [httpx.get(f"{platform.url}/v1/users").status_code for _ in range(40)]
    assert 429 in statuses
    assert set(statuses) <= {401, 429}
    # A good token gets past the gateway; that control is away is then said as what it is.
    answer = _patiently(platform, token)
    assert answer.status_code in (502, 503), answer.text
    assert json.loads(answer.text)["success"] is False


def _patiently(platform: Platform, token: str) -> httpx.Response:
    """The first answer that is not about the limit."""
    answers: list[httpx.Response] = []

    def judged() -> bool:
        answers.append(httpx.get(f"{platform.url}/v1/users", headers=bearer(token)))
        return answers[-1].status_code != 429

    until(judged, "the limit gives way", 10)
    return answers[-1]
