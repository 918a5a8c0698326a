"""HTTP for the platform's own machinery; these need no key and tell nothing of anybody."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.assessments.active_model import ModelInUse
from service.health.gauges import Gauges
from service.health.readiness import why_not_ready
from service.http.context import Context
from service.http.fields import ResponseBody

router = APIRouter(tags=["health"])


async def _gauges_of(request: Request) -> Gauges:
    gauges: Gauges = request.app.state.gauges
    return gauges


class Alive(ResponseBody):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(ResponseBody):
    """Whether requests can be served, and if not, why."""

    ready: bool
    checks: dict[str, str]


@router.get("/healthz")
async def healthz() -> Alive:
    """Alive: the process answers."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(context: Context, active_model: ModelInUse, response: Response) -> Readiness:
    """Ready: the database answers with the right tables, and a model is there to score with."""
    found = why_not_ready(context.database, active_model)
    checks = {name: why or "ok" for name, why in found.items()}
    ready = not any(found.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)


@router.get("/metrics", response_class=Response)
def metrics(gauges: Annotated[Gauges, Depends(_gauges_of)]) -> Response:
    """Prometheus metrics."""
    gauges.observe()
    return Response(generate_latest(gauges.registry), media_type=CONTENT_TYPE_LATEST)
