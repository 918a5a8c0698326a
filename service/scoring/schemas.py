"""Bodies and answers of the scoring routes."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Discriminator, Field, Tag

from service.assessments.schemas import AssessmentShown
from service.cases.schemas import YearShown
from service.http.fields import (
    BY_SLICES,
    KIND,
    GivenInstant,
    Id,
    Instant,
    RequestBody,
    ResponseBody,
)
from service.intake.complaints.schemas import Complaint
from service.intake.orders.schemas import SellerDay


class StoredScores(RequestBody):
    """Ask for the current assessments of known sellers."""

    seller_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)]


class StatelessScores(RequestBody):
    """Score a history given in the request; nothing is stored."""

    as_of: GivenInstant
    complaints: Annotated[list[Complaint], Field(max_length=200_000), BY_SLICES]
    orders: Annotated[list[SellerDay], Field(max_length=200_000), BY_SLICES] | None = None


_STORED: Final = f"{KIND}stored"
_STATELESS: Final = f"{KIND}stateless"


def _shape(body: Any) -> str:  # noqa: ANN401 - a JSON value of any kind
    stored = isinstance(body, StoredScores) or (isinstance(body, dict) and "seller_ids" in body)
    return _STORED if stored else _STATELESS


ScoresBody = Annotated[
    Annotated[StoredScores, Tag(_STORED)] | Annotated[StatelessScores, Tag(_STATELESS)],
    Discriminator(_shape),
]


class Scores(ResponseBody):
    """Assessments, most suspicious first."""

    model: str | None
    scores: list[AssessmentShown]
    unknown: list[str] = Field(description="Sellers asked for that have no assessment.")
    joined: dict[str, str] = Field(
        description="Sellers asked for by a name that people joined to another: the name under "
        "which each is assessed."
    )


class LevelShown(YearShown):
    """A seller's year beside the market's, in the kind of complaint in which it is worst."""

    seller_id: str
    reason: str


class LevelList(ResponseBody):
    """Sellers bad by level, not by change, worst first."""

    as_of: Instant
    model: str
    levels: list[LevelShown]
    more: int = Field(description="Sellers that are listed as well and not shown.")
