"""HTTP for sanctions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import DECIDERS, READERS
from service.fields import PathId
from service.house import House
from service.idempotency.once import RunOnce
from service.sanctions import actions
from service.sanctions.schemas import Approval, SanctionList, SanctionRecord

router = APIRouter(tags=["sanctions"])


@router.get("/v1/sanctions")
def list_waiting(
    house: House,
    _: Annotated[Caller, allows(READERS)],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SanctionList:
    """Sanctions that wait for a second person, oldest first."""
    with house.database.reading() as connection:
        return SanctionList(sanctions=actions.waiting(connection, limit))


@router.post("/v1/sanctions/{sanction_id:path}/approve")
def approve_sanction(
    sanction_id: PathId,
    body: Approval,
    house: House,
    caller: Annotated[Caller, allows(DECIDERS)],
    once: RunOnce,
) -> SanctionRecord:
    """Let a sanction be carried out; never by who gave a verdict it rests on."""
    return house.write(
        once,
        lambda connection: actions.approve(
            connection, sanction_id, body.reason, house.policies, caller=caller, now=house.clock()
        ),
    )
