"""What a closed case turned out to be: a label and the reason for it, which verdicts correct.

Learning from cases needs a label that means the same to everybody. A free word is none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

Label = Literal["problem", "false_alarm", "unclear"]
"""The seller was at fault; nobody was, or others; it cannot be told."""
Given = Literal[
    "upheld",
    "settled",
    "unfounded",
    "brigade",
    "sale",
    "delivery",
    "habit",
    "wrong_data",
    "no_evidence",
    "elsewhere",
    "other",
]
"""Reasons that a person may give."""
Reason = Literal[Given, "overturned", "reopened"]
"""The same, and those that only a later decision gives."""
LABEL_OF: Final[dict[Reason, Label]] = {
    "upheld": "problem",
    "settled": "problem",
    "unfounded": "false_alarm",
    "brigade": "false_alarm",
    "sale": "false_alarm",
    "delivery": "false_alarm",
    "habit": "false_alarm",
    "wrong_data": "false_alarm",
    "overturned": "false_alarm",
    "no_evidence": "unclear",
    "elsewhere": "unclear",
    "other": "unclear",
    "reopened": "unclear",
}
"""Which label each reason is one for."""


class Labelled(NamedTuple):
    """A label and the reason for it; neither where nobody has said."""

    label: Label | None = None
    reason: Reason | None = None


UNLABELLED: Final = Labelled()


def labelled(reason: Reason) -> Labelled:
    """A reason with its label."""
    return Labelled(LABEL_OF[reason], reason)


def by_verdicts(outcomes: Collection[str]) -> Labelled:
    """What verdicts of a case's time say of it.

    `outcomes` are the present ones of the complaints that these verdicts are about. One that is not
    proven may be right all the same: it makes no false alarm.
    """
    if "upheld" in outcomes:
        return labelled("upheld")
    if not outcomes or "pending" in outcomes:
        return UNLABELLED
    return labelled("unfounded" if "unfounded" in outcomes else "no_evidence")


def corrected(said: Labelled, outcomes: Collection[str]) -> Labelled:
    """A label that people gave, in the light of what verdicts of the case's time have come to.

    A verdict that upholds a complaint makes it a problem. One that an appeal took back makes it a
    false alarm, or unclear while the complaint waits for another verdict.
    """
    if "upheld" in outcomes:
        return said if said.label == "problem" else labelled("upheld")
    rested_on_it = said.reason == "upheld" and bool(outcomes)
    if "pending" in outcomes:
        return labelled("reopened") if rested_on_it or said.label == "false_alarm" else said
    if rested_on_it:
        return labelled("overturned")
    if said.reason == "reopened" and outcomes:
        return by_verdicts(outcomes)
    return said
