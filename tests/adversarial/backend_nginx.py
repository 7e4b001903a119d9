"""Debian's nginx: its access log says as JSON what it read. It reads bodies because it passes them on, to itself."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

from tests.adversarial.backend import Record, Seen
from tests.gateway.support import until
from tests.ports import free_port

CONFIG = """
daemon off; master_process off; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
  scgi_temp_path {dir}/t5;
  log_format seen escape=json '{{"method":"$request_method","target":"$request_uri","host":"$http_host",'
    '"body":"$request_body","status":$status}}';
  client_max_body_size 0; client_body_buffer_size 1m; client_body_in_single_buffer on; large_client_header_buffers 8 32k;
  keepalive_timeout 600; keepalive_requests 1000000; merge_slashes off;
  server {{ listen 127.0.0.1:{port}; access_log {dir}/seen seen; location / {{ proxy_pass http://127.0.0.1:{sink}; }} }}
  server {{ listen 127.0.0.1:{sink}; access_log off; location / {{ return 200 "hello"; }} }}
}}
"""


class NginxBackend:
    """A process of its own with its files in `folder`; the log is a named pipe, so that nothing is polled."""

    name = "nginx"

    def __init__(self, folder: Path) -> None:
        self.seen = Record()
        self.port = free_port()
        (folder / "nginx.conf").write_text(CONFIG.format(dir=folder, port=self.port, sink=free_port()))
        os.mkfifo(folder / "seen")
        # Open for both, so that neither side waits for the other.
        self._pipe = os.open(folder / "seen", os.O_RDWR)
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        assert program, "nginx is missing"
        self._process = subprocess.Popen(
            [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(self._serves)

    def _serves(self) -> bool:
        assert self._process.poll() is None, "nginx ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _read(self) -> None:
        with open(self._pipe, encoding="latin-1", closefd=False) as lines:
            for line in lines:
                if line == "end\n":
                    return
                entry = json.loads(line)
                whole = entry["status"] == 200
                self.seen.add(Seen(entry["method"], entry["target"], entry["host"], entry["body"].encode("latin-1"), whole))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        os.write(self._pipe, b"end\n")
        self._reader.join(10)
        os.close(self._pipe)
