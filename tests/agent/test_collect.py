"""What each collector makes of what it reads."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dataplane.agent.collect import backups, certificates, cpu, disks, filesystems, load, mail, memory, network, pressure
from dataplane.agent.collect.units import Units
from dataplane.agent.gathering import Gathering
from dataplane.agent.points import Point, lines
from dataplane.agent.settings import IGNORED_INTERFACES, IGNORED_TYPES, Backup, Settings
from tests.agent.machine import lay

TICKS = os.sysconf("SC_CLK_TCK")
Series = tuple[str, dict[str, str], float]


def found(points: Iterable[Point]) -> list[Series]:
    """Every value with the name that its series has."""
    return [(f"{p.measurement}_{name}", dict(p.tags), float(value)) for p in points for name, value in p.fields.items()]


VALUES: list[tuple[Callable[[Path], Iterable[Point]], list[Series], int]] = [
    (
        cpu.collect,
        [
            ("host_cpu_seconds_total", {"mode": "user"}, 1000 / TICKS),
            ("host_cpu_seconds_total", {"mode": "steal"}, 8 / TICKS),
            ("host_cpu_cores", {}, 2.0),
            ("host_processes_blocked", {}, 1.0),
            ("host_boot_time_seconds", {}, 1767000000.0),
        ],
        8 + 1 + 5,
    ),
    (
        memory.collect,
        [
            ("host_memory_total_bytes", {}, 2048 * 1024.0),
            ("host_memory_available_bytes", {}, 1024 * 1024.0),
            ("host_swap_free_bytes", {}, 60 * 1024.0),
            ("host_swap_pages_out_total", {}, 12.0),
            ("host_memory_oom_kills_total", {}, 3.0),
        ],
        6 + 4 + 1,
    ),
    (
        load.collect,
        [
            ("host_load_1m", {}, 0.5),
            ("host_load_15m", {}, 2.75),
            ("host_uptime_seconds", {}, 3600.25),
            ("host_files_open", {}, 1500.0),
        ],
        3 + 4,
    ),
    (
        disks.collect,
        [
            ("host_disk_read_bytes_total", {"device": "sda"}, 2000 * 512.0),
            ("host_disk_busy_seconds_total", {"device": "sda"}, 0.5),
        ],
        9,
    ),
    (
        lambda proc: network.collect(proc, IGNORED_INTERFACES),
        [
            ("host_network_received_bytes_total", {"interface": "eth0"}, 1000.0),
            ("host_network_send_drops_total", {"interface": "eth0"}, 4.0),
            ("host_tcp_segments_resent_total", {}, 9.0),
        ],
        8 + 5,
    ),
    (
        pressure.collect,
        [
            ("host_pressure_waiting_seconds_total", {"resource": "cpu"}, 1.5),
            ("host_pressure_stalled_seconds_total", {"resource": "io"}, 0.5),
        ],
        3,
    ),
]


@pytest.mark.parametrize(("collect", "expected", "count"), VALUES, ids=["cpu", "memory", "load", "disks", "network", "pressure"])
def test_what_the_kernel_says(
    tmp_path: Path, collect: Callable[[Path], Iterable[Point]], expected: list[Series], count: int
) -> None:
    series = found(collect(lay(tmp_path)))
    assert [one for one in expected if one not in series] == []
    assert len(series) == count


def test_filesystems_are_told_once_and_by_their_own_names(tmp_path: Path) -> None:
    odd = tmp_path / "a b"
    odd.mkdir()
    mounts = (
        f"/dev/vda1 {tmp_path} ext4 rw,relatime 0 0\n/dev/vda1 /proc ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n"
        f"/dev/vdb1 {str(odd).replace(' ', chr(92) + '040')} xfs ro,nosuid 0 0\n/dev/vdc1 /nowhere-at-all ext4 rw 0 0\n"
    )
    points = list(filesystems.collect(lay(tmp_path / "proc", mounts), IGNORED_TYPES, ()))
    assert [(p.tags["mount"], p.tags["device"], p.fields["read_only"]) for p in points] == [
        (str(tmp_path), "/dev/vda1", 0),
        (str(odd), "/dev/vdb1", 1),
    ]
    room = os.statvfs(tmp_path)
    assert points[0].fields["size_bytes"] == room.f_blocks * room.f_frsize
    assert points[0].fields["inodes"] == room.f_files
    assert len(list(filesystems.collect(tmp_path / "proc", IGNORED_TYPES, ("*/a b",)))) == 1


def test_a_recovered_unit_is_told_too() -> None:
    failed = ["● a.service loaded failed failed A\nb@1.service loaded failed failed B\n", "b@1.service loaded failed failed B\n"]
    shown = (
        "NRestarts=2\nMemoryCurrent=1048576\nCPUUsageNSec=1500000000\nId=web.service\nLoadState=loaded\nActiveState=active\n\n"
        "NRestarts=0\nMemoryCurrent=[not set]\nCPUUsageNSec=18446744073709551615\nId=no.service\nLoadState=not-found\n"
        "ActiveState=inactive\n"
    )
    asked: list[list[str]] = []

    def ask(arguments: Iterable[str]) -> str:
        asked.append(list(arguments))
        return failed.pop(0).replace("● ", "") if "list-units" in asked[-1] else shown

    units = Units(["web.service", "no.service"], ask)
    first, second = found(units.collect()), found(units.collect())
    assert ("host_units_failed", {}, 2.0) in first
    assert ("host_unit_failed", {"unit": "a.service"}, 1.0) in first
    assert ("host_unit_failed", {"unit": "a.service"}, 0.0) in second
    assert ("host_unit_failed", {"unit": "b@1.service"}, 1.0) in second
    web = {name: value for name, tags, value in second if tags.get("unit") == "web.service"}
    assert web == {
        "host_unit_active": 1.0,
        "host_unit_loaded": 1.0,
        "host_unit_restarts_total": 2.0,
        "host_unit_memory_bytes": 1048576.0,
        "host_unit_cpu_seconds_total": 1.5,
    }
    none = {name: value for name, tags, value in second if tags.get("unit") == "no.service"}
    assert none == {"host_unit_active": 0.0, "host_unit_loaded": 0.0, "host_unit_restarts_total": 0.0}
    assert asked[1][-3:] == ["--", "web.service", "no.service"]


@pytest.mark.parametrize("days", [1, 90, 20_000], ids=["soon", "usual", "after 2049"])
@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_certificates_end_as_openssl_says(tmp_path: Path, days: int, form: str) -> None:
    file = tmp_path / "cert.pem"
    subject = ["-subj", "/CN=shop.example/O=A long name that makes lengths of two bytes" + "x" * 20]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", str(tmp_path / "key"), "-out", str(file), "-days", str(days), *subject],
        check=True, capture_output=True,
    )  # fmt: skip
    said = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in", str(file)], check=True, capture_output=True, text=True
    ).stdout
    if form == "DER":
        subprocess.run(
            ["openssl", "x509", "-in", str(file), "-outform", "DER", "-out", str(file)], check=True, capture_output=True
        )
    expected = datetime.strptime(said.strip().partition("=")[2], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC).timestamp()
    series = found(certificates.collect([str(tmp_path / "*.pem")]))
    assert ("host_certificate_expires_seconds", {"file": str(file)}, expected) in series
    assert ("host_certificate_readable", {"file": str(file)}, 1.0) in series


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\n!!!\n-----END",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x03\x30\x01\x02",
        b"\x30",
    ],
    ids=range(6),
)
def test_what_is_no_certificate_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.pem"
    file.write_bytes(content)
    assert found(certificates.collect([str(file)])) == [("host_certificate_readable", {"file": str(file)}, 0.0)]
    # One that was asked for by name and is not there is missed, not forgotten.
    missing = str(tmp_path / "none.pem")
    assert found(certificates.collect([missing])) == [("host_certificate_readable", {"file": missing}, 0.0)]


def test_a_damaged_certificate_is_told_and_nothing_else_happens(tmp_path: Path) -> None:
    file = tmp_path / "cert.der"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-subj",
        "/CN=a",
        "-keyout",
        "/dev/null",
        "-outform",
        "DER",
    ]
    subprocess.run([*command, "-out", str(file)], check=True, capture_output=True)
    whole = file.read_bytes()
    certificates.validity(whole)
    chance = random.Random(7)
    refused = 0
    for _ in range(3000):
        damaged = bytearray(whole[: chance.randrange(len(whole)) if chance.random() < 0.3 else len(whole)])
        for _ in range(chance.randrange(1, 4)):
            if damaged:
                damaged[chance.randrange(min(len(damaged), 120))] = chance.randrange(256)
        try:
            certificates.validity(bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > 1000


def test_backups_by_their_newest_file(tmp_path: Path) -> None:
    for name, at, size in (("a.tar", 1000, 10), ("b.tar", 3000, 30), ("c.tar", 2000, 20), ("d.txt", 9000, 9)):
        path = tmp_path / name
        path.write_bytes(b"x" * size)
        os.utime(path, (at, at))
    jobs = [Backup("site", str(tmp_path / "*.tar")), Backup("none", str(tmp_path / "no/*"))]
    assert found(backups.collect(jobs)) == [
        ("host_backup_files", {"job": "site"}, 3.0),
        ("host_backup_bytes", {"job": "site"}, 60.0),
        ("host_backup_newest_seconds", {"job": "site"}, 3000.0),
        ("host_backup_newest_bytes", {"job": "site"}, 30.0),
        ("host_backup_files", {"job": "none"}, 0.0),
        ("host_backup_bytes", {"job": "none"}, 0.0),
    ]


def test_mail_queue() -> None:
    text = (
        '{"queue_name": "deferred", "queue_id": "4A", "arrival_time": 900}\n'
        '{"queue_name": "deferred", "queue_id": "4B", "arrival_time": 950}\n'
        '{"queue_name": "active", "queue_id": "4C", "arrival_time": 990}\n'
    )
    series = found(mail.collect(1000, lambda: text))
    assert ("host_mail_queue_messages", {"queue": "deferred"}, 2.0) in series
    assert ("host_mail_queue_messages", {"queue": "hold"}, 0.0) in series
    assert ("host_mail_queue_oldest_seconds", {}, 100.0) in series
    assert ("host_mail_queue_oldest_seconds", {}, 0.0) in found(mail.collect(1000, lambda: ""))
    assert list(mail.collect(1000, lambda: None)) == []


def test_one_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    proc = lay(tmp_path)
    (proc / "diskstats").unlink()
    (proc / "loadavg").write_text("garbage", encoding="utf-8")
    said: list[str] = []
    gathering = Gathering(Settings("", ""), proc, ask=lambda _: "", say=said.append)
    series = found(gathering.round(0))
    failed = {tags["collector"]: value for name, tags, value in series if name == "agent_collector_failed"}
    assert {name for name, value in failed.items() if value} == {"disks", "load"}
    assert ("host_cpu_cores", {}, 2.0) in series
    # It is said once, and the slow ones wait for their time.
    assert {
        tags["collector"] for name, tags, _ in found(gathering.round(10)) if name == "agent_collector_failed"
    } == failed.keys() - {
        "mail",
        "units",
    }
    assert [text.partition(":")[0] for text in said] == ["load", "disks"]


LINES = [
    (Point("a", {"b": 1}), "a,host=h b=1.0 1500000000\n"),
    (Point("a b,c", {"d e": 2.5}, {"k=1": "v 1,=2"}), "a\\ b\\,c,host=h,k\\=1=v\\ 1\\,\\=2 d\\ e=2.5 1500000000\n"),
    (Point("a", {"b": float("nan"), "c": 3}, {"empty": ""}), "a,host=h c=3.0 1500000000\n"),
    (Point("a", {"b": float("inf")}), ""),
    (Point("a", {"b": 1e300, "c": 1 << 60}, {"t": "x\ny\\"}), "a,host=h,t=x\\ y b=1e+300,c=1.152921504606847e+18 1500000000\n"),
    (Point("a", {"b": 1}, {"host": "other"}), "a,host=other b=1.0 1500000000\n"),
]


@pytest.mark.parametrize(("point", "expected"), LINES, ids=range(len(LINES)))
def test_lines(point: Point, expected: str) -> None:
    assert lines([point], {"host": "h"}, 1.5) == expected
