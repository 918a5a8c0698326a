"""Pure decisions about withdrawals: what one ends, and who may decide what it leaves open."""

from __future__ import annotations

from dataclasses import replace

from detector.rules import Policies
from detector.rules.identity import is_among
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import Step
from service.decisions.schemas import (
    Verdict,
    VerdictShown,
    WithdrawalOutcome,
    WithdrawalShown,
)
from service.decisions.verdicts.rules import Give, Refuse, outcome_of
from service.refusals import AlreadyWithdrawn, NoSuchWithdrawal, SameModerator, WithdrawalSettled
from service.roles import Role


def withdrawal_outcome(file: DecisionFile) -> WithdrawalOutcome:
    """What a withdrawal leads to; raises AlreadyWithdrawn.

    An upheld verdict stands until another person has looked: a seller must not be able to pay
    complainants to take their complaints back.
    """
    complaint, verdict = file.complaint, file.standing_verdict
    if file.withdrawal is not None:
        raise AlreadyWithdrawn(f"complaint {complaint.complaint_id!r} was withdrawn before")
    if verdict is not None and verdict.outcome == "upheld":
        return "open"
    return "ended" if complaint.outcome == "pending" else "noted"


def open_withdrawal(file: DecisionFile, *, person: str) -> tuple[WithdrawalShown, VerdictShown]:
    """The withdrawal that waits for this person's decision, and the verdict it is about.

    Four eyes: raises SameModerator where the person gave or seconded the verdict. Raises
    NoSuchWithdrawal and WithdrawalSettled.
    """
    complaint_id, withdrawal = file.complaint.complaint_id, file.withdrawal
    if withdrawal is None:
        raise NoSuchWithdrawal(f"complaint {complaint_id!r} was not withdrawn")
    # A verdict that falls settles the withdrawal, so an open one is about the one that stands.
    verdict = file.verdict
    if withdrawal.outcome != "open" or verdict is None:
        raise WithdrawalSettled(
            f"the withdrawal of {complaint_id!r} does not wait: it is {withdrawal.outcome}"
        )
    if is_among(person, verdict.people):
        raise SameModerator(f"{person} gave the verdict; somebody else decides")
    if is_among(person, file.spokespeople):
        raise SameModerator(f"{person} acted for a party; somebody else decides")
    return withdrawal, verdict


def fallen(verdict: VerdictShown, reason: str) -> Verdict:
    """The verdict that takes the place of one that falls because its complaint was withdrawn."""
    return Verdict(
        outcome="rejected",
        violation=verdict.violation,
        reason=reason or "Its complainant took the complaint back.",
        evidence=[],
        supersedes=verdict.verdict_id,
    )


def granting_step(
    file: DecisionFile, policies: Policies, *, person: str, role: Role, verdict_id: str, now: int
) -> Step:
    """What letting the verdict fall does; raises what deciding so is refused with."""
    _, verdict = open_withdrawal(file, person=person)
    outcome = outcome_of(
        replace(file, proposal=None),
        fallen(verdict, ""),
        policies,
        person=person,
        role=role,
        verdict_id=verdict_id,
        now=now,
    )
    if isinstance(outcome, Refuse):
        raise outcome.refusal
    assert isinstance(outcome, Give)  # noqa: S101 - only what is upheld is proposed
    return outcome.step
