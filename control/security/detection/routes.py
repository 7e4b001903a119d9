"""/v1/security/detectors"""

from __future__ import annotations

from litestar import Response, get, put
from litestar.params import FromPath, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs
from control.security.detection import service
from control.security.detection.models import Detector, DetectorName, DetectorPut

_TAGS = ["security"]


@get("/v1/security/detectors", opt=needs("security-settings:read"), tags=_TAGS, operation_id="list_detectors")
async def list_detectors(ctx: Ctx) -> Response[Envelope[list[Detector]]]:
    """What is counted of clients, and from when on they are banned."""
    return ctx.answer(await service.detectors(ctx))


@put(
    "/v1/security/detectors/{name:str}", opt=needs("security-settings:write"), tags=_TAGS, operation_id="replace_detector"
)  # fmt: skip
async def replace_detector(ctx: Ctx, name: FromPath[DetectorName], data: JSONBody[DetectorPut]) -> Response[Envelope[Detector]]:
    """Set all of a detector."""
    found = await service.replace(ctx, name, data)
    return ctx.answer(found, version=found.version)


ROUTES = [list_detectors, replace_detector]
