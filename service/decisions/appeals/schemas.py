"""Bodies and responses of the appeals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.decisions.schemas import ACTS_FOR, AppealShown, Party
from service.http.fields import Instant, RequestBody, ResponseBody, Text, Words


class Appeal(RequestBody):
    """The losing party's appeal against a verdict."""

    by: Party | None = Field(None, description=f"{ACTS_FOR} Only the losing party may appeal.")
    reason: Words = Field(description="Why: there is one appeal, and somebody else reads it.")


class Opinion(RequestBody):
    """What a person thinks of a complaint before seeing the verdict that is appealed."""

    outcome: Literal["upheld", "rejected", "unfounded"]
    reason: Words = Field(description="Why; for colleagues, nobody outside reads it.")


class OpinionShown(ResponseBody):
    """An opinion as it was stored; it does not change any more."""

    opinion_id: str
    appeal_id: str
    person: str
    outcome: Literal["upheld", "rejected", "unfounded"]
    reason: str
    given_at: Instant


class AppealDecision(RequestBody):
    """Another person's decision about an appeal."""

    outcome: Literal["granted", "denied"]
    reason: Text = Field("", description="Needed where the policy says so.")


class AppealDecided(AppealShown):
    """A decided appeal with what it did to the seller's standing."""

    standing: Standing
