"""What the form of a verdict holds: the API's own body, the note, and what its writer has seen."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from detector.rules.policy.policy import Policy
from service.console.pages.drafts import DraftedForm, of_complaint
from service.console.pages.forms import Form
from service.decisions.schemas import Verdict
from service.views.previews.schemas import VerdictPreview

VERDICT: Final = DraftedForm(
    "verdict",
    of_complaint,
    (
        *("outcome", "violation", "severity", "resolution", "points", "evidence", "elsewhere"),
        *("reason", "internal_note", "supersedes"),
    ),
)
NOTE_MAX: Final = 4_000


class Choices(NamedTuple):
    """What the rules leave to the person who decides about a complaint."""

    allowed: list[str]
    """Violations that may be found in its category."""
    others: list[str]
    """The other violations; to find one of these needs a reason."""
    severities: list[str]
    resolutions: list[str]
    has_range: bool
    """Whether the person chooses the points of some violation."""
    needs_reason: bool
    """Whether each verdict needs a reason."""
    rejection_needs_reason: bool


def choices_of(policy: Policy, category: str) -> Choices:
    """What may be chosen about a complaint of a category."""
    allowed = list(policy.violations_in(category))
    points = [one.points for one in policy.violations.values()]
    return Choices(
        allowed,
        sorted(set(policy.violations) - set(allowed)),
        sorted({name for one in points for name in (*one.severities, *one.multipliers)}),
        sorted({name for one in points for name in one.resolutions}),
        any(one.low is not None for one in points),
        "verdict" in policy.reasons_needed,
        "rejection" in policy.reasons_needed,
    )


def verdict_in(form: Form) -> Verdict:
    """The verdict that a form says; raises RequestValidationError."""
    return form.body(Verdict, evidence=form.fields.get("evidence", []))


def note_in(form: Form) -> str:
    """What a form says to colleagues."""
    return form.text("internal_note").strip()[:NOTE_MAX]


def words_seen(given: Verdict, *complaint_ids: str) -> str:
    """What names the verdict that somebody had previewed, and what it was about if several."""
    return _digest([given.model_dump_json(), *complaint_ids])


def effects_seen(preview: VerdictPreview) -> str:
    """What names the effects that somebody was shown, whenever it is asked for."""
    facts = preview.model_dump_json(
        include={"result", "people", "points_taken", "standing_before", "standing", "lifted"}
    )
    return _digest([facts, *(f"{one.kind} {one.waits}" for one in preview.sanctions)])


def _digest(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
