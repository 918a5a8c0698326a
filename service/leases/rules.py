"""Pure decisions about cases: who holds one, and who may do what with it."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from detector.instants import text_of
from detector.rules.identity import is_among
from service.clock import Reach, is_ahead
from service.refusals import CaseClosed, LeaseHeld, LeaseLost, WrongRole
from service.roles import Role


class CaseState(NamedTuple):
    """What decides who may do what with a case; an instant that never came is 0."""

    case_id: str
    status: str
    closed_at: int
    holder: str | None
    lease_expires_at: int
    escalated_by: str | None

    is_leased: bool
    """Whether somebody holds the case: a lease ends at its instant, not after it."""

    @classmethod
    def in_(cls, row: Any, now: int, reach: Reach) -> Self:  # noqa: ANN401 - a row has no type
        """The state in a row of cases at an instant."""
        lease_expires_at = row.lease_expires_at or 0
        return cls(
            row.case_id,
            row.status,
            row.closed_at or 0,
            row.holder,
            lease_expires_at,
            row.escalated_by,
            is_ahead(lease_expires_at, now, reach.of(reach.lease_us)),
        )


def check_free(case: CaseState, person: str, role: Role) -> None:
    """Raise CaseClosed, LeaseHeld or WrongRole unless the person may take the case.

    What was escalated is a reviewer's. Who holds it already may take it again.
    """
    if case.status != "open":
        raise CaseClosed(f"case {case.case_id} was closed at {text_of(case.closed_at)}")
    check_held_by_nobody_else(case, person)
    check_escalation(case, role)


def check_may_decide(case: CaseState | None, person: str, role: Role) -> None:
    """Raise LeaseHeld or WrongRole where another than this person decides about the case's seller.

    `case` is the seller's open one; None when there is none, and then anybody may. Nobody has to
    claim a case to decide.
    """
    if case is not None:
        check_held_by_nobody_else(case, person)
        check_escalation(case, role)


def check_holding(case: CaseState | None, person: str) -> None:
    """Raise LeaseLost unless the person holds the seller's open case, where there is one."""
    if case is not None:
        check_holder(case, person)


def check_held_by_nobody_else(case: CaseState, person: str) -> None:
    """Raise LeaseHeld where somebody else holds the case."""
    if case.is_leased and case.holder is not None and not is_among(person, (case.holder,)):
        raise LeaseHeld(
            f"{case.holder} holds case {case.case_id} until {text_of(case.lease_expires_at)}"
        )


def check_escalation(case: CaseState, role: Role) -> None:
    """Raise WrongRole for a moderator where the case was escalated: it is a reviewer's."""
    if case.escalated_by is not None and role is Role.MODERATOR:
        raise WrongRole(f"{case.escalated_by} escalated case {case.case_id}: a reviewer takes it")


def check_holder(case: CaseState, person: str) -> None:
    """Raise CaseClosed or LeaseLost unless the person holds the open case."""
    if case.status != "open":
        raise CaseClosed(f"case {case.case_id} was closed at {text_of(case.closed_at)}")
    if not case.is_leased:
        raise LeaseLost(f"nobody holds case {case.case_id}; claim it first")
    if case.holder != person:
        raise LeaseLost(
            f"{case.holder} holds case {case.case_id} until {text_of(case.lease_expires_at)}"
        )


def check_closer(case: CaseState, person: str, *, by_itself: bool) -> None:
    """Raise CaseClosed or LeaseLost unless the person may say how the case ended.

    Its holder may, and the one who held it when it closed `by_itself`.
    """
    if not (by_itself and case.holder == person):
        check_holder(case, person)
