"""The answer of the workload route."""

from __future__ import annotations

from pydantic import Field

from service.http.fields import ResponseBody


class Desk(ResponseBody):
    """How much waits for people, by the list that shows it."""

    queue: int = Field(description="Open cases that are not snoozed; of these the next three.")
    mine: int = Field(description="Held by the caller.")
    overdue: int
    escalated: int
    snoozed: int
    proposals: int
    appeals: int
    withdrawals: int
    sanctions: int
    reports: int = Field(description="Notices whose seller nobody has named.")
