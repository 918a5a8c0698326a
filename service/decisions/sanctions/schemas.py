"""Bodies and responses of the sanctions routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.http.fields import GivenInstant, RequestBody, Text


class Approval(RequestBody):
    """A second person's decision about a sanction."""

    reason: Text = ""


class Lifting(RequestBody):
    """Why a sanction ends before its time."""

    reason: Annotated[Text, Field(min_length=1)]


class Extension(Lifting):
    """Until when a sanction runs instead, and why."""

    until: GivenInstant


class NoticeGiven(RequestBody):
    """Whether the notice of a sanction reached the seller."""

    delivered: bool
