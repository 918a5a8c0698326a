"""The notice of an event: what to write to the party whom it concerns, as things stand now.

So one that is sent late tells no lie: a suspension that was lifted meanwhile is told as lifted, and
words that were erased are gone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from detector.rules import Policies
from detector.rules.events import Verdict
from detector.rules.reports.elements import redress_elsewhere
from detector.rules.reports.sentences import Paragraph, Sentence, say
from service.answers.notices import notice_of
from service.decisions import log_records, records
from service.decisions.background_records import background_of
from service.decisions.ledger.rules import entry_with
from service.decisions.seller_log import SellerLog
from service.notices.mails import mail_of
from service.notices.schemas import EventNotice, Mail
from service.outbox.store import event_with_id
from service.refusals import NoSuchNotice
from service.settings import LanguageTag
from service.views.rulebook.rules import Stated, stated_of

POINTS: Final = {
    "points.deducted": say("Points were taken from you"),
    "points.restored": say("Points were given back to you"),
}
SANCTIONS: Final = {
    "seller.restricted": say("Your shop is restricted"),
    "seller.suspended": say("Your shop is suspended"),
    "seller.removed": say("Your shop is removed from the marketplace"),
    "sanction.lifted": say("A measure against your shop was lifted"),
}
"""What mails are about, by event. A case, and a measure that nobody approved, are told to nobody:
they never changed anything for the seller."""
DECIDED: Final = "complaint.decided"
"""What a complainant hears of; of what it costs the seller other events tell."""
DENIED: Final = "appeal.denied"
"""What the party that appealed hears of. An appeal that is granted is told by what it changes."""


def event_notice(
    connection: Connection,
    event_id: str,
    policies: Policies,
    tag: LanguageTag,
    *,
    now: int,
) -> EventNotice:
    """What to write to a party about an event; raises NoSuchNotice."""
    event = event_with_id(connection, event_id)
    if event is None:
        raise NoSuchNotice(f"no event has the id {event_id!r}")
    facts = json.loads(event.body)
    return EventNotice(
        event_id=event_id,
        kind=event.kind,
        seller_id=facts["seller_id"],
        notice=mail_about(connection, event.kind, facts, policies, tag, now=now),
    )


def mail_about(
    connection: Connection,
    kind: str,
    facts: dict[str, Any],
    policies: Policies,
    tag: LanguageTag,
    *,
    now: int,
) -> Mail | None:
    """The mail to a party about an event of a kind; None where there is nothing to say."""
    if kind == DECIDED:
        return _to_complainant(connection, facts["complaint_id"], policies, tag, now=now)
    if kind == DENIED:
        return _about_appeal(connection, facts, policies, tag, now=now)
    subject = POINTS.get(kind) or SANCTIONS.get(kind)
    if subject is None:
        return None
    log = log_records.log_of(connection, facts["seller_id"])
    if kind in POINTS:
        paragraphs = _about_points(connection, log, facts, policies, now=now)
    else:
        paragraphs = _about_sanction(connection, log, facts, policies, now=now)
    return mail_of(subject, paragraphs, to="seller", tag=tag) if paragraphs else None


def _to_complainant(
    connection: Connection, complaint_id: str, policies: Policies, tag: LanguageTag, *, now: int
) -> Mail | None:
    """How their complaint stands; None where the marketplace itself raised it.

    One that waits again, though it was decided, was opened by an appeal of who complained.
    """
    file = records.file_of(connection, complaint_id)
    if file.complaint.source == "own_initiative":
        return None
    if file.complaint.outcome == "pending" and file.withdrawal is None:
        granted = say("Your appeal about complaint %(id)s was granted.", id=complaint_id)
        again = say("That decision does not stand any more, and a person decides again.")
        paragraph = (granted, again, say("You are told how it ends."))
        return mail_of(_appeal_decided(complaint_id), [paragraph], to="complainant", tag=tag)
    notice = notice_of(connection, complaint_id, policies, now=now, to="complainant")
    return mail_of(notice.subject, notice.paragraphs, to="complainant", tag=tag)


def _about_appeal(
    connection: Connection,
    facts: dict[str, Any],
    policies: Policies,
    tag: LanguageTag,
    *,
    now: int,
) -> Mail | None:
    """That an appeal was not granted, why, and where else its party may turn.

    None once another verdict has taken the place of the one that it was against.
    """
    complaint = facts["complaint_id"]
    appeal = records.file_of(connection, complaint).appeal
    if appeal is None or appeal.appeal_id != facts["appeal_id"]:
        return None
    first = [say("Your appeal about complaint %(id)s was not granted.", id=complaint)]
    first.append(say("A person who did not decide before has decided about it."))
    if appeal.decision_reason:
        first.append(say("The reason given: %(reason)s", reason=appeal.decision_reason))
    redress = redress_elsewhere(policies.at(now))
    return mail_of(_appeal_decided(complaint), [tuple(first), redress], to=appeal.by, tag=tag)


def _appeal_decided(complaint_id: str) -> Sentence:
    return say("Your appeal about complaint %(id)s was decided", id=complaint_id)


def _about_points(
    connection: Connection, log: SellerLog, facts: dict[str, Any], policies: Policies, *, now: int
) -> list[Paragraph]:
    """The points before and after, the notice of each complaint behind that, and any warning."""
    held = say(
        "You held %(before)s points, and now you hold %(now)s.",
        before=facts["points_before"],
        now=facts["points"],
    )
    paragraphs: list[Paragraph] = [(held,)]
    for complaint_id in _complaints_behind(log, facts["entries"], policies, now=now):
        paragraphs += notice_of(connection, complaint_id, policies, now=now).paragraphs
    for sanction, _, statement, _ in _stated(connection, log, policies, now=now):
        is_warning = sanction.kind == "warn" and sanction.state == "in_force"
        if is_warning and not set(sanction.because).isdisjoint(facts["entries"]):
            paragraphs += statement.paragraphs
    return paragraphs


def _about_sanction(
    connection: Connection, log: SellerLog, facts: dict[str, Any], policies: Policies, *, now: int
) -> list[Paragraph]:
    """The statement of reasons for a sanction; nothing where the rules of today issue none."""
    for sanction, _, statement, _ in _stated(connection, log, policies, now=now):
        if sanction.id == facts["sanction_id"]:
            return statement.paragraphs
    return []


def _stated(
    connection: Connection, log: SellerLog, policies: Policies, *, now: int
) -> list[Stated]:
    return stated_of(log, policies, partial(background_of, connection), now=now)


def _complaints_behind(
    log: SellerLog, entry_ids: Sequence[str], policies: Policies, *, now: int
) -> list[str]:
    """The complaints whose verdicts made entries, in the order decided, each once."""
    entries = [entry_with(log, one, policies, now=now) for one in entry_ids]
    verdict_ids = {ground for entry in entries if entry for ground in entry.grounds}
    decided = (one for one in log if isinstance(one, Verdict) and one.id in verdict_ids)
    return list(dict.fromkeys(one.complaint_id for one in decided))
