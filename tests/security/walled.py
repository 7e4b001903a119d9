"""Two network namespaces and a cable between them; the rules are put in force in the first, the second knocks.

    unshare -rn python -m tests.security.walled    reads steps as JSON from standard input, writes what came of each

A step is `["apply", text]`, `["trial", text, seconds]`, `["confirm"]`, `["rollback"]`, `["wait"]` until the trial is decided,
`["tcp", address, port]` or `["count", text]`, how often nft lists a text.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from control.security.firewall import nft, trial

PORTS = range(8080, 8090)
NEAR, FAR = ("10.9.0.1", "fd00:9::1"), ("10.9.0.2", "fd00:9::2")
PATIENCE = 0.7
"""Seconds until a knock is taken for unheard."""


def sh(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def listen() -> None:
    """Take connections on every port and say nothing."""
    for port in PORTS:
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=_accept, args=(server,), daemon=True).start()


def _accept(server: socket.socket) -> None:
    while True:
        server.accept()[0].close()


def knock(address: str, port: int) -> str:
    """What a client meets: open, refused, rejected or silence."""
    try:
        socket.create_connection((address, port), PATIENCE).close()
    except TimeoutError:
        return "silent"
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        return "rejected" if error.errno in (errno.EHOSTUNREACH, errno.EACCES, errno.EPERM) else str(error)
    return "open"


def knocker() -> None:
    """The far end: an address and a port a line, what it met in answer."""
    print("ready", flush=True)
    for line in sys.stdin:
        address, port = line.split()
        print(knock(address, int(port)), flush=True)


def cable(pid: int) -> None:
    """Join this namespace with another process'."""
    sh("ip", "link", "set", "lo", "up")
    sh("ip", "link", "add", "name", "near", "type", "veth", "peer", "name", "far", "netns", str(pid))
    far = ("nsenter", "-t", str(pid), "-n")
    for name, place, (v4, v6) in (("near", (), NEAR), ("far", far, FAR)):
        sh(*place, "ip", "address", "add", f"{v4}/24", "dev", name)
        sh(*place, "ip", "-6", "address", "add", f"{v6}/64", "dev", name, "nodad")
        sh(*place, "ip", "link", "set", name, "up")


def decided(folder: Path) -> str:
    """Wait until the trial is; what became of it."""
    deadline = time.monotonic() + 20
    while trial.pending(folder) is not None:
        assert time.monotonic() < deadline, "the trial never ends"
        time.sleep(0.02)
    # The rules follow the name.
    before = (folder / "before.nft").read_text(encoding="utf-8")
    while (folder / "taken-back.json").exists() and nft.present() != before:
        assert time.monotonic() < deadline, "the rules do not come back"
        time.sleep(0.02)
    return "taken back" if (folder / "taken-back.json").exists() else "confirmed"


def step(what: list[Any], folder: Path, far: subprocess.Popen[str]) -> Any:
    """Do one step; what came of it."""
    match what:
        case ["apply", text]:
            return nft.apply(text)
        case ["trial", text, seconds]:
            return trial.start(folder, text, trial.Pending(time.time() + seconds, "here", 1))
        case ["confirm"]:
            return trial.confirm(folder).server
        case ["rollback"]:
            return trial.rollback(folder)
        case ["wait"]:
            return decided(folder)
        case ["count", text]:
            return nft.present().count(text)
        case ["tcp", address, port]:
            assert far.stdin is not None
            assert far.stdout is not None
            print(address, port, file=far.stdin, flush=True)
            return far.stdout.readline().strip()
    raise ValueError(what)


def main() -> None:
    steps = json.load(sys.stdin)
    folder = Path(sys.argv[1])
    command = ["unshare", "-n", sys.executable, "-m", "tests.security.walled", "knock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        far.stdout.readline()
        cable(far.pid)
        listen()
        results: list[Any] = []
        for what in steps:
            try:
                results.append(step(what, folder, far))
            except (nft.NftError, trial.TrialError) as error:
                results.append(f"{type(error).__name__}: {error}")
        far.terminate()
    json.dump(results, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "knock":
        knocker()
    else:
        main()
