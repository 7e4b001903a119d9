"""Generated requests against the whole API: no failure of the server, and every answer as the document says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounded
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from control.app import DOMAINS, routes_of
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.web.openapi import describe
from tests.conftest import Application, Peopled, begin
from tests.served import Served
from tests.world import world_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
# These end the session that the other requests use.
LEFT_OUT = {"/v1/auth/logout", "/v1/auth/logout-all"}
DOCUMENT = describe(routes_of(DOMAINS), "http://hcc.test")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok))
    if operation.path not in LEFT_OUT
}


@pytest.fixture
def served(people: Peopled, settings: Settings, application: Application) -> Iterator[Served]:
    with asyncio.Runner() as runner:
        runtime = Runtime(settings)
        runner.run(begin(runtime))
        client = application.client(runtime, "127.0.0.1")
        yield Served(runner, world_of(people.people, client), runtime)
        runner.run(client.aclose())
        runner.run(runtime.stop())


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(served: Served, name: str) -> None:
    """As the platform's superadmin, who gets past every permission."""
    operation = OPERATIONS[name]

    @seed(20_260_101)
    @bounded(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        real = {"user_id": served.world.users["alex"], "organization_id": served.world.organizations["birch"]}
        for parameter in case.path_parameters or {}:
            case.path_parameters[parameter] = str(real.get(parameter, case.path_parameters[parameter]))
        case.headers.pop("X-Organization-Id", None)  # a random one is never below; entering is tried in test_matrix
        prepared = case.as_transport_kwargs(base_url="http://hcc.test", headers=served.world.headers("root"))
        prepared.pop("cookies", None)
        content = prepared.pop("data", None)
        if content is not None:
            prepared["content"] = content
        case.validate_response(served.send(prepared), checks=CHECKS)

    check()


def test_the_document_is_openapi() -> None:
    from openapi_spec_validator import validate

    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")
