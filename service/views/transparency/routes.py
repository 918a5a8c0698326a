"""HTTP for the records of the EU's DSA Transparency Database."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Query, Response

from detector.rules.reports.transparency import FIELDS, row_of
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.csv_text import csv_of
from service.http.fields import GivenInstant
from service.roles import ANYBODY
from service.views.transparency.actions import transparency_page
from service.views.transparency.schemas import TransparencyPage

router = router_of("transparency")
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.get("/v1/transparency", response_model=TransparencyPage, responses=CSV)
def list_records(
    context: Context,
    _: Annotated[Caller, allows(ANYBODY)],
    begin: Annotated[GivenInstant, Query(alias="from", description="Applied from then on.")],
    end: Annotated[GivenInstant, Query(alias="to", description="And before then.")],
    form: Annotated[
        Literal["json", "csv"],
        Query(alias="format", description="CSV names the next page in `Next-Cursor`."),
    ] = "json",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> TransparencyPage | Response:
    """Records for the EU's DSA Transparency Database of the restrictions applied in a period."""
    with context.database.reading() as connection:
        page = transparency_page(
            connection, context.policies, begin, end, limit=limit, cursor=cursor
        )
    if form == "json":
        return page
    headers = {} if page.next_cursor is None else {"Next-Cursor": page.next_cursor}
    return Response(
        csv_of(FIELDS, map(row_of, page.statements)), media_type="text/csv", headers=headers
    )
