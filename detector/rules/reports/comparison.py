"""What-if: the same log under two policies, and what that means for sellers and moderators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from detector.rules.events import Appeal, Verdict
from detector.rules.fold import Approvals, Numbered, fold_known, in_order
from detector.rules.ledger import SanctionView
from detector.rules.policy.policy import Policies

KINDS = ("warn", "restrict", "suspend", "remove")
UNDONE = ("voided", "declined", "lapsed")
"""States of sanctions that stand no more, or never took effect."""


class Minutes(NamedTuple):
    """What a moderator's work takes, in minutes: assumptions, to be replaced by one's own."""

    verdict: float = 12.0
    appeal: float = 20.0
    statement: float = 5.0
    second_person: float = 10.0
    evidence_again: float = 10.0


class Work(NamedTuple):
    """How often each kind of work was done: decisions and appeals, and what a policy adds."""

    verdict: int = 0
    appeal: int = 0
    statement: int = 0
    second_person: int = 0
    evidence_again: int = 0

    def hours(self, minutes: Minutes) -> float:
        """Return the hours that it takes."""
        return sum(count * each for count, each in zip(self, minutes, strict=True)) / 60


class Firsts(NamedTuple):
    """When a seller was first warned, restricted, suspended, removed (in microseconds)."""

    warn: int | None
    restrict: int | None
    suspend: int | None
    remove: int | None


class Outcome(NamedTuple):
    """What one policy did to the sellers of a log.

    `counts` are sellers with at least one sanction of a kind, `sanctions` the sanctions issued;
    both leave out what was voided later or never took effect, which `voided` counts. `points` are
    those taken from all sellers that still count at the end, on every track.
    """

    policy: str
    counts: dict[str, int]
    sanctions: dict[str, int]
    refused: int
    work: Work
    voided: dict[str, int]
    points: float = 0.0


class Difference(NamedTuple):
    """A seller whom two policies treat differently."""

    seller_id: str
    first: Firsts
    second: Firsts


class Comparison(NamedTuple):
    """What two policies make of one log of so many events; differences are in order of seller."""

    events: int
    first: Outcome
    second: Outcome
    differences: list[Difference]


def compare(
    numbered: Iterable[Numbered],
    policies: tuple[Policies, Policies],
    *,
    as_of: int,
    known_at: int | None = None,
    approvals: Approvals = "assumed",
) -> Comparison:
    """Fold events under two policies up to an instant, and sum up what each of them did."""
    known = in_order(numbered, known_at)
    decided = _decided(known)
    (first, before), (second, after) = (
        _outcome_of(known, decided, one, as_of, approvals) for one in policies
    )
    differences = [
        Difference(seller_id, before[seller_id], after[seller_id])
        for seller_id in sorted(before)
        if before[seller_id] != after[seller_id]
    ]
    return Comparison(len(known), first, second, differences)


def total_of(parts: Iterable[Comparison], policies: tuple[Policies, Policies]) -> Comparison:
    """Add up the comparisons of a log's parts."""
    events = 0
    none = dict.fromkeys(KINDS, 0)
    first, second = (Outcome(one.id, none, none, 0, Work(), none) for one in policies)
    differences: list[Difference] = []
    for part in parts:
        events += part.events
        first, second = _sum_of(first, part.first), _sum_of(second, part.second)
        differences += part.differences
    differences.sort(key=lambda one: one.seller_id)
    return Comparison(events, first, second, differences)


def firsts_of(sanctions: Iterable[SanctionView]) -> Firsts:
    """Return when each kind of sanction that still stands was first issued."""
    firsts: dict[str, int | None] = dict.fromkeys(KINDS)
    for sanction in sanctions:
        if sanction.state not in UNDONE and firsts.get(sanction.kind, 0) is None:
            firsts[sanction.kind] = sanction.issued_at
    return Firsts(**firsts)


def _outcome_of(
    known: Sequence[Numbered], decided: Work, policies: Policies, as_of: int, approvals: Approvals
) -> tuple[Outcome, dict[str, Firsts]]:
    """Fold under one policy; `decided` is the work that is the same under any."""
    ledger = fold_known(known, policies, as_of, approvals)
    firsts, sanctions, voided = {}, dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    issued: list[SanctionView] = []
    for name, its in ledger.sellers.sanctions():
        firsts[name] = firsts_of(its)
        for one in its:
            counted = voided if one.state in UNDONE else sanctions
            counted[one.kind] = counted.get(one.kind, 0) + 1
            if one.replaces is None:
                issued.append(one)
    counts = {
        kind: sum(getattr(one, kind) is not None for one in firsts.values()) for kind in KINDS
    }
    work = decided._replace(
        statement=len(issued),
        second_person=sum(one.two_person for one in issued),
        evidence_again=sum("cannot be upheld" in one.why for one in ledger.refused),
    )
    points = ledger.sellers.units_taken() * policies.at(as_of).unit
    outcome = Outcome(policies.id, counts, sanctions, len(ledger.refused), work, voided, points)
    return outcome, firsts


def _decided(known: Sequence[Numbered]) -> Work:
    """Count the decisions and the appeals."""
    return Work(
        verdict=sum(isinstance(one, Verdict) and one.actor == "person" for _, one in known),
        appeal=sum(isinstance(one, Appeal) for _, one in known),
    )


def _sum_of(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.policy,
        _sums(one.counts, other.counts),
        _sums(one.sanctions, other.sanctions),
        one.refused + other.refused,
        Work(*(a + b for a, b in zip(one.work, other.work, strict=True))),
        _sums(one.voided, other.voided),
        one.points + other.points,
    )


def _sums(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in one | other}
