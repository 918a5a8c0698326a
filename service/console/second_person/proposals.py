"""Verdicts that wait for others to agree: the list, one of them, and what is said to it."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Request, Response

from service.cases.store import open_case_of
from service.console.pages.drafts import DraftedForm, of_complaint
from service.console.pages.forms import GivenForm, new_key, result_of
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.console.pages.words import english
from service.console.second_person.may import why_not
from service.decisions import records
from service.decisions.sanctions.changes import change_of
from service.decisions.transaction import Transaction
from service.decisions.verdicts import actions
from service.decisions.verdicts.drafting import proposal_shown
from service.decisions.verdicts.rules import Give, Outcome, Refuse, outcome_of
from service.decisions.verdicts.schemas import Seconding, VerdictGiven, VerdictProposed
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.http.metrics import Counted
from service.refusals import NoSuchProposal, VersionChanged
from service.roles import DECIDERS, READERS
from service.views.complaints.actions import show_complaint
from service.views.decisions.actions import proposals_page

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 25
PROPOSAL: Final = DraftedForm("proposal", of_complaint)
PROPOSAL.save_at(
    router, "/proposals/{subject}", lambda one, _: f"/proposals/{in_path(one)}", DECIDERS
)


@router.get("/proposals")
def list_proposals(
    request: Request, context: Context, _: Reader, cursor: str | None = None
) -> Response:
    """The proposals that wait, oldest first."""
    with context.database.reading() as connection:
        page = proposals_page(connection, limit=ROWS, cursor=cursor)
    due_us = context.settings.due_us
    return render(request, "second_person/proposals.html", page=page, due_us=due_us)


@router.get("/proposals/{complaint_id}")
def show_proposal(
    complaint_id: PathId, request: Request, context: Context, caller: Reader
) -> Response:
    """One proposal, and what becomes of it if the reader agrees."""
    return _page(request, context, caller, complaint_id)


@router.post("/proposals/{complaint_id}/second")
def second(
    complaint_id: PathId,
    request: Request,
    context: Context,
    metrics: Counted,
    caller: Decider,
    form: GivenForm,
) -> Response:
    """Agree with a proposal as it was seen; the verdict is given once enough people have."""
    seen = {form.text("version")}

    def act(transaction: Transaction) -> VerdictGiven | VerdictProposed:
        return actions.decide(transaction, complaint_id, form.body(Seconding), seen=seen)

    try:
        result = result_of(PROPOSAL.decide(context, caller, complaint_id, form, act))
    except VersionChanged as refusal:
        return _page(request, context, caller, complaint_id, refusal)
    if "people_missing" in result:
        return see(f"/proposals/{in_path(complaint_id)}", "agreed")
    metrics.verdicts.labels(result["outcome"]).inc()
    context.wake_worker()
    return see("/proposals", "decided")


@router.post("/proposals/{complaint_id}/decline")
def decline(
    complaint_id: PathId, request: Request, context: Context, caller: Decider, form: GivenForm
) -> Response:
    """Let a proposal fall, as it was seen."""
    seen = {form.text("version")}

    def act(transaction: Transaction) -> VerdictProposed:
        reason = form.body(Seconding).reason
        return actions.decline(transaction, complaint_id, reason, seen=seen)

    try:
        PROPOSAL.decide(context, caller, complaint_id, form, act)
    except VersionChanged as refusal:
        return _page(request, context, caller, complaint_id, refusal)
    return see("/proposals", "proposal-declined")


def _page(
    request: Request,
    context: AppContext,
    caller: Caller,
    complaint_id: str,
    changed: VersionChanged | None = None,
) -> Response:
    """One proposal, with what was typed; where it changed since it was seen, what changed."""
    now = context.clock()
    with context.database.reading() as connection:
        file = records.file_of(connection, complaint_id)
        if file.proposal is None:
            raise NoSuchProposal(f"no verdict about {complaint_id!r} waits for others to agree")
        seller_id = file.complaint.seller_id
        case = records.open_case(connection, seller_id, now=now)
        complaint = show_complaint(connection, complaint_id, context.policies, now=now)
        open_case = open_case_of(connection, seller_id)
        version = records.version_at(connection, file, context.policies, now=now)
        draft = PROPOSAL.kept(connection, caller, complaint_id)
    outcome = outcome_of(
        replace(file, case=case),
        Seconding(),
        context.policies,
        person=caller.person,
        role=caller.role,
        verdict_id="v_preview",
        now=now,
    )
    return render(
        request,
        "second_person/proposal.html",
        status=HTTPStatus.OK if changed is None else HTTPStatus.CONFLICT,
        changed="" if changed is None else english(str(changed)),
        draft=draft,
        version=version.text,
        proposal=proposal_shown(file.proposal),
        complaint=complaint,
        case=open_case,
        why_not=why_not(caller, lambda: _check(outcome)),
        may_decline=caller.role in DECIDERS,
        change=change_of(outcome.step) if isinstance(outcome, Give) else None,
        new_key=new_key,
    )


def _check(outcome: Outcome) -> None:
    if isinstance(outcome, Refuse):
        raise outcome.refusal
