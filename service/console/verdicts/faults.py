"""What is wrong with a verdict that a form says: with the field, in the words of the page."""

from __future__ import annotations

from typing import Final

from fastapi.exceptions import RequestValidationError

from service.console.languages.speaking import gettext, marked
from service.console.pages.reasons import lacks_of
from service.console.pages.words import english
from service.http.problems import faults_of
from service.refusals import VerdictRefused, type_of
from service.views.previews.schemas import RefusalForeseen, VerdictPreview

CHANGED: Final = marked(
    "Not decided yet: the form changed since the preview. Look again, then decide."
)
"""What a page says that shows another preview where somebody meant to decide."""
REASONS: Final = {
    "verdict": marked("Give a reason: the rules ask for one with each verdict."),
    "rejection": marked("Give a reason: the rules ask for one when you reject."),
    "violation": marked("Give a reason: you find another violation than the category tells of."),
}
"""What a page says where a reason is missing, by what lacks it."""


def form_faults(error: RequestValidationError) -> list[tuple[str, str]]:
    """What of a form is no verdict."""
    return [_form_fault(one["pointer"].split("/")[1], one["detail"]) for one in faults_of(error)]


def foreseen_faults(foreseen: VerdictPreview) -> list[tuple[str, str]]:
    """Why a verdict would be refused: what its evidence lacks, or as the rule says it."""
    refusal, wanted = foreseen.refusal, foreseen.evidence_wanted
    if refusal is None:
        return []
    if refusal.type == type_of(VerdictRefused) and wanted is not None and wanted.lacks:
        lacks = lacks_of(wanted)
        return [("evidence", gettext("Evidence is missing: %(lacks)s.", lacks=lacks))]
    return refusal_faults(refusal)


def refusal_faults(refusal: RefusalForeseen) -> list[tuple[str, str]]:
    """What a rule refuses, with the field that its words begin with, if they name one."""
    name, colon, _ = refusal.detail.partition(":")
    return [(name if colon and name.isidentifier() else "", refusal_sentence(refusal))]


def refusal_sentence(refusal: RefusalForeseen) -> str:
    """What a rule refuses, as the page says it."""
    if refusal.lacks_reason is not None:
        return gettext(REASONS[refusal.lacks_reason])
    return english(refusal.detail)


def _form_fault(field: str, detail: str) -> tuple[str, str]:
    return field, gettext("Choose an outcome.") if field == "outcome" else english(detail)
