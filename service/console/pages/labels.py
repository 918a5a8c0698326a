"""What a closed case turned out to be, as pages name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

from service.cases.labels import LABEL_OF, Given, Label, Reason
from service.console.languages.speaking import gettext, marked

NAMES: Final[Mapping[Label, str]] = {
    "problem": marked("The seller is at fault"),
    "false_alarm": marked("A false alarm"),
    "unclear": marked("It cannot be told"),
}
REASONS: Final[Mapping[Reason, str]] = {
    "upheld": marked("a complaint was upheld"),
    "settled": marked("the seller has put it right"),
    "unfounded": marked("the complaints were unfounded"),
    "brigade": marked("the complaints were the fraud"),
    "sale": marked("more orders, as in a sale"),
    "delivery": marked("trouble of the carrier or the market"),
    "habit": marked("no more than is usual of this seller, its goods or the season"),
    "wrong_data": marked("wrong data, such as rows filed twice"),
    "no_evidence": marked("too little evidence"),
    "elsewhere": marked("handled elsewhere"),
    "other": marked("something else; the note says what"),
    "overturned": marked("an appeal took the verdict back"),
    "reopened": marked("a complaint waits for another verdict"),
}


class LabelShown(NamedTuple):
    """A label with the reasons that a form offers for it."""

    name: str
    reasons: Mapping[Given, str]


LABELS: Final = tuple(
    LabelShown(
        NAMES[label], {one: REASONS[one] for one in get_args(Given) if LABEL_OF[one] == label}
    )
    for label in get_args(Label)
)
"""What the form offers, in order."""


def label_said(label: Label | None, reason: Reason | None) -> str:
    """A label with its reason, in one line; empty where there is none."""
    parts = (label and gettext(NAMES[label]), reason and gettext(REASONS[reason]))
    return ": ".join(filter(None, parts))
