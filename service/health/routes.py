"""HTTP for the platform's own machinery; these need no key and tell nothing of anybody."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.health.readiness import why_not_ready
from service.http.context import Context
from service.http.fields import ResponseBody

router = APIRouter(tags=["health"])


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
def readyz(context: Context, response: Response) -> Readiness:
    """Ready: the database answers with the right tables, and a model is there to score with."""
    checks = {name: why or "ok" for name, why in why_not_ready(context).items()}
    ready = all(told == "ok" for told in checks.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)


@router.get("/metrics", response_class=Response)
def metrics(context: Context) -> Response:
    """Prometheus metrics."""
    context.meters.observe(context)
    return Response(generate_latest(context.meters.registry), media_type=CONTENT_TYPE_LATEST)
