"""What the workload's routes answer."""

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


class PlaceWaits(ResponseBody):
    """How long cases of one part of the queue wait until somebody takes them."""

    since: float = Field(description="The part: from this share of the cases, the first first,")
    until: float = Field(description="to this one.")
    cases: int
    median_hours: float | None = Field(description="By the clock, nights and weekends included.")
    tenth_hours: float | None = Field(description="One of ten waits longer, by the clock.")
    worked_hours: float | None = Field(
        description="Mean in hours that are worked; null of what was measured."
    )
    formula_hours: float | None = Field(
        description="The same by Cobham's formula, which assumes that cases come evenly; null "
        "where this part is never reached."
    )


class StaffedWaits(ResponseBody):
    """The same cases with a number of people."""

    people: int
    load: float = Field(description="Share of their shifts that the cases take; aim at 0.85.")
    overdue: float = Field(description="Share of cases that nobody takes before they are due.")
    places: list[PlaceWaits]


class WaitingShown(ResponseBody):
    """How long cases wait: as it was, and by a simulation of the same cases."""

    cases: int
    days: int
    minutes_a_case: float
    measured: list[PlaceWaits] = Field(description="Of those that somebody has taken.")
    staffed: list[StaffedWaits]
