"""Pure: whether a decision comes with the reason that the policy asks for."""

from __future__ import annotations

from typing import Final

from detector.rules.policy.policy import Policy
from service.http.fields import has_words
from service.refusals import ReasonMissing

CALLED: Final = {
    "verdict": "a verdict",
    "rejection": "a verdict that does not uphold the complaint",
    "approval": "the approval of a sanction",
    "appeal": "the decision of an appeal",
}
"""What a refusal calls the decisions that a policy may ask a reason for."""


def check_reason(policy: Policy, decision: str, reason: str) -> None:
    """Raise ReasonMissing where the policy asks for a reason and there are no words in it."""
    if decision in policy.reasons_needed and not has_words(reason):
        raise ReasonMissing(
            f"reason: {policy.label} asks for one with {CALLED[decision]}", decision=decision
        )
