"""HTTP for the audit chain: it can be read, and nothing else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from service.audit import actions
from service.audit.schemas import AuditPage
from service.audit.store import SUBJECT_MAX
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PRINTABLE
from service.http.paging import PageSize
from service.roles import READERS

router = router_of("audit")

Subject = Annotated[
    str | None,
    Query(
        max_length=SUBJECT_MAX,
        pattern=PRINTABLE,
        description="The id of a complaint, seller, case, sanction, verdict, key or model, as it "
        "is everywhere; or a record's own `subject`.",
    ),
]
Seller = Annotated[str | None, Query(max_length=200, pattern=PRINTABLE, description="Its id.")]


@router.get("/v1/audit")
def list_records(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    subject: Subject = None,
    seller: Seller = None,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> AuditPage:
    """The record of decisions, newest first; all of it, or that of one subject or seller."""
    with context.database.reading() as connection:
        return actions.records_page(
            connection, subject=subject, seller_id=seller, limit=limit, cursor=cursor
        )
