"""Fixtures: one gateway before each backend, kept for all cases of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adversarial.backend import Backend
from tests.adversarial.backend_bytes import BytesBackend
from tests.adversarial.backend_nginx import NginxBackend
from tests.adversarial.backend_node import NodeBackend
from tests.adversarial.backend_python import PythonBackend
from tests.adversarial.line import Line
from tests.gateway.conftest import gateway, make_origin
from tests.gateway.support import Running, Signer, route, site, upstream

__all__ = ["gateway", "line", "make_origin"]


@pytest.fixture(scope="module", params=["bytes", "nginx", "http.server", "node"])
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    backend: Backend
    match request.param:
        case "nginx":
            backend = NginxBackend(tmp_path_factory.mktemp("nginx"))
        case "http.server":
            backend = PythonBackend()
        case "node":
            backend = NodeBackend()
        case _:
            backend = BytesBackend()
    running = Running()
    running.start()
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [Signer().jwk()], "leeway_s": 5}
    routes = route("/"), route("/private", auth={"mode": "jwt"})
    running.apply(site(upstream(backend.port), *routes), jwt=jwt, defaults={"max_body": 1 << 20})
    yield Line(running, backend)
    running.drain()
    backend.close()
