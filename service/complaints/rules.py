"""Pure decisions about complaints: how far one has come."""

from __future__ import annotations

from typing import Literal

from service.appeals.schemas import AppealShown

Stage = Literal["filed", "under_review", "decided", "appealed", "final"]


def stage_of(outcome: str, appeal: AppealShown | None, *, is_held: bool) -> Stage:
    """How far a complaint has come; `is_held`: a moderator holds its seller's case.

    A complaint whose rejection was set aside is pending again, and so at its start.
    """
    if outcome == "pending":
        return "under_review" if is_held else "filed"
    if appeal is None:
        return "decided"
    return "appealed" if appeal.outcome == "open" else "final"
