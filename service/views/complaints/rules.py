"""Pure decisions about complaints: how far one has come."""

from __future__ import annotations

from typing import Literal

from service.decisions.schemas import AppealShown

Stage = Literal["filed", "under_review", "withdrawn", "decided", "appealed", "final"]


def stage_of(
    outcome: str, appeal: AppealShown | None, *, is_leased: bool, is_withdrawn: bool
) -> Stage:
    """How far a complaint has come; `is_leased`: a moderator holds its seller's case.

    A complaint whose rejection was set aside is pending again, and so at its start. One withdrawn
    after its verdict is as far as the verdict.
    """
    if outcome == "pending" and is_withdrawn:
        return "withdrawn"
    if outcome == "pending":
        return "under_review" if is_leased else "filed"
    if appeal is None:
        return "decided"
    return "appealed" if appeal.outcome == "open" else "final"
