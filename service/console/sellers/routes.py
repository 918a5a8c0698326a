"""One seller: what was decided, what that means, and every case and complaint there was."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
from service.console.sellers.adding_up import reached_tiers
from service.console.sellers.page import Places, parts_of
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.roles import READERS
from service.sellers.store import check_known

router = page_router()


@router.get("/sellers/{seller_id}")
def show_seller(
    seller_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
    complaints: str | None = None,
    cases: str | None = None,
    entries: str | None = None,
    record: str | None = None,
) -> Response:
    """One seller; each list is paged by a cursor of its own."""
    with context.database.reading() as connection:
        check_known(connection, seller_id)
    places = Places(complaints, cases, entries, record)
    return render(
        request,
        "sellers/seller.html",
        seller_id=seller_id,
        parts=parts_of(context, seller_id, caller, places),
        places=places,
        policy=context.policies.at(context.clock()),
        reached_tiers=reached_tiers,
    )
