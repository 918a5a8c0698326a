"""What-if: the same log under two policies, and what that means for sellers and moderators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from detector.rules.events import Appeal, Event, Verdict
from detector.rules.fold import fold
from detector.rules.ledger import Ledger, SellerLedger
from detector.rules.policy.policy import Policies

KINDS = ("warn", "restrict", "suspend", "remove")


class Minutes(NamedTuple):
    """What a moderator's work takes, in minutes: assumptions, to be replaced by one's own."""

    verdict: float = 12.0
    appeal: float = 20.0
    statement: float = 5.0
    second_person: float = 10.0
    evidence_again: float = 10.0


class Firsts(NamedTuple):
    """When a seller was first warned, restricted, suspended, removed (in microseconds)."""

    warn: int | None
    restrict: int | None
    suspend: int | None
    remove: int | None


class Outcome(NamedTuple):
    """What one policy did to the sellers of a log, voided sanctions left out."""

    policy: str
    sellers: dict[str, Firsts]
    counts: dict[str, int]
    sanctions: dict[str, int]
    refused: int
    hours: float


class Difference(NamedTuple):
    """A seller whom two policies treat differently."""

    seller_id: str
    first: Firsts
    second: Firsts


def outcome_of(
    events: Sequence[Event], policies: Policies, minutes: Minutes, *, as_of: int | None = None
) -> Outcome:
    """Fold a log under a policy and sum up what it did, up to an instant (the log's end)."""
    ledger = fold(events, policies, as_of=as_of)
    sellers = {name: firsts_of(one) for name, one in ledger.sellers.items()}
    sanctions = dict.fromkeys(KINDS, 0)
    for one in ledger.sellers.values():
        for sanction in one.sanctions:
            if sanction.state != "voided":
                sanctions[sanction.kind] = sanctions.get(sanction.kind, 0) + 1
    counts = {
        kind: sum(getattr(firsts, kind) is not None for firsts in sellers.values())
        for kind in KINDS
    }
    hours = _hours(events, ledger, minutes)
    return Outcome(policies.id, sellers, counts, sanctions, len(ledger.refused), hours)


def firsts_of(ledger: SellerLedger) -> Firsts:
    """Return when each kind of sanction that still stands was first issued."""
    firsts: dict[str, int | None] = dict.fromkeys(KINDS)
    for sanction in ledger.sanctions:
        if sanction.state != "voided" and firsts.get(sanction.kind, 0) is None:
            firsts[sanction.kind] = sanction.issued_at
    return Firsts(**firsts)


def differences(first: Outcome, second: Outcome) -> list[Difference]:
    """Return the sellers that two policies treat differently, by seller."""
    return [
        Difference(name, first.sellers[name], second.sellers[name])
        for name in sorted(first.sellers)
        if name in second.sellers and first.sellers[name] != second.sellers[name]
    ]


def _hours(events: Sequence[Event], ledger: Ledger, minutes: Minutes) -> float:
    """Sum up the work: decisions and appeals, then what the policy makes of them."""
    decided = sum(isinstance(one, Verdict) and one.actor == "person" for one in events)
    appeals = sum(isinstance(one, Appeal) for one in events)
    work = decided * minutes.verdict + appeals * minutes.appeal
    work += sum("cannot be upheld" in one.why for one in ledger.refused) * minutes.evidence_again
    for one in ledger.sellers.values():
        for sanction in one.sanctions:
            if sanction.replaces is None:
                work += minutes.statement + minutes.second_person * sanction.two_person
    return work / 60
