"""HTTP for scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Depends, Request

from service.assessments.active_model import ModelInUse
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.roles import ANYBODY
from service.scoring import actions
from service.scoring.schemas import Scores, ScoresBody, StoredScores
from service.scoring.worker import Worker

router = router_of("scores", body=BodyKind.ROWS)


async def _worker_of(request: Request) -> Worker:
    worker: Worker = request.app.state.worker
    return worker


@router.post("/v1/scores")
def score_sellers(
    body: Annotated[ScoresBody, Body()],
    context: Context,
    active_model: ModelInUse,
    worker: Annotated[Worker, Depends(_worker_of)],
    _: Annotated[Caller, allows(ANYBODY)],
) -> Scores:
    """Current assessments of `seller_ids`; or score `complaints` and `orders` as of an instant."""
    if isinstance(body, StoredScores):
        if context.settings.work:  # else another process scores
            worker.catch_up(body.seller_ids)
        with context.database.reading() as connection:
            return actions.stored_scores(connection, body.seller_ids)
    return actions.score_given(
        body.complaints,
        body.orders,
        as_of=body.as_of,
        model=active_model.current(),
        fdr=context.settings.queue_fdr,
    )
