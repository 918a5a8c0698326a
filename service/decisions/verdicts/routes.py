"""HTTP for verdicts, and for those that several people must agree on."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from service.decisions.verdicts import proposals
from service.decisions.verdicts.actions import seller_of, verdict_with_id
from service.decisions.verdicts.schemas import (
    ProposalPage,
    Seconding,
    Verdict,
    VerdictGiven,
    VerdictProposed,
    VerdictShown,
)
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey, IdempotentRequest
from service.refusals import NoSuchVerdict
from service.roles import DECIDERS, READERS

router = APIRouter(tags=["verdicts"])
Decider = Annotated[Caller, allows(DECIDERS)]
GivenOrProposed = VerdictGiven | VerdictProposed
WAITS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": VerdictProposed, "description": "It waits for others to agree."}
}


@router.post(
    "/v1/complaints/{complaint_id:path}/verdict", status_code=HTTPStatus.CREATED, responses=WAITS
)
def give_verdict(
    complaint_id: PathId,
    body: Verdict,
    response: Response,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
) -> VerdictGiven | VerdictProposed:
    """Decide about a complaint; an upheld one takes the points that the policy says.

    Where the policy asks that several people agree it is proposed, and 202, until enough do.
    """
    return _write(
        context,
        key,
        response,
        lambda connection: proposals.decide(
            connection, complaint_id, body, context.policies, caller=caller, now=context.clock()
        ),
    )


@router.post(
    "/v1/complaints/{complaint_id:path}/verdict/second",
    status_code=HTTPStatus.CREATED,
    responses=WAITS,
)
def second_verdict(
    complaint_id: PathId,
    body: Seconding,
    response: Response,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
) -> VerdictGiven | VerdictProposed:
    """Agree with a proposed verdict; it is given once enough people have, each of them another."""
    return _write(
        context,
        key,
        response,
        lambda connection: proposals.second(
            connection,
            complaint_id,
            body.reason,
            context.policies,
            caller=caller,
            now=context.clock(),
        ),
    )


@router.post("/v1/complaints/{complaint_id:path}/verdict/decline")
def decline_verdict(
    complaint_id: PathId, body: Seconding, context: Context, caller: Decider, key: IdempotencyKey
) -> VerdictProposed:
    """Let a proposed verdict fall; the complaint waits for one as before."""
    return context.write(
        key,
        lambda connection: proposals.decline(
            connection, complaint_id, body.reason, caller=caller, now=context.clock()
        ),
    )


@router.get("/v1/verdicts/{verdict_id}")
def show_verdict(
    verdict_id: PathId, context: Context, _: Annotated[Caller, allows(READERS)]
) -> VerdictShown:
    """One verdict: entries and sanctions name those they rest on."""
    with context.database.reading() as connection:
        if seller_of(connection, verdict_id) is None:
            raise NoSuchVerdict(f"no verdict has the id {verdict_id!r}")
        return verdict_with_id(connection, verdict_id)


@router.get("/v1/proposals")
def list_proposals(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> ProposalPage:
    """Proposed verdicts that wait for others to agree, oldest first."""
    with context.database.reading() as connection:
        return proposals.proposals_page(connection, limit=limit, cursor=cursor)


def _write(
    context: AppContext,
    key: IdempotentRequest,
    response: Response,
    act: Callable[[Connection], GivenOrProposed],
) -> GivenOrProposed:
    """Run a request once; 201 for a verdict that was given, 202 while it waits for others."""
    status = HTTPStatus.CREATED

    def acting(connection: Connection) -> GivenOrProposed:
        nonlocal status
        answer = act(connection)
        if isinstance(answer, VerdictProposed):
            status = HTTPStatus.ACCEPTED
        response.status_code = status
        return answer

    answer = context.write(key, acting, lambda: status)
    if isinstance(answer, VerdictGiven):
        context.meters.verdicts.labels(answer.outcome).inc()
        context.wake_worker()
    return answer
