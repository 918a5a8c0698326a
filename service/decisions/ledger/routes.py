"""HTTP for what enters a ledger beside verdicts and appeals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter

from service.decisions.adjustments import actions as other_events
from service.decisions.ledger.schemas import Credit, Forgiveness, StandingAfter, Volume
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import House
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import RunOnce
from service.roles import PLATFORM, REVIEWERS

router = APIRouter(tags=["ledger"])


@router.post("/v1/sellers/{seller_id:path}/credits", status_code=HTTPStatus.CREATED)
def grant_credit(
    seller_id: PathId,
    body: Credit,
    house: House,
    caller: Annotated[Caller, allows(REVIEWERS)],
    once: RunOnce,
) -> StandingAfter:
    """Give points back to a seller, within what the policy allows."""
    given = house.write(
        once,
        lambda connection: other_events.grant_credit(
            connection, seller_id, body, house.policies, caller=caller, now=house.clock()
        ),
        HTTPStatus.CREATED,
    )
    house.wake_worker()
    return given


@router.post("/v1/sellers/{seller_id:path}/volume", status_code=HTTPStatus.CREATED)
def note_volume(
    seller_id: PathId,
    body: Volume,
    house: House,
    caller: Annotated[Caller, allows(PLATFORM)],
    once: RunOnce,
) -> StandingAfter:
    """Tell a seller's transactions, for policies that go by a share of them."""
    return house.write(
        once,
        lambda connection: other_events.note_volume(
            connection, seller_id, body, house.policies, caller=caller, now=house.clock()
        ),
        HTTPStatus.CREATED,
    )


@router.post("/v1/entries/{entry_id}/forgive")
def forgive_entry(
    entry_id: PathId,
    body: Forgiveness,
    house: House,
    caller: Annotated[Caller, allows(REVIEWERS)],
    once: RunOnce,
) -> StandingAfter:
    """Let an entry of a ledger count no more, though its verdict stands."""
    given = house.write(
        once,
        lambda connection: other_events.forgive_entry(
            connection, entry_id, body, house.policies, caller=caller, now=house.clock()
        ),
    )
    house.wake_worker()
    return given
