"""What the pages of a verdict are made of, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from fastapi import Request, Response
from sqlalchemy import Connection

from service.cases.schemas import CaseShown
from service.console.languages.speaking import gettext
from service.console.languages.writing import clock_time
from service.console.pages.blind import is_kept_from
from service.console.pages.forms import new_key
from service.console.pages.rendering import render, zone_of
from service.console.pages.words import english, word
from service.console.verdicts.form import VERDICT, choices_of, effects_seen
from service.decisions.schemas import Verdict
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.refusals import (
    AlreadyDecided,
    AlreadyProposed,
    AppealOpen,
    ComplaintWithdrawn,
    LeaseHeld,
    SameModerator,
    VerdictFallen,
    WrongRole,
    type_of,
)
from service.roles import DECIDERS
from service.views.complaints import actions as complaints
from service.views.complaints.schemas import ComplaintShown
from service.views.previews.actions import preview_verdict
from service.views.previews.schemas import VerdictPreview
from service.views.sellers.actions import complaints_page, show_seller
from service.views.sellers.schemas import SellerShown

Typed = Mapping[str, Sequence[str]]
BARRING: Final = frozenset(
    type_of(kind)
    for kind in (
        AlreadyDecided,
        AlreadyProposed,
        AppealOpen,
        ComplaintWithdrawn,
        LeaseHeld,
        SameModerator,
        VerdictFallen,
        WrongRole,
    )
)
"""Refusals of any verdict of a person's about a complaint, whatever it says."""


class Place(NamedTuple):
    """Where a verdict is given: who looks at which complaint."""

    request: Request
    context: AppContext
    caller: Caller
    complaint_id: str


class Facts(NamedTuple):
    """What stands beside the form."""

    complaint: ComplaintShown
    seller: SellerShown
    version: str
    why_not: str
    """Why this person gives no verdict now; empty where they may."""
    is_blind: bool

    @property
    def case(self) -> CaseShown | None:
        """The seller's open case."""
        return self.seller.case

    def is_held_by(self, person: str) -> bool:
        """Whether a person holds the open case, or there is none to hold."""
        case = self.case
        return case is None or (case.lease is not None and case.lease.holder == person)


def facts_of(connection: Connection, place: Place, supersedes: str | None) -> Facts:
    """Read what stands beside the form; raises NoSuchComplaint."""
    now, policies = place.context.clock(), place.context.policies
    complaint = complaints.show_complaint(connection, place.complaint_id, policies, now=now)
    version = complaints.version_of(connection, place.complaint_id, policies, now=now)
    appeal, verdict = complaint.appeal, complaint.verdict
    is_blind = bool(
        appeal and verdict and is_kept_from(place.caller, appeal.outcome, verdict.people)
    )
    seller = show_seller(connection, complaint.seller_id, policies, now=now)
    return Facts(
        complaint,
        seller,
        version.text,
        _why_not(connection, place, supersedes, seller.case, is_blind=is_blind),
        is_blind,
    )


def preview_in(connection: Connection, place: Place, given: Verdict) -> VerdictPreview:
    """What a verdict would do; raises NoSuchComplaint."""
    context = place.context
    return preview_verdict(
        connection,
        place.complaint_id,
        given,
        context.policies,
        caller=place.caller,
        now=context.clock(),
    )


def form_page(
    place: Place,
    *,
    typed: Typed | None = None,
    status: int = 200,
    preview: VerdictPreview | None = None,
    key: str | None = None,
    **more: Any,  # noqa: ANN401 - what the template says of what went wrong
) -> Response:
    """The form with what was typed, now or kept as a draft, and beside it what it is about."""
    with place.context.database.reading() as connection:
        draft = VERDICT.kept(connection, place.caller, place.complaint_id)
        if typed is None:
            typed = draft.fields
        asked = place.request.query_params.get("supersedes")
        supersedes = asked or (*typed.get("supersedes", ()), None)[0]
        facts = facts_of(connection, place, supersedes or None)
    values: dict[str, Any] = {"changes": [], "faults": []}
    values |= dict.fromkeys(("refusal", "foreseen", "words", "not_yet"), "")
    if preview is not None and preview.result != "refused":
        values["foreseen"] = effects_seen(preview)
    category = facts.complaint.category
    return render(
        place.request,
        "verdicts/verdict.html",
        status=status,
        facts=facts,
        complaint=facts.complaint,
        holds=facts.is_held_by(place.caller.person),
        choices=choices_of(place.context.policies.at(place.context.clock()), category),
        typed=typed,
        draft=draft,
        supersedes=supersedes,
        preview=preview,
        key=key or new_key(),
        **values | more,
    )


def result_page(place: Place) -> Response:
    """What was decided about a complaint, what it did, and what to do next."""
    with place.context.database.reading() as connection:
        complaint = complaints.show_complaint(
            connection, place.complaint_id, place.context.policies, now=place.context.clock()
        )
        verdict = complaint.verdict
        correcting = verdict.verdict_id if verdict and verdict.reversed_at is None else None
        facts = facts_of(connection, place, correcting)
        fallen = None
        if correcting and not facts.why_not:
            other: Literal["upheld", "rejected"] = (
                "rejected" if verdict and verdict.outcome == "upheld" else "upheld"
            )
            undone = Verdict(outcome=other, reason="corrected", supersedes=correcting)
            fallen = preview_in(connection, place, undone)
        waiting = complaints_page(
            connection, complaint.seller_id, outcome="pending", limit=2, cursor=None
        )
    return render(
        place.request,
        "verdicts/result.html",
        facts=facts,
        complaint=complaint,
        correcting=correcting,
        fallen=fallen,
        waiting=[one for one in waiting.complaints if one.complaint_id != place.complaint_id],
        holds=facts.is_held_by(place.caller.person),
        key=new_key(),
    )


def _why_not(
    connection: Connection,
    place: Place,
    supersedes: str | None,
    case: CaseShown | None,
    *,
    is_blind: bool,
) -> str:
    """Why any verdict of this person's would be refused, by the rule that refuses it."""
    role = place.caller.role
    if role not in DECIDERS:
        return gettext(
            "The role %(role)s reads; moderators, reviewers and admins decide.", role=word(role)
        )
    if is_blind:
        return gettext("An appeal waits that you may decide; decide that first.")
    asked = Verdict(outcome="rejected", reason="asked", supersedes=supersedes)
    refusal = preview_in(connection, place, asked).refusal
    if case and case.lease and refusal is not None and refusal.type == type_of(LeaseHeld):
        return gettext(
            "%(person)s holds the case until %(time)s.",
            person=case.lease.holder,
            time=clock_time(case.lease.expires_at, zone_of(place.request)),
        )
    return english(refusal.detail) if refusal is not None and refusal.type in BARRING else ""
