"""The order in which a complaint is asked for: one question a page."""

from __future__ import annotations

from typing import Final

from service.intake.reports.rules import Report, lacking

ASKED_AT: Final = {"category": "what", "addresses": "where", "words": "why"}
"""The page that asks for each answer without which nothing is sent."""
CHECK: Final = "check"


def steps_of(report: Report) -> tuple[str, ...]:
    """The pages of a report, in order; a seller is asked for only where nothing tells it."""
    if not report.is_open:
        return ("what", "why", "evidence", CHECK)
    who = () if report.seller_id else ("who",)
    return ("what", "where", *who, "why", "evidence", "you", CHECK)


def after(report: Report, step: str) -> str:
    """The address of the page that comes next."""
    steps = steps_of(report)
    return f"/report/{steps[steps.index(step) + 1]}"


def before(report: Report, step: str) -> str:
    """The address of the page that came before."""
    steps = steps_of(report)
    place = steps.index(step) if step in steps else 0
    return f"/report/{steps[place - 1]}" if place else "/report"


def unanswered(report: Report) -> str | None:
    """The address of the first question without an answer; None where all have one."""
    missing = lacking(report)
    return f"/report/{ASKED_AT[missing[0]]}" if missing else None
