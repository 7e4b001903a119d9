"""Who may push, and how much."""

from __future__ import annotations

import socket
import time

import httpx
import psycopg

from tests.ingest.support import Ingester, Place, Writer, until


def test_a_token_ends_within_two_seconds_and_a_new_one_begins(place: Place, ingester: Ingester) -> None:
    token = place.tokens["shop"]
    assert ingester.push("/write", "a v=1", token).status_code == 204
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.ingest_tokens SET deleted_at = now() WHERE id = %s", (place.token_ids["shop"],))
    ended = time.monotonic()
    until(lambda: ingester.push("/write", "a v=1", token).status_code == 401, "refused", 5)
    assert time.monotonic() - ended < 2
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.ingest_tokens SET deleted_at = NULL WHERE id = %s", (place.token_ids["shop"],))
    until(lambda: ingester.push("/write", "a v=1", token).status_code == 204, "taken again", 5)


def test_an_organisation_that_is_stopped_pushes_no_more(place: Place, ingester: Ingester) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.organizations SET is_active = false WHERE id = %s", (place.organizations["root"],))
    # Those below it are stopped too.
    for name in ("shop", "root"):
        until(lambda name=name: ingester.push("/write", "a v=1", place.tokens[name]).status_code == 401, name, 5)  # type: ignore[misc]


def test_new_series_past_the_limit_are_refused_and_old_ones_go_on(place: Place, ingester: Ingester, writer: Writer) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("INSERT INTO hcc.metric_limits VALUES (%s, 0, 2)", (place.organizations["shop"],))
    token = place.tokens["shop"]
    # What is pushed before the limit is known would be old series.
    until(lambda: ingester.said().count("tokens read") == 2, "the limit is known", 5)
    assert ingester.push("/write", "a v=1,w=1\nb v=1", token).status_code == 400
    answer = ingester.push("/write", "a v=2\nc v=1", token)
    assert answer.status_code == 400
    assert "active series" in answer.json()["lines"][0]["reason"]
    assert ingester.push("/write", "c v=1", place.tokens["root"]).status_code == 204
    until(lambda: any(value == 2.0 for _, _, _, value in place.rows()), f"written: {writer.said()}")


def test_who_sends_too_much_waits(place: Place, ingester: Ingester) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("INSERT INTO hcc.metric_limits VALUES (%s, 10, 1000)", (place.organizations["shop"],))
    token = place.tokens["shop"]
    # Taken whole, and a hundred seconds' worth.
    body = "\n".join(f"a v={n}" for n in range(1000))
    answer = until(lambda: (a := ingester.push("/write", body, token)).status_code == 429 and a, "slowed", 5)
    assert int(answer.headers["retry-after"]) >= 1
    assert ingester.push("/write", body, place.tokens["root"]).status_code == 204
    assert ingester.push("/v1/metrics", b"", token, content_type="application/x-protobuf").status_code == 429


def test_sizes(place: Place) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"], body_mib=1, expanded_mib=2)
    try:
        ingester.wait()
        token = place.tokens["shop"]
        large = b"# " + b"x" * (1 << 20)
        assert ingester.push("/write", large, token).status_code == 413
        # One that does not say its size.
        pieces = iter([large[:600_000], large[600_000:]])
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.post(f"{ingester.url}/write", content=pieces, headers=headers, timeout=10).status_code == 413
        small = iter([b"a v=1\n", b"a v=2\n"])
        assert httpx.post(f"{ingester.url}/write", content=small, headers=headers, timeout=10).status_code == 204
    finally:
        ingester.kill()


def test_more_on_its_way_than_may_be_is_refused_until_there_is_room(place: Place) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"], body_mib=1, in_flight_mib=1)
    try:
        ingester.wait()
        token = place.tokens["shop"]
        with socket.create_connection(("127.0.0.1", ingester.port)) as slow:
            head = f"POST /write HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000000\r\n\r\n"
            slow.sendall(head.encode() + b"# a half")
            comment = "# " + "x" * 100_000
            refused = until(lambda: (a := ingester.push("/write", comment, token)).status_code == 503 and a, "busy", 5)
            assert int(refused.headers["retry-after"]) >= 1
        # The client that went away makes room.
        until(lambda: ingester.push("/write", comment, token).status_code == 204, "room", 10)
    finally:
        ingester.kill()
