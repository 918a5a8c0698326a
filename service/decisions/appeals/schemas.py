"""Bodies and responses of the appeals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.decisions.schemas import ACTS_FOR, AppealShown, Party
from service.http.fields import RequestBody, Text, Words


class Appeal(RequestBody):
    """The losing party's appeal against a verdict."""

    by: Party | None = Field(None, description=f"{ACTS_FOR} Only the losing party may appeal.")
    reason: Words = Field(description="Why: there is one appeal, and somebody else reads it.")


class AppealDecision(RequestBody):
    """Another person's decision about an appeal."""

    outcome: Literal["granted", "denied"]
    reason: Text = Field("", description="Needed where the policy says so.")


class AppealDecided(AppealShown):
    """A decided appeal with what it did to the seller's standing."""

    standing: Standing
