"""nginx with libmodsecurity3 and the core rules, as Debian has them, and nginx without, on the same origin."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from _processes import free_port, running, version

CRS_SETUP = Path("/etc/modsecurity/crs/crs-setup.conf")
CRS_RULES = Path("/usr/share/modsecurity-crs/rules")
MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")
NEEDED = (CRS_SETUP, CRS_RULES, MODULE)
"""From Debian's `modsecurity-crs` and `libnginx-mod-http-modsecurity`."""

RULES = """
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyLimitAction Reject
SecResponseBodyAccess Off
SecAuditEngine Off
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" \
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/json" \
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
"""
"""What stands before the core rules; ours begins with the like."""
OWN = """
SecRequestBodyNoFilesLimit 1310720
SecUnicodeMapFile /etc/nginx/unicode.mapping 20127
SecArgumentSeparator &
"""
"""What ModSecurity needs besides, and others may not know."""


@dataclass(frozen=True)
class CoreRules:
    """Where the core rules are; their own defaults: paranoia 1, blocking, threshold 5."""

    setup: Path = CRS_SETUP
    rules: Path = CRS_RULES

    @classmethod
    def of(cls, folder: Path) -> CoreRules:
        """A folder as it is released: `crs-setup.conf.example` and `rules`."""
        return cls(folder.resolve() / "crs-setup.conf.example", folder.resolve() / "rules")

    def write(self, folder: str, name: str, before: str) -> Path:
        """All in one file, behind these directives."""
        path = Path(folder) / name
        path.write_text(f"{before}Include {self.setup}\nInclude {self.rules}/*.conf\n")
        return path


NGINX = """
{load} worker_processes 1; daemon off; pid {dir}/nginx-{port}.pid; error_log /dev/null crit; user root;
worker_rlimit_nofile 30000; events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600; client_body_buffer_size 256k;
  client_body_temp_path {dir}/m1; proxy_temp_path {dir}/m2; fastcgi_temp_path {dir}/m3; uwsgi_temp_path {dir}/m4;
  scgi_temp_path {dir}/m5;
  {rules}
  upstream o {{ server 127.0.0.1:{origin}; keepalive 128; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://o; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }} }}
"""


def missing() -> list[str]:
    """Which of the files that this needs are not there."""
    return [str(path) for path in NEEDED if not path.exists()]


def start(stack: ExitStack, folder: str, origin: int, core: CoreRules | None) -> tuple[int, int]:
    """Start it with one worker, without a firewall where there are no rules; gives its process id and its port.

    Raises NotStartedError.
    """
    port = free_port()
    rules = core.write(folder, "modsecurity.conf", RULES + OWN) if core else None
    config = Path(folder) / f"modsecurity-{port}.conf"
    load = f"load_module {MODULE};" if rules else ""
    use = f"modsecurity on; modsecurity_rules_file {rules};" if rules else ""
    config.write_text(NGINX.format(dir=folder, port=port, origin=origin, load=load, rules=use))
    return stack.enter_context(running(["/usr/sbin/nginx", "-c", str(config), "-p", folder], port, folder)), port


def described() -> dict[str, dict[str, str]]:
    """Configurations and versions, for the result."""
    package = ["dpkg-query", "-W", "-f", "${Version}\n"]
    names = ("libmodsecurity3", "modsecurity-crs", "libnginx-mod-http-modsecurity")
    versions = {name: version([*package, name]) for name in names}
    text = NGINX.replace("{{", "{").replace("}}", "}")
    return {
        "peer_config": {"nginx": text, "rules of all": RULES, "ModSecurity besides": OWN},
        "peer_versions": versions | {"nginx": version(["/usr/sbin/nginx", "-v"]), "wrk": version(["wrk", "-v"])},
    }
