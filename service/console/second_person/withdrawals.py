"""Withdrawn complaints: those whose verdict waits for another person, and one of them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Response

from service.cases.store import open_case_of
from service.console.pages.drafts import DraftedForm, of_complaint
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.console.second_person.may import looked_at
from service.decisions import records
from service.decisions.schemas import WithdrawalOutcome
from service.decisions.transaction import Transaction
from service.decisions.withdrawals import actions
from service.decisions.withdrawals.rules import granting_step
from service.decisions.withdrawals.schemas import WithdrawalDecided, WithdrawalDecision
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.intake.evidence.actions import evidence_of
from service.refusals import NoSuchWithdrawal
from service.roles import DECIDERS, READERS
from service.views.decisions.actions import show_verdict, withdrawals_page

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 25
WITHDRAWAL: Final = DraftedForm("withdrawal", of_complaint)
WITHDRAWAL.save_at(
    router, "/withdrawals/{subject}", lambda one, _: f"/withdrawals/{in_path(one)}", DECIDERS
)


@router.get("/withdrawals")
def list_withdrawals(
    request: Request,
    context: Context,
    _: Reader,
    outcome: WithdrawalOutcome = "open",
    cursor: str | None = None,
) -> Response:
    """Withdrawals, oldest first; without an outcome, those whose verdict waits for a person."""
    with context.database.reading() as connection:
        page = withdrawals_page(connection, outcome, limit=ROWS, cursor=cursor)
    due_us = context.settings.due_us
    return render(
        request, "second_person/withdrawals.html", page=page, outcome=outcome, due_us=due_us
    )


@router.get("/withdrawals/{complaint_id}")
def show_withdrawal(
    complaint_id: PathId, request: Request, context: Context, caller: Reader
) -> Response:
    """One withdrawal, and what letting the verdict fall changes."""
    now, policies = context.clock(), context.policies
    with context.database.reading() as connection:
        file = records.file_of(connection, complaint_id)
        withdrawal = file.withdrawal
        if withdrawal is None:
            raise NoSuchWithdrawal(f"complaint {complaint_id!r} was not withdrawn")
        verdict_id = withdrawal.verdict_id
        verdict = None if verdict_id is None else show_verdict(connection, verdict_id)
        evidence = evidence_of(connection, complaint_id)
        case = open_case_of(connection, withdrawal.seller_id)
        draft = WITHDRAWAL.kept(connection, caller, complaint_id)
    granted, hindrance = looked_at(
        caller,
        lambda: granting_step(
            file, policies, person=caller.person, role=caller.role, verdict_id="v_preview", now=now
        ),
    )
    return render(
        request,
        "second_person/withdrawal.html",
        withdrawal=withdrawal,
        verdict=verdict,
        evidence=evidence,
        answer=file.answer,
        case=case,
        why_not=hindrance,
        draft=draft,
        granted=granted,
        due_us=context.settings.due_us,
        new_key=new_key,
    )


@router.post("/withdrawals/{complaint_id}/decision")
def decide(complaint_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Let the verdict on a withdrawn complaint fall, or stand."""

    def act(transaction: Transaction) -> WithdrawalDecided:
        given = form.body(WithdrawalDecision)
        return actions.decide_withdrawal(transaction, complaint_id, given)

    WITHDRAWAL.decide(context, caller, complaint_id, form, act)
    context.wake_worker()
    return see(f"/withdrawals/{in_path(complaint_id)}", "withdrawal-decided")
