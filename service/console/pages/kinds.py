"""Kinds of evidence, in the reader's language."""

from __future__ import annotations

from typing import Final

from detector.evidence.kinds import ONE_CATEGORY, ONE_HOUR, PATTERN, STRANGERS
from detector.expectation.panel import ALL, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.makeup.attributes import CATEGORY, DELAY, EVIDENCE, GAP, HOUR, OUTCOME
from detector.makeup.changes import SILENCE
from service.console.languages.speaking import gettext, marked

_SAID: Final = {
    ALL: marked("complaints of any kind"),
    ONE_CATEGORY: marked("one category"),
    WITHOUT_EVIDENCE: marked("complaints without evidence"),
    REPEAT_BUYER: marked("buyers who had just complained"),
    STRANGERS: marked("complainants without an order"),
    ONE_HOUR: marked("complaints in one hour of the day"),
    PATTERN: marked("the pattern over windows"),
    HOUR: marked("another hour of the day than before"),
    DELAY: marked("another delay from the order than before"),
    EVIDENCE: marked("more or less evidence than before"),
    OUTCOME: marked("other verdicts than before"),
    GAP: marked("complaints that come together"),
    CATEGORY: marked("other categories than before"),
    SILENCE: marked("fewer complaints than due"),
}


def kind_said(kind: str) -> str:
    """A kind of evidence in words; one that is unknown, of another version, stays as it is."""
    return gettext(_SAID[kind]) if kind in _SAID else kind
