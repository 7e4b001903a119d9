"""Node's http server, in a process of its own that ends with this one."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
from pathlib import Path

from tests.adversarial.backend import Record, Seen

SCRIPT = Path(__file__).with_suffix(".mjs")


class NodeBackend:
    """The server of `backend_node.mjs`."""

    name = "node"

    def __init__(self) -> None:
        self.seen = Record()
        program = shutil.which("node")
        assert program, "node is missing"
        self._process = subprocess.Popen([program, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout
        self.port: int = json.loads(self._process.stdout.readline())["port"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            entry = json.loads(line)
            body = base64.b64decode(entry["body"])
            self.seen.add(Seen(entry["method"], entry["target"], entry["host"], body, entry["whole"]))

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()
