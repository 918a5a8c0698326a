"""HTTP for scores."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import Body, Depends, Query, Request

from detector.levels import AT_LEAST
from service.assessments.active_model import ModelInUse
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.http.paging import PageSize
from service.refusals import TooBusy
from service.roles import ANYBODY, READERS
from service.scoring import actions
from service.scoring.levels import levels_list
from service.scoring.schemas import LevelList, Scores, ScoresBody, StoredScores
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


async def _listing_of(request: Request) -> threading.Lock:
    lock: threading.Lock = request.app.state.levels_lock
    return lock


@router.get("/v1/levels")
def list_levels(
    context: Context,
    active_model: ModelInUse,
    listing: Annotated[threading.Lock, Depends(_listing_of)],
    _: Annotated[Caller, allows(READERS)],
    at_least: Annotated[
        float,
        Query(
            ge=1,
            allow_inf_nan=False,
            description="Times the market's rate, at the interval's lower end.",
        ),
    ] = AT_LEAST,
    limit: PageSize = 50,
) -> LevelList:
    """The sellers that are bad by level, not by change, worst first: as `detector levels` has them.

    Reads the whole market's year. One at a time: a second is 503 while the first is worked out.
    """
    model = active_model.current()
    if not listing.acquire(blocking=False):
        raise TooBusy("another list of levels is being worked out; try again shortly")
    try:
        with context.database.reading() as connection:
            return levels_list(
                connection, model, now=context.clock(), at_least=at_least, limit=limit
            )
    finally:
        listing.release()
