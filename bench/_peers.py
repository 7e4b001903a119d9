"""nginx and HAProxy as plain proxies, and the origin behind everybody: a second nginx."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from _processes import free_port, running, version

NAMES = ("nginx", "haproxy")
LARGE, HUGE = 102_400, 128 << 20
"""Bytes of `/large` and `/huge` at the origin."""

_TEMPORARY = """client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;"""
ORIGIN = (
    """
worker_processes 1; daemon off; pid {dir}/origin.pid; error_log /dev/null; user root;
worker_rlimit_nofile 30000; events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000000; keepalive_timeout 600;
  """
    + _TEMPORARY
    + """
  server {{ listen 127.0.0.1:{port} backlog=4096; root {dir}/files;
    location / {{ default_type text/plain; return 200 "hello world"; }}
    location /large {{ }}
    location /huge {{ }} }} }}
"""
)
NGINX = (
    """
worker_processes 1; daemon off; pid {dir}/nginx-{port}.pid; error_log /dev/null; user root;
worker_rlimit_nofile 30000; events {{ worker_connections {connections}; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
  """
    + _TEMPORARY
    + """
  upstream o {{ server 127.0.0.1:{origin}; keepalive 128; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; listen 127.0.0.1:{tls} ssl http2 backlog=4096;
    ssl_certificate {dir}/chain.pem; ssl_certificate_key {dir}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    location / {{ proxy_pass http://o; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }} }}
"""
)
HAPROXY = """
global
  nbthread 1
  maxconn {connections}
  no strict-limits
defaults
  mode http
  timeout connect 2s
  timeout client 600s
  timeout server 15s
  option forwardfor
  http-reuse always
frontend f
  bind 127.0.0.1:{port}
  bind 127.0.0.1:{tls} ssl crt {dir}/both.pem alpn h2,http/1.1 ssl-min-ver TLSv1.2
  default_backend o
backend o
  server o 127.0.0.1:{origin}
"""
_SOURCES = {"nginx": NGINX, "haproxy": HAPROXY}


def origin(stack: ExitStack, folder: str) -> int:
    """Start the origin with its files; gives its port."""
    files = Path(folder) / "files"
    files.mkdir()
    (files / "large").write_bytes(b"x" * LARGE)
    with (files / "huge").open("wb") as huge:
        huge.truncate(HUGE)
    port = free_port()
    config = Path(folder) / "origin.conf"
    config.write_text(ORIGIN.format(dir=folder, port=port))
    stack.enter_context(running(["/usr/sbin/nginx", "-c", str(config), "-p", folder], port, folder))
    return port


def start(stack: ExitStack, folder: str, name: str, origin_port: int, connections: int = 4096) -> tuple[int, int, int]:
    """Start a peer for so many connections; gives its process id, its port and its TLS port."""
    port, tls = free_port(), free_port()
    config = Path(folder) / f"{name}-{port}.conf"
    config.write_text(_SOURCES[name].format(dir=folder, port=port, tls=tls, origin=origin_port, connections=connections))
    command = {"nginx": ["/usr/sbin/nginx", "-c", str(config), "-p", folder], "haproxy": ["/usr/sbin/haproxy", "-f", str(config)]}
    return stack.enter_context(running(command[name], port, folder)), port, tls


def described() -> dict[str, dict[str, str]]:
    """Configurations and versions, for the result."""
    plain = {name: text.replace("{{", "{").replace("}}", "}") for name, text in (("nginx", NGINX), ("origin", ORIGIN))}
    programs = {"nginx": ["/usr/sbin/nginx", "-v"], "haproxy": ["/usr/sbin/haproxy", "-v"], "h2load": ["h2load", "--version"]}
    programs["wrk"] = ["wrk", "-v"]
    return {
        "peer_config": plain | {"haproxy": HAPROXY},
        "peer_versions": {name: version(command) for name, command in programs.items()},
    }
