"""Bodies and responses of the adjustments routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.http.fields import RequestBody, ResponseBody, Text, Word, Words

Points = Annotated[int, Field(gt=0, lt=10**9)]
Count = Annotated[int, Field(ge=0, lt=2**53)]


class Credit(RequestBody):
    """Points that a seller has earned back."""

    points: Points = Field(description="In the policy's units; it may bound them.")
    kind: Word = Field(description="What they are for; a policy may name the kinds it accepts.")
    reason: Text = ""


class Volume(RequestBody):
    """A seller's transactions, for policies that go by a share of them."""

    transactions: Annotated[dict[Word, Count], Field(min_length=1, max_length=20)] = Field(
        description='By the windows that the policy names, such as `{"90d": 400, "365d": 1800}`.'
    )


class Forgiveness(RequestBody):
    """Why an entry is forgiven."""

    reason: Words


class StandingAfter(ResponseBody):
    """What an event did to a seller's standing."""

    event_id: str = Field(description="Its id in the log.")
    seller_id: str
    standing: Standing
    awaiting_approval: list[str] = Field(
        description="The seller's sanctions that wait for a second person: `/v1/sanctions`."
    )
