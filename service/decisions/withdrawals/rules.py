"""Pure decisions about withdrawals: what one ends, and who may decide what it leaves open."""

from __future__ import annotations

from detector.rules.identity import is_among
from service.decisions.decision_file import DecisionFile
from service.decisions.schemas import VerdictShown, WithdrawalOutcome, WithdrawalShown
from service.refusals import AlreadyWithdrawn, NoSuchWithdrawal, SameModerator, WithdrawalSettled


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
