"""Bodies and answers of the answers routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.schemas import ACTS_FOR
from service.http.fields import Instant, RequestBody, ResponseBody, Words

Number = int | float


class Answer(RequestBody):
    """What a seller says to a complaint."""

    text: Words
    by: Literal["seller"] | None = Field(None, description=ACTS_FOR)


class NoticeShown(ResponseBody):
    """What a notice says of a complaint, before it is decided and after, without its buyer."""

    complaint_id: str
    seller_id: str
    category: str
    filed_at: Instant
    outcome: Literal["pending", "upheld", "rejected", "unfounded", "reversed", "withdrawn"]
    points: Number = Field(description="Points held now.")
    points_least: Number = Field(
        description="Its least cost if it is upheld; once decided, the points it takes now."
    )
    points_most: Number = Field(description="Its highest cost.")
    answer_until: Instant | None = Field(
        description="Nobody should decide sooner without an answer; null: until it is decided."
    )
    appeal_until: Instant | None = Field(
        description="Upheld, until when the seller may appeal; null: no more, or without an end."
    )
    text: str = Field(description="The same in words, to be sent.")
