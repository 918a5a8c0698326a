"""HTTP for the platform's own machinery; these need no key and tell nothing of anybody."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field

from service.assessments.active_model import ModelInUse
from service.health.gauges import Gauges
from service.health.readiness import what_to_know, why_not_ready
from service.health.warnings import Code
from service.http.context import Context
from service.http.fields import ResponseBody
from service.http.problems import PROBLEMS

router = APIRouter(tags=["health"], responses=PROBLEMS)


async def _gauges_of(request: Request) -> Gauges:
    gauges: Gauges = request.app.state.gauges
    return gauges


class Alive(ResponseBody):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Warned(ResponseBody):
    """Something that scoring could not use, or that keeps scores from being current."""

    code: Code
    sentence: str = Field(description="What, how many, and what to do.")


class Readiness(ResponseBody):
    """Whether requests can be served, and if not, why; and what to know of the scores."""

    ready: bool
    checks: dict[str, str]
    warnings: list[Warned]


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Alive:
    """Alive: the process answers."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(context: Context, active_model: ModelInUse, response: Response) -> Readiness:
    """Ready: the database answers with the right tables, and a model is there to score with.

    Warnings leave it ready.
    """
    found = why_not_ready(context.database, active_model)
    checks = {name: why or "ok" for name, why in found.items()}
    ready = not any(found.values())
    response.status_code = 200 if ready else 503
    warned = what_to_know(
        context.database,
        active_model,
        now=context.clock(),
        snapshot_us=context.settings.snapshot_us,
    )
    warnings = [Warned(code=one.code, sentence=one.sentence) for one in warned]
    return Readiness(ready=ready, checks=checks, warnings=warnings)


@router.get("/metrics", response_class=Response)
def metrics(gauges: Annotated[Gauges, Depends(_gauges_of)]) -> Response:
    """Prometheus metrics."""
    gauges.observe()
    return Response(generate_latest(gauges.registry), media_type=CONTENT_TYPE_LATEST)
