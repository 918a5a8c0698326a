"""HTTP for scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import Context
from service.roles import ANYBODY
from service.scoring import actions
from service.scoring.schemas import Scores, ScoresBody, StoredScores

router = APIRouter(tags=["scores"])


@router.post("/v1/scores")
def score_sellers(
    body: Annotated[ScoresBody, Body()], context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> Scores:
    """Current assessments of `seller_ids`; or score `complaints` and `orders` as of an instant."""
    if isinstance(body, StoredScores):
        context.catch_up(body.seller_ids)
        with context.database.reading() as connection:
            return actions.stored_scores(connection, body.seller_ids)
    return actions.score_given(
        body.complaints,
        body.orders,
        as_of=body.as_of,
        model=context.active_model.current(),
        fdr=context.settings.queue_fdr,
    )
