"""What is valid in a policy and yet never does anything: most likely a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator

from detector.rules.policy.policy import ACTIONS, Policy, Violation


def lint(policy: Policy) -> list[str]:
    """Return what cannot be meant, each in a few words; nothing where all of it can."""
    return [*_of_tiers(policy), *_of_evidence(policy)]


def _of_tiers(policy: Policy) -> Iterator[str]:
    for tier in policy.tiers:
        track = policy.tracks.get(tier.track)
        if tier.kind == "at" and track is not None:
            room = max(track.start, track.ceiling) - track.floor
            if tier.threshold > room:
                yield f"tier {tier.id!r}: at {tier.threshold} is above the ceiling of {room}"
        for step in tier.steps:
            if step.action not in ACTIONS:
                known = ", ".join(ACTIONS)
                yield f"tier {tier.id!r}: nobody knows the action {step.action!r}; say {known}"


def _of_evidence(policy: Policy) -> Iterator[str]:
    for violation in policy.violations.values():
        kinds = _kinds_of(violation)
        if kinds and violation.evidence.min_items > len(kinds):
            yield (
                f"violation {violation.name!r}: {violation.evidence.min_items} kinds of evidence "
                f"are asked and {len(kinds)} exist: {', '.join(sorted(kinds))}"
            )


def _kinds_of(violation: Violation) -> frozenset[str]:
    """Return the kinds that the policy names; where it names none, any will do."""
    return frozenset[str]().union(*violation.evidence.any_of)
