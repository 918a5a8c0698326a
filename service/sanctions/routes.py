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
from service.sanctions.schemas import Approval, SanctionPage, SanctionRecord, SanctionState

router = APIRouter(tags=["sanctions"])
Decider = Annotated[Caller, allows(DECIDERS)]


@router.get("/v1/sanctions")
def list_sanctions(
    house: House,
    _: Annotated[Caller, allows(READERS)],
    state: SanctionState = "waiting",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> SanctionPage:
    """Sanctions in a state, oldest first; without one, those that wait for a second person."""
    with house.database.reading() as connection:
        return actions.sanctions_page(
            connection, state, now=house.clock(), limit=limit, cursor=cursor
        )


@router.post("/v1/sanctions/{sanction_id:path}/approve")
def approve_sanction(
    sanction_id: PathId, body: Approval, house: House, caller: Decider, once: RunOnce
) -> SanctionRecord:
    """Let a sanction be carried out; never by who gave a verdict it rests on."""
    return house.write(
        once,
        lambda connection: actions.approve(
            connection, sanction_id, body.reason, house.policies, caller=caller, now=house.clock()
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/decline")
def decline_sanction(
    sanction_id: PathId, body: Approval, house: House, caller: Decider, once: RunOnce
) -> SanctionRecord:
    """Lift a sanction instead of carrying it out; never by who gave a verdict it rests on."""
    return house.write(
        once,
        lambda connection: actions.decline(
            connection, sanction_id, body.reason, house.policies, caller=caller, now=house.clock()
        ),
    )
