"""A machine's /proc as files, of made-up but ordinary numbers."""

from __future__ import annotations

from pathlib import Path

# ruff: noqa: E501 - lines as the kernel writes them

FILES = {
    "stat": "cpu  1000 20 300 40000 50 6 7 8 9 0\ncpu0 500 10 150 20000 25 3 3 4 4 0\ncpu1 500 10 150 20000 25 3 4 4 5 0\n"
    "intr 1 2\nctxt 123456\nbtime 1767000000\nprocesses 789\nprocs_running 2\nprocs_blocked 1\nsoftirq 1 2\n",
    "meminfo": "MemTotal:        2048 kB\nMemFree:          512 kB\nMemAvailable:    1024 kB\nBuffers: 10 kB\nCached: 20 kB\n"
    "SwapTotal:        100 kB\nSwapFree:          60 kB\nDirty: 4 kB\nHugePages_Total: 0\n",
    "vmstat": "nr_free_pages 1\npswpin 11\npswpout 12\noom_kill 3\n",
    "loadavg": "0.50 1.25 2.75 3/456 7890\n",
    "uptime": "3600.25 7000.00\n",
    "sys/fs/file-nr": "1500 0 90000\n",
    "diskstats": "   8       0 sda 100 1 2000 300 50 2 1000 400 1 500 700 0 0 0 0 0 0\n"
    "   8       1 sda1 99 1 1990 299 50 2 1000 400 0 490 690 0 0 0 0 0 0\n   7       0 loop0 5 0 10 1 0 0 0 0 0 1 1 0 0 0 0 0 0\n",
    "net/dev": "Inter-|   Receive |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop\n"
    "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\nveth12: 5 5 0 0 0 0 0 0 5 5 0 0 0 0 0 0\n",
    "net/snmp": "Ip: Forwarding\nIp: 1\nTcp: RtoMin ActiveOpens PassiveOpens CurrEstab OutSegs RetransSegs\nTcp: 200 5 6 7 800 9\n",
    "pressure/cpu": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n",
    "pressure/io": "some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=500000\n",
    "self/statm": "5000 2500 500 1 0 1000 0\n",
}


def lay(folder: Path, mounts: str = "") -> Path:
    """The files below a folder."""
    for name, content in {**FILES, "1/mounts": mounts}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder
