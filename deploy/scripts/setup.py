#!/usr/bin/env python3
"""Sets up a checkout: Debian packages, virtual environment, Rust and Cython modules. Does only what is missing or changed.

Needs nothing but the standard library. Each step is skipped when the hash of its inputs is the one of its last success,
kept in .build/, so that a second run costs a tenth of a second.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FOR_TESTS = "--for-tests" in sys.argv[1:]
STEPS = 6 if FOR_TESTS else 5
OLDEST_RUST = (1, 85)
CLUSTERS = "/etc/postgresql-common/createcluster.conf"
PATH = f"{os.environ.get('PATH', '')}:{Path.home()}/.cargo/bin:/usr/sbin:/usr/bin"

PROGRAMS = {
    "redis-server": "redis-server",
    "nginx": "nginx",
    "haproxy": "haproxy",
    "wrk": "wrk",
    "h2load": "nghttp2-client",
    "node": "nodejs",
    "cc": "build-essential",
    "git": "git",
    "jq": "jq",
    "nft": "nftables",
    "ip": "iproute2",
    "prometheus": "prometheus",
    "vmagent": "victoria-metrics",
    "influxd": "influxdb",
    "curl": "curl",
    "openssl": "openssl",
    "pdftotext": "poppler-utils",
}
"""Programs looked for, and the Debian package of each. nginx, HAProxy, Node, Prometheus, vmagent, InfluxDB, wrk and h2load are
the peers of tests and benches; curl pushes in a test, and OpenSSL makes certificates for one; nft and ip are for the packet
filter; jq is in the README's examples; pdftotext reads invoices in tests."""

PROGRAMS_OF_TESTS = {"npm": "npm", "chromium": "chromium"}
"""Wanted by `--for-tests` alone, for tests, benches and screenshots: Chromium shows the panel's pages, npm gets what builds their
style and looks at their accessibility."""

FILES = {
    "/usr/share/modsecurity-crs/rules": "modsecurity-crs",
    "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so": "libnginx-mod-http-modsecurity",
    "/usr/lib/x86_64-linux-gnu/libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "/usr/lib/x86_64-linux-gnu/libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf": "fonts-noto-core",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}
"""Files looked for: the firewall's rules, and its peer in the bench; what sets the pages of invoices, and their letters."""

FILES_OF_TESTS = {
    "/usr/bin/gunicorn": "gunicorn",
    "/usr/lib/python3/dist-packages/django": "python3-django",
    "/usr/lib/python3/dist-packages/psycopg2": "python3-psycopg2",
}
"""Wanted by `--for-tests` alone: Django's admin is the panel's peer in the bench."""


class SetupError(Exception):
    """A step failed; the message says which and what to do."""


def say(step: int, text: str) -> None:
    print(f"[{step}/{STEPS}] {text}", flush=True)


def run(step: int, what: str, command: list[str], **environment: str) -> None:
    """Run with the output in a log, saying from time to time that it goes on. Raises SetupError with the log's end."""
    BUILD.mkdir(exist_ok=True)
    log = BUILD / f"step-{step}.log"
    began = told = time.monotonic()
    with log.open("ab") as output:
        output.write(f"$ {' '.join(command)}\n".encode())
        output.flush()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "PATH": PATH, **environment},
        )
        try:
            while process.returncode is None:
                try:
                    process.wait(1)
                except subprocess.TimeoutExpired:
                    if time.monotonic() - told >= 15:
                        told = time.monotonic()
                        say(step, f"{what} … {told - began:.0f} s")
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        raise SetupError(f"{what}: failed with code {process.returncode}. The end of {log.relative_to(ROOT)}:\n{tail}")


def digest(paths: Iterable[Path], *extra: str) -> str:
    """One hash over names and contents of files and a few words more."""
    total = hashlib.sha256("\0".join(extra).encode())
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@contextmanager
def stamped(name: str, inputs: str, *, present: bool) -> Iterator[bool]:
    """Whether there is something to do; remembers the inputs when the body succeeded."""
    stamp = BUILD / f"{name}.stamp"
    needed = not present or not stamp.exists() or stamp.read_text(encoding="ascii") != inputs
    yield needed
    if needed:
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(inputs, encoding="ascii")


def rust_version() -> tuple[int, ...] | None:
    cargo = shutil.which("cargo", path=PATH)
    if cargo is None:
        return None
    text = subprocess.run([cargo, "--version"], capture_output=True, text=True, check=False, cwd=ROOT).stdout
    match = re.match(r"cargo (\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def missing_packages() -> list[str]:
    """Debian packages that this machine lacks."""
    wanted = PROGRAMS | (PROGRAMS_OF_TESTS if FOR_TESTS else {})
    missing = [package for program, package in wanted.items() if shutil.which(program, path=PATH) is None]
    if not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        missing.append("postgresql")
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        missing.append("python3-dev")
    files = FILES | (FILES_OF_TESTS if FOR_TESTS else {})
    missing += [package for file, package in files.items() if not Path(file).exists()]
    if not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        missing.append("ca-certificates")  # pip and cargo fetch over TLS
    version = rust_version()
    if version is None or version < OLDEST_RUST:
        missing += ["cargo-web", "rustc-web", "rustfmt-web", "rust-web-clippy"]
    return missing


def install_packages(step: int) -> None:
    missing = missing_packages()
    if not missing:
        return
    if shutil.which("apt-get", path=PATH) is None:
        raise SetupError(f"This machine lacks {', '.join(missing)} and is no Debian; install them and run again.")
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and shutil.which("sudo", path=PATH) is None:
        raise SetupError(f"As root, run: apt-get install {' '.join(missing)}")
    say(step, f"Debian: installing {', '.join(missing)} …")
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "--no-install-recommends"]
    run(step, "Debian: package lists", [*as_root, "apt-get", "update"])
    if "postgresql" in missing:
        # The machine's own cluster is not ours to make; this is read when the server's package is set up.
        run(step, "Debian: PostgreSQL's common files", [*apt, "install", "postgresql-common"])
        setting = f"sed -i '/^create_main_cluster/d' {CLUSTERS} && echo 'create_main_cluster = false' >> {CLUSTERS}"
        run(step, "Debian: no cluster", [*as_root, "sh", "-c", setting])
    with services_held_back(step, as_root):
        run(step, "Debian: installing", [*apt, "install", *missing])
    version = rust_version()
    if version is None or version < OLDEST_RUST:
        raise SetupError(
            f"Rust 1.{OLDEST_RUST[1]} or newer is needed; `cargo` is {version or 'missing'}. Put the newer one first in PATH."
        )


@contextmanager
def services_held_back(step: int, as_root: list[str]) -> Iterator[None]:
    """Keep the install from starting services of the machine, by the policy file that Debian asks; gone afterwards."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix=".policy") as source:
        source.write("#!/bin/sh\nexit 101\n")
        source.flush()
        run(step, "Debian: holding services back", [*as_root, "install", "-m", "755", source.name, str(policy)])
    try:
        yield
    finally:
        run(step, "Debian: services as before", [*as_root, "rm", "-f", str(policy)])


def make_environment(step: int) -> None:
    with stamped("venv", f"{sys.version_info[:2]}", present=PYTHON.exists()) as needed:
        if needed:
            say(step, f"Python: environment in .venv ({sys.version.split()[0]}) …")
            run(step, "Python: environment", [sys.executable, "-m", "venv", "--clear", str(VENV)])
            for stamp in ("packages", "native", "hcc"):
                (BUILD / f"{stamp}.stamp").unlink(missing_ok=True)


def install_requirements(step: int) -> None:
    requirements = ROOT / "requirements" / "dev.txt"
    with stamped("packages", digest([requirements]), present=any(VENV.glob("lib/*/site-packages/litestar"))) as needed:
        if needed:
            say(step, "Python: installing requirements/dev.txt …")
            pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
            run(step, "Python: packages", [*pip, "--require-hashes", "-r", str(requirements)])


def build_native(step: int) -> None:
    manifest = ROOT / "native" / "python" / "Cargo.toml"
    if not manifest.with_name("pyproject.toml").exists():
        say(step, "Rust: native/python/pyproject.toml is not there; hcc_native is left out")
        return
    sources = [
        path
        for pattern in ("*.rs", "*.toml", "*.lock", "*.pyi", "*.py")
        for path in (ROOT / "native").rglob(pattern)
        if not {"target", "kernels", "tests", "fuzz"} & set(path.relative_to(ROOT).parts)
    ]
    with stamped("native", digest(sources), present=any(VENV.glob("lib/*/site-packages/hcc_native*"))) as needed:
        if needed:
            say(step, "Rust: building hcc_native … (some minutes the first time)")
            wheels = BUILD / "wheels"
            shutil.rmtree(wheels, ignore_errors=True)
            command = [str(VENV / "bin" / "maturin"), "build", "--release", "--locked", "--manifest-path", str(manifest)]
            run(step, "Rust: building hcc_native", [*command, "--interpreter", str(PYTHON), "--out", str(wheels)])
            pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--force-reinstall"]
            run(step, "Rust: installing hcc_native", [*pip, *map(str, wheels.glob("*.whl"))])


def install_assets(step: int) -> None:
    """What builds the panel's style, and what tests look at pages with. Nothing of it is needed to run: built files are here."""
    folder = ROOT / "control" / "web" / "assets"
    inputs = [folder / "package.json", folder / "package-lock.json"]
    with stamped("assets", digest(inputs), present=(folder / "node_modules").is_dir()) as needed:
        if needed:
            say(step, "npm: installing control/web/assets …")
            run(step, "npm: packages", ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"])


def install_hcc(step: int) -> None:
    kernels = ROOT / "native" / "kernels" / "hcc_kernels"
    inputs = [ROOT / "setup.py", ROOT / "pyproject.toml", *kernels.glob("*.pyx"), *kernels.glob("*.pxd")]
    built = all(any(kernels.glob(f"{source.stem}.*.so")) for source in kernels.glob("*.pyx"))
    present = (VENV / "bin" / "hcc").exists() and built
    with stamped("hcc", digest(inputs), present=present) as needed:
        if needed:
            say(step, "Cython: building hcc_kernels, installing hcc …")
            pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
            run(step, "Cython: hcc_kernels", [*pip, "--editable", str(ROOT)])


def main() -> int:
    began = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for log in BUILD.glob("step-*.log"):
            log.unlink()
        steps = (install_packages, make_environment, install_requirements, build_native, install_hcc, install_assets)[:STEPS]
        try:
            for number, step in enumerate(steps, start=1):
                step(number)
        except SetupError as error:
            print(f"set-up: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("set-up: interrupted; run it again to go on", file=sys.stderr)
            return 130
    if (took := time.monotonic() - began) > 2:
        print(f"Set up in {took:.0f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
