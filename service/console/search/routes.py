"""Any id typed into one box leads to its page."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Annotated, get_args

from fastapi import Request, Response

from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.http.access.keys import Caller
from service.http.context import Context
from service.roles import READERS
from service.views.search.actions import found
from service.views.search.schemas import Hit, Kind

router = page_router()


@router.get("/search")
def search(
    request: Request, context: Context, _: Annotated[Caller, signed_in(READERS)], q: str = ""
) -> Response:
    """Go to what has this id; list several, and say what was looked for where nothing has it."""
    name = q.strip()
    with context.database.reading() as connection:
        for spelled in (name, name.lower(), name.upper()):
            if hits := found(connection, spelled):
                name = spelled
                break
    if len(hits) == 1:
        return see(address_of(hits[0], name))
    by_kind = [
        (kind, [(one, address_of(one, name)) for one in group])
        for kind, group in groupby(hits, attrgetter("kind"))
    ]
    return render(request, "search/search.html", name=name, by_kind=by_kind, kinds=get_args(Kind))


def address_of(hit: Hit, name: str) -> str:
    """The page of what was found."""
    seller, complaint = in_path(hit.seller_id), in_path(hit.complaint_id or "")
    return {
        "seller": f"/sellers/{seller}",
        "complaint": f"/complaints/{complaint}",
        "order": f"/complaints/{complaint}",
        "case": f"/cases/{in_path(name)}",
        "sanction": f"/sanctions/{in_path(name)}",
        "verdict": f"/complaints/{complaint}#decision",
        "appeal": f"/appeals/{in_path(name)}",
        "evidence": f"/evidence/{in_path(name)}",
    }[hit.kind]
