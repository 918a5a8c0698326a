"""The queue: cases in the order in which they need a person."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Response

from service.cases import actions
from service.cases.store import Which
from service.console.pages.forms import GivenForm, new_key, result_of
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import Context
from service.roles import DECIDERS, READERS

router = page_router()
ROWS: Final = 25
"""Cases on one page: more than anybody looks at before the queue has changed."""


@router.get("/queue")
def show_queue(
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
    which: Which = "queue",
    cursor: str | None = None,
) -> Response:
    """Cases of one kind: open ones by priority, closed ones newest first."""
    with context.database.reading() as connection:
        page = actions.case_page(
            connection, which, caller=caller, now=context.clock(), limit=ROWS, cursor=cursor
        )
    return render(
        request,
        "queue/queue.html",
        page=page,
        which=which,
        may_claim=caller.role in DECIDERS,
        idempotency_key=new_key(),
    )


@router.post("/queue/claim")
def claim_next(
    context: Context, caller: Annotated[Caller, signed_in(DECIDERS)], form: GivenForm
) -> Response:
    """Take the first case that nobody holds and go to it."""
    settings = context.settings
    claimed = result_of(
        context.write(
            form.key,
            lambda connection: actions.claim_next(
                connection,
                caller=caller,
                now=context.clock(),
                lease_us=settings.lease_us,
                held_max=settings.cases_held_max,
            ),
        )
    )
    return see(f"/cases/{claimed['case_id']}", "claimed") if claimed else see("/queue", "no-case")
