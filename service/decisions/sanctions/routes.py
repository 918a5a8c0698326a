"""HTTP for what people and the platform do about sanctions."""

from __future__ import annotations

from typing import Annotated

from service.decisions.sanctions import approval, enforcement
from service.decisions.sanctions.schemas import Approval, Extension, Lifting, NoticeGiven
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import decide_in
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES, PLATFORM, REVIEWERS

router = router_of("sanctions")
Decider = Annotated[Caller, allows(DECIDERS)]
Reviewer = Annotated[Caller, allows(REVIEWERS)]


@router.post("/v1/sanctions/{sanction_id:path}/approve")
def approve_sanction(
    sanction_id: PathId, body: Approval, context: Context, caller: Decider, key: IdempotencyKey
) -> SanctionRecord:
    """Let a sanction be carried out; never by who gave a verdict it rests on."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: approval.approve(transaction, sanction_id, body.reason),
    )


@router.post("/v1/sanctions/{sanction_id:path}/decline")
def decline_sanction(
    sanction_id: PathId, body: Approval, context: Context, caller: Decider, key: IdempotencyKey
) -> SanctionRecord:
    """Lift a sanction instead of carrying it out; never by who gave a verdict it rests on."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: approval.decline(transaction, sanction_id, body.reason),
    )


@router.post("/v1/sanctions/{sanction_id:path}/lift")
def lift_sanction(
    sanction_id: PathId, body: Lifting, context: Context, caller: Reviewer, key: IdempotencyKey
) -> SanctionRecord:
    """End a sanction that was carried out before its time; the points stay taken."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: enforcement.lift(transaction, sanction_id, body.reason),
    )


@router.post("/v1/sanctions/{sanction_id:path}/extend")
def extend_sanction(
    sanction_id: PathId, body: Extension, context: Context, caller: Reviewer, key: IdempotencyKey
) -> SanctionRecord:
    """Let a sanction run longer; never by who gave a verdict it rests on."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: enforcement.extend(transaction, sanction_id, body.until, body.reason),
    )


@router.post("/v1/sanctions/{sanction_id:path}/notice")
def note_notice(
    sanction_id: PathId,
    body: NoticeGiven,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> SanctionRecord:
    """Tell whether the notice reached the seller: a sanction whose notice did not is stayed."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: enforcement.record_notice(
            transaction, sanction_id, is_delivered=body.delivered
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/done")
def note_done(
    sanction_id: PathId,
    context: Context,
    caller: Annotated[Caller, allows(PLATFORM)],
    key: IdempotencyKey,
) -> SanctionRecord:
    """Record that the platform carried out a sanction; said twice, it was done once."""
    return decide_in(
        context, key, caller, lambda transaction: enforcement.record_done(transaction, sanction_id)
    )
