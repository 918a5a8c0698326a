"""Bodies and answers of the notices routes."""

from __future__ import annotations

from pydantic import Field

from service.answers.schemas import NoticeShown
from service.decisions.schemas import Party
from service.http.fields import ResponseBody
from service.settings import LanguageTag


class Mail(ResponseBody):
    """What to send to a party. It names no buyer, no moderator and no file."""

    to: Party
    language: LanguageTag
    subject: str
    text: str = Field(description="The words as plain text.")
    html: str = Field(description="The same as a page of HTML without style, script or link.")


class ComplaintNotice(NoticeShown):
    """A complaint's notice in the language asked for."""

    to: Party
    language: LanguageTag
    subject: str
    html: str = Field(description="The text as a page of HTML without style, script or link.")


class EventNotice(ResponseBody):
    """What to write to a party about an event, by what is on file of it now."""

    event_id: str
    kind: str
    seller_id: str
    notice: Mail | None = Field(description="Null where the event changes nothing for a party.")
