"""HTTP for notices. They come before the complaint itself, whose id may hold slashes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from service.answers.notices import notice_of
from service.decisions.schemas import Party
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.notices.events import event_notice
from service.notices.mails import mail_of
from service.notices.schemas import ComplaintNotice, EventNotice
from service.roles import ANYBODY
from service.settings import LanguageTag

router = router_of("notices")
Language = Annotated[LanguageTag, Query(description="Of the words.")]
To = Annotated[Party, Query(description="Who is written to.")]


@router.get("/v1/complaints/{complaint_id:path}/notice")
def show_notice(
    complaint_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(ANYBODY)],
    language: Language = "en",
    to: To = "seller",
) -> ComplaintNotice:
    """What to tell a party: what a complaint may cost and how to answer; or how it ended."""
    with context.database.reading() as connection:
        now = context.clock()
        notice = notice_of(connection, complaint_id, context.policies, now=now, to=to)
    mail = mail_of(notice.subject, notice.paragraphs, to=to, tag=language)
    return ComplaintNotice(**(notice.shown.model_dump() | mail.model_dump()))


@router.get("/v1/notices/{event_id}")
def show_event_notice(
    event_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(ANYBODY)],
    language: Language = "en",
) -> EventNotice:
    """What to write to a party about an event that a webhook was told of, as things are now."""
    with context.database.reading() as connection:
        return event_notice(connection, event_id, context.policies, language, now=context.clock())
