"""What lies on disk between an ingester and the database."""

from __future__ import annotations

import time

import httpx
import psycopg

from tests.ingest.support import Ingester, Place, Writer, until

BEGAN = time.time_ns() // 1000 - 1_000_000


def lines(first: int, count: int) -> str:
    """Values that are all different."""
    return "\n".join(f"n,id={n % 50} v={n} {BEGAN + n}" for n in range(first, first + count))


def values(place: Place) -> list[float]:
    return sorted(value for _, _, _, value in place.rows())


def is_busy(answer: httpx.Response) -> bool:
    """Whether the disk was behind for a moment, and not full."""
    return answer.status_code == 503 and "full" not in answer.text


def test_beyond_its_size_the_log_takes_nothing_until_the_writer_was_there(place: Place) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"], log_mib=1)
    writer = None
    try:
        ingester.wait()
        token = place.tokens["shop"]
        kept = 0
        while (answer := ingester.push("/write?precision=u", lines(kept, 2000), token)).status_code == 204 or is_busy(answer):
            kept += 2000 if answer.status_code == 204 else 0
            assert kept < 200_000
        assert answer.status_code == 503
        assert "full" in answer.text
        assert int(answer.headers["retry-after"]) >= 1
        writer = Writer(place.folder, place.urls["hcc_ingest"])
        until(lambda: len(place.rows()) == kept, f"drained: {writer.said()}")
        until(lambda: ingester.push("/write?precision=u", lines(kept, 10), token).status_code == 204, "taken again")
        until(lambda: values(place) == [float(n) for n in range(kept + 10)], f"all, once: {writer.said()}")
    finally:
        ingester.kill()
        if writer is not None:
            writer.kill()


def test_two_workers_have_a_log_each_and_one_writer(place: Place, writer: Writer) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"], workers=2)
    try:
        ingester.wait()
        until(lambda: len(list(place.folder.glob("*/lock"))) == 2, "two logs")

        def both() -> bool:
            # A connection each, which the kernel gives to either.
            number = len(sent) * 10
            assert ingester.push("/write?precision=u", lines(number, 10), place.tokens["shop"]).status_code == 204
            sent.append(number)
            seen.update(path.parent.name for path in place.folder.glob("*/*.open"))
            return len(seen) == 2

        sent: list[int] = []
        seen: set[str] = set()
        until(both, "both took some")
        expected = [float(n) for n in range(len(sent) * 10)]
        until(lambda: values(place) == expected, f"all, once: {writer.said()}")
    finally:
        ingester.kill()


def test_a_torn_end_is_cut_off_and_the_rest_written(place: Place) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"])
    try:
        assert ingester.wait().push("/write?precision=u", lines(0, 100), place.tokens["shop"]).status_code == 204
        (segment,) = place.folder.glob("*/*.open")
    finally:
        ingester.kill()
    until(lambda: segment.exists() or segment.with_suffix(".log").exists(), "the segment is there")
    segment = segment if segment.exists() else segment.with_suffix(".log")
    whole = segment.read_bytes()
    torn = segment.with_suffix(".open")
    torn.write_bytes(whole + whole[44:100])
    if segment.suffix == ".log":
        segment.unlink()
    # Nobody starts that ingester again: the writer closes what it left.
    writer = Writer(place.folder, place.urls["hcc_ingest"])
    try:
        until(lambda: len(place.rows()) == 100, f"written: {writer.said()}")
        until(place.drained, "removed")
        assert torn.with_suffix(".cut").read_bytes() == whole[44:100]
    finally:
        writer.kill()


def test_damage_is_told_and_kept_aside(place: Place) -> None:
    ingester = Ingester(place.folder, place.urls["hcc_ingest"])
    try:
        ingester.wait()
        for first in (0, 100):
            assert ingester.push("/write?precision=u", lines(first, 100), place.tokens["shop"]).status_code == 204
        assert ingester.stop() == 0
    finally:
        ingester.kill()
    (segment, *_) = sorted(place.folder.glob("*/*.log"))
    content = bytearray(segment.read_bytes())
    content[-10] ^= 1
    segment.write_bytes(content)
    stranger = segment.with_name("9999999999999999.log")
    stranger.write_bytes(b"no segment at all")
    writer = Writer(place.folder, place.urls["hcc_ingest"])
    try:
        until(lambda: len(place.rows()) >= 100, f"what is whole is written: {writer.said()}")
        until(place.drained, "nothing holds it up")
        assert segment.with_suffix(".bad").read_bytes() == content
        assert stranger.with_suffix(".bad").exists()
        assert "torn" in writer.said() or "checksum" in writer.said()
    finally:
        writer.kill()


def test_a_segment_that_comes_back_is_not_written_again(place: Place, ingester: Ingester) -> None:
    assert ingester.push("/write?precision=u", lines(0, 10), place.tokens["shop"]).status_code == 204
    (segment,) = until(lambda: list(place.folder.glob("*/*.log")), "closed by age")
    copy = segment.read_bytes()
    writer = Writer(place.folder, place.urls["hcc_ingest"])
    try:
        until(place.drained, f"written: {writer.said()}")
        # As a folder may be after the power was cut before the removal was durable.
        segment.write_bytes(copy)
        until(lambda: "written before" in writer.said(), "seen")
        until(place.drained, "removed again")
        assert len(place.rows()) == 10
    finally:
        writer.kill()


def test_one_writer_a_folder(place: Place, writer: Writer) -> None:
    until((place.folder / "writer.lock").exists, "it runs")
    second = Writer(place.folder, place.urls["hcc_ingest"])
    until(lambda: 1 in {second.process.poll(), writer.process.poll()}, "one gives way")
    second.kill()


def test_what_the_database_never_takes_holds_up_nobody(place: Place, ingester: Ingester, writer: Writer) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute(
            "CREATE FUNCTION hcc.refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE numeric_value_out_of_range USING MESSAGE = 'no such value'; END $$"
        )
        owner.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON hcc.metric_samples FOR EACH ROW WHEN (NEW.value = 666)"
            " EXECUTE FUNCTION hcc.refuse()"
        )
    token = place.tokens["shop"]
    for value in (1, 666, 2):
        assert ingester.push("/write", f"a v={value}", token).status_code == 204
        until(place.drained, f"{value} is through: {writer.said()}")
    assert values(place) == [1.0, 2.0]
    (aside,) = place.folder.glob("*/*.bad")
    assert aside.stat().st_size > 44
    assert "no such value" in writer.said()
