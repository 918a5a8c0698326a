"""The queue: cases in the order in which they need a person."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from service.cases import actions
from service.cases.store import Kind, Only, Which
from service.console.languages.writing import apart
from service.console.pages.forms import GivenForm, new_key, result_of
from service.console.pages.gate import polling, signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.parts import part_of
from service.console.pages.rendering import render, unless_unchanged
from service.console.queue.page import Listing, beside, causes_of, rows_of
from service.http.access.keys import Caller
from service.http.context import Context
from service.roles import DECIDERS, READERS

router = page_router()


async def _listing_of(
    which: Which = "queue",
    kind: Kind | None = None,
    category: str = "",
    cursor: str | None = None,
) -> Listing:
    return Listing(which, Only(kind, category.strip() or None), cursor)


Listed = Annotated[Listing, Depends(_listing_of)]
"""Which cases an address asks for."""


@router.get("/queue")
def show_queue(
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
    listing: Listed,
) -> Response:
    """Cases of one kind: open ones by priority, closed ones newest first."""
    rows, now = rows_of(context, caller, listing), context.clock()
    causes = causes_of(context) if listing.which == "queue" else None
    under = [case for cause in (causes and causes.value) or [] for case in cause.cases]
    held = part_of(context, lambda c: actions.count_held(c, caller=caller, now=now))
    return render(
        request,
        "queue/queue.html",
        status=200 if rows.value else 500,
        rows=rows,
        causes=causes,
        shared={case.case_id for case in under},
        beside=beside(context, rows.value.cases if rows.value else []),
        listing=listing,
        address=_address,
        categories=sorted(context.policies.at(now).categories),
        may_claim=caller.role in DECIDERS,
        is_full=held.value is not None and held.value >= context.settings.cases_held_max,
        held=held.value,
        idempotency_key=new_key(),
    )


@router.get("/queue/rows")
def show_rows(
    request: Request,
    context: Context,
    caller: Annotated[Caller, polling(READERS)],
    listing: Listed,
) -> Response:
    """Which cases such a page would list now, who holds each, and until when it is due."""
    rows, now = rows_of(context, caller, listing), context.clock()
    cases = rows.value.cases if rows.value else []
    facts = [
        (
            *(case.case_id, case.lease and case.lease.holder, case.escalated_by),
            *((at, at and apart(at, now)) for at in (case.due_at, case.snoozed_until)),
        )
        for case in cases
    ]
    seen = (caller.person, facts)
    return unless_unchanged(request, seen, lambda: render(request, "queue/rows.html", cases=cases))


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


def _address(page: str, listing: Listing, *, which: str = "", cursor: str | None = None) -> str:
    """The address of a page of a listing, or of the same filters in another kind."""
    given = {
        "which": which or listing.which,
        "kind": listing.only.kind,
        "category": listing.only.category,
        "cursor": cursor,
    }
    return f"{page}?{urlencode({name: value for name, value in given.items() if value})}"
