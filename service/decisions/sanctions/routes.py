"""HTTP for sanctions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.decisions.sanctions import actions
from service.decisions.sanctions import enforcement as afterwards
from service.decisions.sanctions.schemas import (
    Approval,
    Extension,
    Lifting,
    NoticeGiven,
    SanctionFull,
    SanctionPage,
    SanctionRecord,
    SanctionState,
)
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES, PLATFORM, READERS, REVIEWERS

router = APIRouter(tags=["sanctions"])
Decider = Annotated[Caller, allows(DECIDERS)]
Reviewer = Annotated[Caller, allows(REVIEWERS)]


@router.get("/v1/sanctions")
def list_sanctions(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    state: SanctionState = "waiting",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> SanctionPage:
    """Sanctions in a state, oldest first; without one, those that wait for a second person."""
    with context.database.reading() as connection:
        return actions.sanctions_page(
            connection, state, now=context.clock(), limit=limit, cursor=cursor
        )


@router.get("/v1/sanctions/{sanction_id:path}")
def show_sanction(
    sanction_id: PathId, context: Context, _: Annotated[Caller, allows(READERS)]
) -> SanctionFull:
    """One suspension, removal or restriction, with the verdicts it rests on."""
    with context.database.reading() as connection:
        return actions.sanction_full(connection, sanction_id, context.policies, now=context.clock())


@router.post("/v1/sanctions/{sanction_id:path}/approve")
def approve_sanction(
    sanction_id: PathId, body: Approval, context: Context, caller: Decider, key: IdempotencyKey
) -> SanctionRecord:
    """Let a sanction be carried out; never by who gave a verdict it rests on."""
    return context.write(
        key,
        lambda connection: actions.approve(
            connection,
            sanction_id,
            body.reason,
            context.policies,
            caller=caller,
            now=context.clock(),
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/decline")
def decline_sanction(
    sanction_id: PathId, body: Approval, context: Context, caller: Decider, key: IdempotencyKey
) -> SanctionRecord:
    """Lift a sanction instead of carrying it out; never by who gave a verdict it rests on."""
    return context.write(
        key,
        lambda connection: actions.decline(
            connection,
            sanction_id,
            body.reason,
            context.policies,
            caller=caller,
            now=context.clock(),
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/lift")
def lift_sanction(
    sanction_id: PathId, body: Lifting, context: Context, caller: Reviewer, key: IdempotencyKey
) -> SanctionRecord:
    """End a sanction that was carried out before its time; the points stay taken."""
    return context.write(
        key,
        lambda connection: afterwards.lift(
            connection,
            sanction_id,
            body.reason,
            context.policies,
            caller=caller,
            now=context.clock(),
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/extend")
def extend_sanction(
    sanction_id: PathId, body: Extension, context: Context, caller: Reviewer, key: IdempotencyKey
) -> SanctionRecord:
    """Let a sanction run longer; never by who gave a verdict it rests on."""
    return context.write(
        key,
        lambda connection: afterwards.extend(
            connection,
            sanction_id,
            body.until,
            body.reason,
            context.policies,
            caller=caller,
            now=context.clock(),
        ),
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
    return context.write(
        key,
        lambda connection: afterwards.note_notice(
            connection,
            sanction_id,
            context.policies,
            is_delivered=body.delivered,
            caller=caller,
            now=context.clock(),
        ),
    )


@router.post("/v1/sanctions/{sanction_id:path}/done")
def note_done(
    sanction_id: PathId,
    context: Context,
    caller: Annotated[Caller, allows(PLATFORM)],
    key: IdempotencyKey,
) -> SanctionRecord:
    """Tell that the platform has done what a sanction says; told twice, it was done once."""
    return context.write(
        key,
        lambda connection: afterwards.note_done(
            connection, sanction_id, context.policies, caller=caller, now=context.clock()
        ),
    )
