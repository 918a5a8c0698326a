"""HTTP for what enters a ledger beside verdicts and appeals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from service.decisions.adjustments import actions
from service.decisions.adjustments.schemas import Credit, Forgiveness, StandingAfter, Volume
from service.decisions.transaction import decide_in
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import PLATFORM, REVIEWERS

router = router_of("ledger")


@router.post("/v1/sellers/{seller_id:path}/credits", status_code=HTTPStatus.CREATED)
def grant_credit(
    seller_id: PathId,
    body: Credit,
    context: Context,
    caller: Annotated[Caller, allows(REVIEWERS)],
    key: IdempotencyKey,
) -> StandingAfter:
    """Give points back to a seller, within what the policy allows."""
    given = decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.grant_credit(transaction, seller_id, body),
        HTTPStatus.CREATED,
    )
    context.wake_worker()
    return given


@router.post("/v1/sellers/{seller_id:path}/volume", status_code=HTTPStatus.CREATED)
def note_volume(
    seller_id: PathId,
    body: Volume,
    context: Context,
    caller: Annotated[Caller, allows(PLATFORM)],
    key: IdempotencyKey,
) -> StandingAfter:
    """Tell a seller's transactions, for policies that go by a share of them."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.record_volume(transaction, seller_id, body),
        HTTPStatus.CREATED,
    )


@router.post("/v1/entries/{entry_id}/forgive")
def forgive_entry(
    entry_id: PathId,
    body: Forgiveness,
    context: Context,
    caller: Annotated[Caller, allows(REVIEWERS)],
    key: IdempotencyKey,
) -> StandingAfter:
    """Let an entry of a ledger count no more, though its verdict stands."""
    given = decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.forgive_entry(transaction, entry_id, body),
    )
    context.wake_worker()
    return given
