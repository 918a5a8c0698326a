"""Bodies and responses of the appeals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.decisions.schemas import AppealShown, Party
from service.http.fields import RequestBody, Text


class Appeal(RequestBody):
    """The losing party's appeal against a verdict."""

    by: Party | None = Field(
        None, description="Who appeals; the losing party when left out, nobody else may."
    )
    reason: Text = ""


class AppealDecision(RequestBody):
    """Another person's decision about an appeal."""

    outcome: Literal["granted", "denied"]
    reason: Text = ""


class AppealDecided(AppealShown):
    """A decided appeal with what it did to the seller's standing."""

    standing: Standing
