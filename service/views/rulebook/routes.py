"""HTTP for the rules. A seller's statement comes before the seller, whose id may hold slashes."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import Depends, Request

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.http.fields import PathId
from service.refusals import TooBusy
from service.roles import ANYBODY, READERS
from service.sellers.store import check_known
from service.views.rulebook import actions
from service.views.rulebook.schemas import RulesShown, StatementList, WhatIf, WhatIfShown
from service.views.rulebook.what_if_process import what_if_in_process

router = router_of("rules", body=BodyKind.POLICY)


async def _comparison_of(request: Request) -> threading.Lock:
    """Locked while a request folds the whole log: one is enough for a process."""
    lock: threading.Lock = request.app.state.comparison_lock
    return lock


@router.get("/v1/rules")
def show_rules(context: Context, _: Annotated[Caller, allows(ANYBODY)]) -> RulesShown:
    """The rules in force: what costs points, the evidence it needs, and what follows."""
    return actions.rules_shown(context.policies, now=context.clock())


@router.post("/v1/rules/compare")
def compare_rules(
    body: WhatIf,
    context: Context,
    comparing: Annotated[threading.Lock, Depends(_comparison_of)],
    _: Annotated[Caller, allows(READERS)],
) -> WhatIfShown:
    """What another policy would have made of the decisions so far; nothing is changed by asking.

    One at a time: a second is 503 while the first is being worked out. A long log is folded in a
    process of its own, so that nobody else waits for it.
    """
    settings, now = context.settings, context.clock()
    if not comparing.acquire(blocking=False):
        raise TooBusy("another comparison is being worked out; try again shortly")
    try:
        with context.database.reading() as connection:
            length = actions.log_length(connection, events_max=settings.compare_events_max)
            is_short = length <= settings.compare_apart_events
            lines = actions.read_lines(connection) if is_short else []
        if not is_short:
            return what_if_in_process(settings, body, now=now)
        return actions.what_if(lines, body, context.policies, now=now)
    finally:
        comparing.release()


@router.get("/v1/sellers/{seller_id:path}/statement")
def show_statement(
    seller_id: PathId, context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> StatementList:
    """The statements of reasons for the seller's sanctions, in words for the seller."""
    with context.database.reading() as connection:
        check_known(connection, seller_id)
        return actions.statements_of(connection, seller_id, context.policies, now=context.clock())
