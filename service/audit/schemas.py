"""Answers of the audit routes."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from service.http.fields import Instant, ResponseBody


class AuditRecord(ResponseBody):
    """One decision: who, when, why, what was before and what is after."""

    number: int
    at: Instant
    actor: str
    role: str
    action: str
    subject: str
    why: str
    is_erased: bool = Field(description="Whether the words of `why` were removed by an erasure.")
    before: Any
    after: Any
    policy: str | None
    model: str | None
    seller_id: str | None = Field(description="Whom it is about.")
    seal: str = Field(description="Note the newest elsewhere: `detector audit verify --expect`.")


class AuditPage(ResponseBody):
    """Decisions, newest first."""

    records: list[AuditRecord]
    next_cursor: str | None
