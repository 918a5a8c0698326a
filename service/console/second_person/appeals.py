"""Appeals: the list, and one of them, decided by who has said first what they think."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Request, Response
from sqlalchemy import Connection

from service.console.languages.speaking import marked
from service.console.pages.drafts import DraftedForm
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.console.second_person.appeal_desk import desk_of
from service.decisions.appeals import actions
from service.decisions.appeals.schemas import AppealDecided, AppealDecision, Opinion, OpinionShown
from service.decisions.drafts.store import About
from service.decisions.transaction import Transaction
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.roles import DECIDERS, READERS
from service.views.decisions.actions import appeals_page
from service.views.decisions.actions import show_appeal as appeal_with_id

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 25


def of_appeal(connection: Connection, appeal_id: str) -> About:
    """Words about the complaint of an appeal; raises NoSuchAppeal."""
    appeal = appeal_with_id(connection, appeal_id)
    return About(appeal.seller_id, appeal.complaint_id)


OPINION: Final = DraftedForm("opinion", of_appeal, ("outcome", "reason"))
APPEAL: Final = DraftedForm("appeal", of_appeal)
OPINION.save_at(router, "/appeals/{subject}/opinion", lambda one, _: _page_of(one), DECIDERS)
APPEAL.save_at(router, "/appeals/{subject}/decision", lambda one, _: _page_of(one), DECIDERS)
OUTCOMES: Final = (
    ("upheld", marked("Uphold: the complaint is right")),
    ("rejected", marked("Reject: it is not proven")),
    ("unfounded", marked("Unfounded: it is manifestly wrong")),
)
"""What a person may think of a complaint, in words."""


@router.get("/appeals")
def list_appeals(
    request: Request,
    context: Context,
    _: Reader,
    outcome: Literal["open", "granted", "denied"] = "open",
    cursor: str | None = None,
) -> Response:
    """Appeals, oldest first; without an outcome, those that wait for their decision."""
    with context.database.reading() as connection:
        page = appeals_page(connection, outcome, limit=ROWS, cursor=cursor)
    due_us = context.settings.due_us
    return render(request, "second_person/appeals.html", page=page, outcome=outcome, due_us=due_us)


@router.get("/appeals/{appeal_id}")
def show_appeal(appeal_id: PathId, request: Request, context: Context, caller: Reader) -> Response:
    """One appeal; the first verdict is on the page only for who may know it."""
    now, policies = context.clock(), context.policies
    with context.database.reading() as connection:
        desk = desk_of(connection, appeal_id, policies, caller=caller, now=now)
        form = OPINION if desk.revealed is None else APPEAL
        draft = form.kept(connection, caller, appeal_id)
    return render(
        request,
        "second_person/appeal.html",
        desk=desk,
        draft=draft,
        outcomes=OUTCOMES,
        due_us=context.settings.due_us,
        needs_reason="appeal" in policies.at(now).reasons_needed,
        new_key=new_key,
    )


@router.post("/appeals/{appeal_id}/opinion")
def give_opinion(appeal_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Store what the reader thinks of the complaint."""

    def act(transaction: Transaction) -> OpinionShown:
        return actions.give_opinion(transaction, appeal_id, form.body(Opinion))

    OPINION.decide(context, caller, appeal_id, form, act)
    return see(_page_of(appeal_id), "opinion-stored")


@router.post("/appeals/{appeal_id}/decision")
def decide(appeal_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Grant or deny an appeal."""

    def act(transaction: Transaction) -> AppealDecided:
        given = form.body(AppealDecision)
        return actions.decide_after_opinion(transaction, appeal_id, given)

    APPEAL.decide(context, caller, appeal_id, form, act)
    context.wake_worker()
    return see(_page_of(appeal_id), "appeal-decided")


def _page_of(appeal_id: str) -> str:
    return f"/appeals/{in_path(appeal_id)}"
