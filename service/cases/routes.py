"""HTTP for the queue and its cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Body, Response
from sqlalchemy import Connection

from service.cases import actions, learning
from service.cases.schemas import (
    CaseClose,
    CaseEscalate,
    CaseNote,
    CaseShown,
    CaseSnooze,
    LearningShown,
    QueuePage,
)
from service.cases.store import Kind, Only, Which
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import AppContext, Context
from service.http.fields import PathId, Word
from service.http.idempotency.idempotency_key import IdempotencyKey, IdempotentRequest
from service.http.paging import PageSize
from service.http.preconditions import SeenVersions, etag
from service.roles import DECIDERS, READERS

router = router_of("queue")
Decider = Annotated[Caller, allows(DECIDERS)]


@router.get("/v1/queue")
def show_queue(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    limit: PageSize = 50,
    cursor: str | None = None,
) -> QueuePage:
    """Open cases in priority order, each with its breakdown and its reasons."""
    with context.database.reading() as connection:
        return actions.queue_page(connection, now=context.clock(), limit=limit, cursor=cursor)


@router.post("/v1/queue/claim", responses={204: {"description": "No case is free."}})
def claim_case(context: Context, caller: Decider, key: IdempotencyKey) -> CaseShown:
    """Lease the first case that nobody holds; 204 when there is none."""
    claimed = context.write(
        key,
        lambda connection: actions.claim_next(
            connection,
            caller=caller,
            now=context.clock(),
            lease_us=context.settings.lease_us,
            held_max=context.settings.cases_held_max,
        ),
    )
    return claimed or Response(status_code=204)  # type: ignore[return-value]  # FastAPI's way


@router.get("/v1/learning")
def show_learning(context: Context, _: Annotated[Caller, allows(READERS)]) -> LearningShown:
    """What people found in closed cases, by kind of evidence, and whether it orders the queue."""
    with context.database.reading() as connection:
        found = learning.last_learning(connection, now=context.clock())
    return learning.shown(found, is_used=context.settings.queue_learns)


@router.get("/v1/cases")
def list_cases(
    context: Context,
    caller: Annotated[Caller, allows(READERS)],
    which: Which = "queue",
    kind: Kind | None = None,
    category: Word | None = None,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> QueuePage:
    """Cases of one kind: open ones by priority, closed ones newest first.

    `kind` are those that are `flagged`, that `capacity` was there for, or of a suspected `brigade`;
    `category` those about whose seller a complaint of it came in lately.
    """
    with context.database.reading() as connection:
        return actions.case_page(
            connection,
            which,
            only=Only(kind, category),
            caller=caller,
            now=context.clock(),
            limit=limit,
            cursor=cursor,
        )


@router.get("/v1/cases/{case_id}")
def show_case(
    case_id: PathId, context: Context, response: Response, _: Annotated[Caller, allows(READERS)]
) -> CaseShown:
    """One case, open or closed; its version is the `ETag`."""
    with context.database.reading() as connection:
        case = actions.show_case(connection, case_id, now=context.clock())
    response.headers["ETag"] = etag(actions.version_of(case))
    return case


@router.post("/v1/cases/{case_id}/claim")
def take_case(
    case_id: PathId, context: Context, caller: Decider, key: IdempotencyKey, seen: SeenVersions
) -> CaseShown:
    """Lease this case to the caller, wherever it stands in the queue; 409 if another holds it."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.claim_case(
            connection,
            case_id,
            caller=caller,
            now=context.clock(),
            lease_us=context.settings.lease_us,
            held_max=context.settings.cases_held_max,
        ),
    )


@router.post("/v1/cases/{case_id}/renew")
def renew_case(
    case_id: PathId, context: Context, caller: Decider, key: IdempotencyKey, seen: SeenVersions
) -> CaseShown:
    """Prolong the caller's lease."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.renew(
            connection,
            case_id,
            caller=caller,
            now=context.clock(),
            lease_us=context.settings.lease_us,
        ),
    )


@router.post("/v1/cases/{case_id}/release")
def release_case(
    case_id: PathId, context: Context, caller: Decider, key: IdempotencyKey, seen: SeenVersions
) -> CaseShown:
    """Give the case back to the queue."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.release(connection, case_id, caller=caller, now=context.clock()),
    )


@router.post("/v1/cases/{case_id}/snooze")
def snooze_case(
    case_id: PathId,
    body: CaseSnooze,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
) -> CaseShown:
    """Give the case back and leave it out of the queue until an instant."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.snooze(
            connection, case_id, body, caller=caller, now=context.clock()
        ),
    )


@router.post("/v1/cases/{case_id}/escalate")
def escalate_case(
    case_id: PathId,
    body: CaseEscalate,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
) -> CaseShown:
    """Give the case back for a reviewer to take."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.escalate(
            connection, case_id, body, caller=caller, now=context.clock()
        ),
    )


@router.post("/v1/cases/{case_id}/note")
def note_case(
    case_id: PathId, body: CaseNote, context: Context, caller: Decider, key: IdempotencyKey
) -> CaseShown:
    """Tell colleagues something about the case, also one that another holds."""
    return context.write(
        key,
        lambda connection: actions.add_note(
            connection, case_id, body, caller=caller, now=context.clock()
        ),
    )


@router.post("/v1/cases/{case_id}/close")
def close_case(
    case_id: PathId,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
    body: Annotated[CaseClose | None, Body()] = None,
) -> CaseShown:
    """End the case; it re-opens only on new complaints."""
    return _changed(
        context,
        key,
        case_id,
        seen,
        lambda connection: actions.close(
            connection, case_id, body or CaseClose(), caller=caller, now=context.clock()
        ),
    )


def _changed(
    context: AppContext,
    key: IdempotentRequest,
    case_id: str,
    seen: frozenset[str] | None,
    act: Callable[[Connection], CaseShown],
) -> CaseShown:
    """Change a case once, if it is as the caller saw it."""

    def changed(connection: Connection) -> CaseShown:
        actions.check_seen(connection, case_id, seen, now=context.clock())
        return act(connection)

    return context.write(key, changed)
