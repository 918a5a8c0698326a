"""HTTP for scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import House
from service.roles import ANYBODY
from service.scoring import actions
from service.scoring.schemas import Scores, ScoresBody, StoredScores

router = APIRouter(tags=["scores"])


@router.post("/v1/scores")
def score_sellers(
    body: Annotated[ScoresBody, Body()], house: House, _: Annotated[Caller, allows(ANYBODY)]
) -> Scores:
    """Current assessments of `seller_ids`; or score `complaints` and `orders` as of an instant."""
    if isinstance(body, StoredScores):
        house.catch_up(body.seller_ids)
        with house.database.reading() as connection:
            return actions.stored_scores(connection, body.seller_ids)
    return actions.score_given(
        body.complaints,
        body.orders,
        as_of=body.as_of,
        model=house.shelf.current(),
        fdr=house.settings.queue_fdr,
    )
