"""A seller's standing, as the responses show it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.http.fields import ResponseBody

Status = Literal["active", "warned", "awaiting_approval", "suspended", "removed"]
EntryState = Literal["standing", "reversed", "expired", "spent"]


class Standing(ResponseBody):
    """Where a seller stands under the deduction rules."""

    points: int | float = Field(description="Points held now; at zero the seller is suspended.")
    level: int | float = Field(description="Points taken and still counting.")
    status: Status
