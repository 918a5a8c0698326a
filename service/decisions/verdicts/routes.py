"""HTTP for verdicts, and for those that several people must agree on."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Query, Response

from service.decisions.schemas import Verdict
from service.decisions.transaction import Transaction, decide_in
from service.decisions.verdicts import actions
from service.decisions.verdicts.schemas import Seconding, VerdictGiven, VerdictProposed
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey, IdempotentRequest
from service.http.metrics import Counted, Metrics
from service.http.preconditions import SeenVersions
from service.roles import DECIDERS

router = router_of("verdicts")
Decider = Annotated[Caller, allows(DECIDERS)]
Holding = Annotated[
    bool,
    Query(description="Refuse with 409 unless the caller holds the seller's open case, if any."),
]
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
    metrics: Counted,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
    holding: Holding = False,
) -> VerdictGiven | VerdictProposed:
    """Decide about a complaint; an upheld one takes the points that the policy says.

    Where the policy asks that several people agree it is proposed, and 202, until enough do.
    """

    def act(transaction: Transaction) -> VerdictGiven | VerdictProposed:
        return actions.decide(transaction, complaint_id, body, seen=seen, holding=holding)

    return _decide(context, metrics, key, caller, act, response)


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
    metrics: Counted,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
) -> VerdictGiven | VerdictProposed:
    """Agree with a proposed verdict; it is given once enough people have, each of them another."""

    def act(transaction: Transaction) -> VerdictGiven | VerdictProposed:
        return actions.decide(transaction, complaint_id, body, seen=seen)

    return _decide(context, metrics, key, caller, act, response)


@router.post("/v1/complaints/{complaint_id:path}/verdict/decline")
def decline_verdict(
    complaint_id: PathId,
    body: Seconding,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
    seen: SeenVersions,
) -> VerdictProposed:
    """Let a proposed verdict fall; the complaint waits for one as before."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.decline(transaction, complaint_id, body.reason, seen=seen),
    )


def _decide(
    context: AppContext,
    metrics: Metrics,
    key: IdempotentRequest,
    caller: Caller,
    decide: Callable[[Transaction], VerdictGiven | VerdictProposed],
    response: Response,
) -> VerdictGiven | VerdictProposed:
    """Run a request once; 201 for a verdict that was given, 202 while it waits for others."""
    status = HTTPStatus.CREATED

    def act(transaction: Transaction) -> VerdictGiven | VerdictProposed:
        nonlocal status
        result = decide(transaction)
        if isinstance(result, VerdictProposed):
            status = HTTPStatus.ACCEPTED
        response.status_code = status
        return result

    result = decide_in(context, key, caller, act, lambda: status)
    if isinstance(result, VerdictGiven):
        metrics.verdicts.labels(result.outcome).inc()
        context.wake_worker()
    return result
