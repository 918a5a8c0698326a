"""Sanctions: those that wait for approval, one of them, and how a second person decides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Request, Response

from service.cases.store import open_case_of
from service.console.pages.blind import kept_from
from service.console.pages.drafts import DraftedForm
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.console.second_person.may import why_not
from service.console.second_person.subjects import of_sanction
from service.decisions import sanction_records
from service.decisions.decision_file import SanctionFile
from service.decisions.sanctions import approval
from service.decisions.sanctions.changes import Change, change_of
from service.decisions.sanctions.rules import approval_step
from service.decisions.sanctions.schemas import Approval
from service.decisions.schemas import SanctionRecord, SanctionState
from service.decisions.transaction import Transaction
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.refusals import ReasonMissing
from service.roles import DECIDERS, READERS, REVIEWERS
from service.views.decisions import actions as decided

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 25
SANCTION: Final = DraftedForm("sanction", of_sanction)
SANCTION.save_at(
    router, "/sanctions/{subject}", lambda one, _: f"/sanctions/{in_path(one)}", DECIDERS
)


@router.get("/approvals")
def list_approvals(
    request: Request,
    context: Context,
    _: Reader,
    state: SanctionState = "waiting",
    cursor: str | None = None,
) -> Response:
    """Sanctions in a state, oldest first; without one, those that wait for a second person."""
    with context.database.reading() as connection:
        page = decided.sanctions_page(
            connection, state, now=context.clock(), limit=ROWS, cursor=cursor
        )
    return render(request, "second_person/approvals.html", page=page, state=state)


@router.get("/sanctions/{sanction_id}")
def show_sanction(
    sanction_id: PathId, request: Request, context: Context, caller: Reader
) -> Response:
    """One sanction: what it rests on, and what either decision about it changes."""
    return _sanction_page(request, context, caller, sanction_id)


@router.post("/sanctions/{sanction_id}/approve")
def approve(
    sanction_id: PathId, request: Request, context: Context, caller: Decider, form: GivenForm
) -> Response:
    """Let a sanction be carried out; without the reason that the rules ask for, ask for it."""

    def act(transaction: Transaction) -> SanctionRecord:
        return approval.approve(transaction, sanction_id, form.body(Approval).reason)

    try:
        SANCTION.decide(context, caller, sanction_id, form, act)
    except ReasonMissing:
        return _sanction_page(request, context, caller, sanction_id, is_lacking=True)
    return see(f"/sanctions/{in_path(sanction_id)}", "approved")


@router.post("/sanctions/{sanction_id}/decline")
def decline(sanction_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Refuse to have a sanction carried out."""

    def act(transaction: Transaction) -> SanctionRecord:
        return approval.decline(transaction, sanction_id, form.body(Approval).reason)

    SANCTION.decide(context, caller, sanction_id, form, act)
    return see(f"/sanctions/{in_path(sanction_id)}", "declined")


def _sanction_page(
    request: Request,
    context: AppContext,
    caller: Caller,
    sanction_id: str,
    *,
    is_lacking: bool = False,
) -> Response:
    """A sanction; `is_lacking`: it was approved without the reason that the rules ask for."""
    now, policies = context.clock(), context.policies
    with context.database.reading() as connection:
        sanction = decided.show_sanction(connection, sanction_id, policies, now=now)
        file = sanction_records.sanction_file(connection, sanction_id, now=now)
        hindrance = why_not(
            caller,
            lambda: approval.check_may_decide(
                connection, file, policies, person=caller.person, now=now
            ),
        )
        case = open_case_of(connection, sanction.seller_id)
        draft = SANCTION.kept(connection, caller, sanction_id)
        appeal_of = kept_from(connection, caller, sanction.seller_id).appeal_of
    outlook = {}
    if hindrance is None:
        outlook = {one: _change(context, file, one, now) for one in ("approved", "declined")}
    return render(
        request,
        "second_person/sanction.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_lacking else HTTPStatus.OK,
        sanction=sanction,
        case=case,
        appeal_of=appeal_of,
        why_not=hindrance,
        approved=outlook.get("approved"),
        declined=outlook.get("declined"),
        needs_reason="approval" in policies.at(now).reasons_needed,
        may_except=caller.role in REVIEWERS,
        is_lacking=is_lacking,
        draft=draft,
        new_key=new_key,
    )


def _change(context: AppContext, file: SanctionFile, outcome: str, now: int) -> Change:
    """What a decision about a sanction that waits would change."""
    step = approval_step(
        file,
        outcome,
        context.policies,
        person="preview",
        why="preview",
        event_id="sd_preview",
        now=now,
    )
    return change_of(step)
