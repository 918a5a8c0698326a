"""A seller's standing, as the responses show it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from service.http.fields import ResponseBody

Status = Literal["active", "warned", "awaiting_approval", "suspended", "removed"]
HELD: Final = "Points held now: what is left of those the rules give, between floor and ceiling."
TAKEN: Final = "Points taken that count now, after caps and credits."
EntryState = Literal["standing", "reversed", "expired", "spent"]


class Standing(ResponseBody):
    """Where a seller stands under the deduction rules."""

    points: int | float = Field(description=HELD)
    level: int | float = Field(description=TAKEN)
    status: Status
