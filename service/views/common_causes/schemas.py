"""What the route of common causes answers."""

from __future__ import annotations

from pydantic import Field

from service.http.fields import Instant, ResponseBody


class CaseOfCause(ResponseBody):
    """An open case that is no more than its part in a common cause."""

    case_id: str
    seller_id: str


class CommonCauseShown(ResponseBody):
    """Many sellers whose complaints of one category are up together, in one group or at large."""

    column: str = Field(description="A category, or `(all)`.")
    group: str | None = Field(
        description="The group whose complaints are up, null where it is sellers of any group."
    )
    since: Instant = Field(description="The first of the days that show it.")
    days: int
    times: float = Field(description="How many times as many complaints as are due.")
    share: float = Field(description="Of the sellers with enough complaints to tell.")
    of: int = Field(description="How many sellers have enough complaints to tell.")
    p_value: float = Field(description="An upper bound: chance brings as much on fewer days.")
    sellers: list[str] = Field(description="Up to 50 that are likelier up than not, surest first.")
    sentence: str
    cases: list[CaseOfCause] = Field(
        description="Of the first 1,000 open cases, those whose strongest finding is no more than "
        "their part in it, first priority first."
    )


class CommonCauses(ResponseBody):
    """What moves many sellers alike, as the market was last scored, the surest first."""

    common_causes: list[CommonCauseShown]
