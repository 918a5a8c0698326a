"""What is wrong with a verdict that a form says: with the field, in the words of the page."""

from __future__ import annotations

from typing import Final

from fastapi.exceptions import RequestValidationError

from service.console.languages.speaking import gettext, marked
from service.console.pages.words import english
from service.decisions.reasons import CALLED
from service.http.problems import faults_of
from service.refusals import VerdictRefused, type_of
from service.views.previews.schemas import VerdictPreview

CHANGED: Final = marked(
    "Not decided yet: the form changed since the preview. Look again, then decide."
)
"""What a page says that shows another preview where somebody meant to decide."""
REASONS: Final = {
    CALLED["verdict"]: marked("Give a reason: the rules ask for one with each verdict."),
    CALLED["rejection"]: marked("Give a reason: the rules ask for one when you reject."),
}
"""What a page says where the policy asks for a reason, by what a refusal calls the decision."""


def form_faults(error: RequestValidationError) -> list[tuple[str, str]]:
    """What of a form is no verdict."""
    return [_form_fault(one["pointer"].split("/")[1], one["detail"]) for one in faults_of(error)]


def foreseen_faults(foreseen: VerdictPreview) -> list[tuple[str, str]]:
    """Why a verdict would be refused: what its evidence lacks, or as the rule says it."""
    refusal, wanted = foreseen.refusal, foreseen.evidence_wanted
    if refusal is None:
        return []
    if refusal.type == type_of(VerdictRefused) and wanted is not None and wanted.lacks:
        return [("evidence", english(f"evidence: {wanted.lacks}"))]
    return refusal_faults(refusal.detail)


def refusal_faults(detail: str) -> list[tuple[str, str]]:
    """What a rule refuses, with the field that its words begin with, if they name one."""
    name, colon, _ = detail.partition(":")
    return [(name if colon and name.isidentifier() else "", refusal_sentence(detail))]


def refusal_sentence(detail: str) -> str:
    """What a rule refuses, as the page says it."""
    for called, sentence in REASONS.items():
        if detail.startswith("reason:") and detail.endswith(f"asks for one with {called}"):
            return gettext(sentence)
    return english(detail)


def _form_fault(field: str, detail: str) -> tuple[str, str]:
    return field, gettext("Choose an outcome.") if field == "outcome" else english(detail)
