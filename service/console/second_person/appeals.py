"""Appeals: the list, and one of them, decided by who has said first what they think."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Request, Response

from service.console.languages.speaking import marked
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.console.second_person.appeal_desk import desk_of
from service.decisions.appeals import actions
from service.decisions.appeals.schemas import AppealDecided, AppealDecision, Opinion, OpinionShown
from service.decisions.transaction import Transaction, decide_in
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.roles import DECIDERS, READERS
from service.views.decisions.actions import appeals_page

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 25
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
    return render(
        request,
        "second_person/appeal.html",
        desk=desk,
        outcomes=OUTCOMES,
        due_us=context.settings.due_us,
        needs_reason="appeal" in policies.at(now).reasons_needed,
        new_key=new_key,
    )


@router.post("/appeals/{appeal_id}/opinion")
def give_opinion(appeal_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Store what the reader thinks of the complaint."""
    given = form.body(Opinion)

    def act(transaction: Transaction) -> OpinionShown:
        return actions.give_opinion(transaction, appeal_id, given)

    decide_in(context, form.key, caller, act)
    return see(f"/appeals/{in_path(appeal_id)}", "opinion-stored")


@router.post("/appeals/{appeal_id}/decision")
def decide(appeal_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Grant or deny an appeal."""
    given = form.body(AppealDecision)

    def act(transaction: Transaction) -> AppealDecided:
        return actions.decide_after_opinion(transaction, appeal_id, given)

    decide_in(context, form.key, caller, act)
    context.wake_worker()
    return see(f"/appeals/{in_path(appeal_id)}", "appeal-decided")
