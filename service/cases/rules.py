"""Pure decisions about cases: who holds one, and who may do what with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from service.http.fields import instant_text
from service.refusals import CaseClosed, LeaseHeld, LeaseLost, WrongRole
from service.roles import Role


def is_held(case: Row[Any], now: int) -> bool:
    """Whether somebody holds the case: a lease ends at its instant, not after it."""
    return case.lease_expires_at is not None and case.lease_expires_at > now


def check_free(case: Row[Any], person: str, role: Role, now: int) -> None:
    """Raise CaseClosed, LeaseHeld or WrongRole unless the person may take the case at this instant.

    What was escalated is a reviewer's. Who holds it already may take it again.
    """
    if case.status != "open":
        raise CaseClosed(f"case {case.case_id} was closed at {instant_text(case.closed_at)}")
    if is_held(case, now) and case.holder != person:
        raise LeaseHeld(
            f"{case.holder} holds case {case.case_id} until {instant_text(case.lease_expires_at)}"
        )
    if case.escalated_by is not None and role is Role.MODERATOR:
        raise WrongRole(f"{case.escalated_by} escalated case {case.case_id}: a reviewer takes it")


def check_holder(case: Row[Any], person: str, now: int) -> None:
    """Raise CaseClosed or LeaseLost unless the person holds the open case at this instant."""
    if case.status != "open":
        raise CaseClosed(f"case {case.case_id} was closed at {instant_text(case.closed_at)}")
    if not is_held(case, now):
        raise LeaseLost(f"nobody holds case {case.case_id}; claim it first")
    if case.holder != person:
        raise LeaseLost(
            f"{case.holder} holds case {case.case_id} until {instant_text(case.lease_expires_at)}"
        )
