"""Bodies and responses of the sanctions routes."""

from __future__ import annotations

from pydantic import Field

from service.http.fields import GivenInstant, RequestBody, Text, Words


class Approval(RequestBody):
    """A second person's decision about a sanction."""

    reason: Text = Field("", description="To approve, needed where the policy says so.")


class Lifting(RequestBody):
    """Why a sanction ends before its time."""

    reason: Words


class Extension(Lifting):
    """Until when a sanction runs instead, and why."""

    until: GivenInstant


class NoticeGiven(RequestBody):
    """Whether the notice of a sanction reached the seller."""

    delivered: bool
