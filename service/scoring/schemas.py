"""Bodies and answers of the scoring routes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from service.http.fields import GivenInstant, Id, Instant, RequestBody, ResponseBody
from service.intake.complaints.schemas import Complaint
from service.intake.orders.schemas import SellerDay


class StoredScores(RequestBody):
    """Ask for the current assessments of known sellers."""

    seller_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)]


class StatelessScores(RequestBody):
    """Score a history given in the request; nothing is stored."""

    as_of: GivenInstant
    complaints: Annotated[list[Complaint], Field(max_length=200_000)]
    orders: Annotated[list[SellerDay], Field(max_length=200_000)] | None = None


def _shape(body: Any) -> str:  # noqa: ANN401 - a JSON value of any kind
    stored = isinstance(body, StoredScores) or (isinstance(body, dict) and "seller_ids" in body)
    return "stored" if stored else "stateless"


ScoresBody = Annotated[
    Annotated[StoredScores, Tag("stored")] | Annotated[StatelessScores, Tag("stateless")],
    Discriminator(_shape),
]


class AssessmentShown(ResponseBody):
    """All that the machine says about one seller at one instant."""

    seller_id: str
    as_of: Instant
    score: float = Field(description="Higher is more suspicious; comparable across days.")
    surprise: float = Field(description="-log10 of the chance of what was seen, if all were usual.")
    p_value: float
    q_value: float = Field(description="Share of false flags among sellers this suspicious.")
    flagged: bool
    rank: int = Field(description="1 is the most suspicious of that instant.")
    reasons: list[str]
    suspicion: str


class Scores(ResponseBody):
    """Assessments, most suspicious first."""

    model: str | None
    scores: list[AssessmentShown]
    unknown: list[str] = Field(description="Sellers asked for that have no assessment.")
