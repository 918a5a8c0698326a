"""HTTP for verdicts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter

from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import DECIDERS
from service.fields import PathId
from service.house import House
from service.idempotency.once import RunOnce
from service.verdicts import actions
from service.verdicts.schemas import Verdict, VerdictGiven

router = APIRouter(tags=["verdicts"])


@router.post("/v1/complaints/{complaint_id:path}/verdict", status_code=HTTPStatus.CREATED)
def give_verdict(
    complaint_id: PathId,
    body: Verdict,
    house: House,
    caller: Annotated[Caller, allows(DECIDERS)],
    once: RunOnce,
) -> VerdictGiven:
    """Decide about a complaint; an upheld one takes the points that the policy says."""
    given = house.write(
        once,
        lambda connection: actions.give_verdict(
            connection, complaint_id, body, house.policies, caller=caller, now=house.clock()
        ),
        HTTPStatus.CREATED,
    )
    house.meters.verdicts.labels(body.outcome).inc()
    house.wake_worker()
    return given
