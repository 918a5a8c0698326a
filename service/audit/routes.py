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
from service.roles import READERS

router = router_of("audit")

Subject = Annotated[
    str | None,
    Query(max_length=SUBJECT_MAX, pattern=PRINTABLE, description="Such as `complaint c1`."),
]


@router.get("/v1/audit")
def list_records(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    subject: Subject = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> AuditPage:
    """The record of decisions, newest first; all of it, or that of one subject."""
    with context.database.reading() as connection:
        return actions.records_page(connection, subject, limit=limit, cursor=cursor)
