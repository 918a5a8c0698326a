"""Complainants: how believable one is, how independent several are, who is warned and muted.

Priority reads this; points never do. A complainant's record is weighed on both sides, as the EU's
Digital Services Act (Art. 23) asks: how many manifestly unfounded complaints, which share of all
decided ones that is, and only for a time. Muting lowers the place in the queue, it deletes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from detector.rules.events import Event, Verdict
from detector.rules.fold import in_order
from detector.rules.policy.policy import Complainants


class Decided(NamedTuple):
    """What became of one complaint, and when that was recorded (microseconds UTC)."""

    outcome: str
    recorded_at: int


class Record(NamedTuple):
    """What became of one complainant's decided complaints, up to an instant.

    `upheld`, `rejected` and `unfounded` count complaints over all time; `recent_unfounded` and
    `recent_decided` count those in the policy's window.
    """

    buyer_id: str
    upheld: int
    rejected: int
    unfounded: int
    recent_decided: int
    recent_unfounded: int
    credibility: float
    state: str
    until: int | None


def credibility_of(upheld: int, unfounded: int, policy: Complainants) -> float:
    """Return the chance in (0, 1) that a next complaint holds, from a Beta prior.

    A complaint that was merely rejected counts for neither side: being wrong is no abuse.
    """
    for_it = upheld + policy.prior_upheld
    against = unfounded + policy.prior_unfounded
    return for_it / (for_it + against)


def records_of(
    events: Iterable[Event], policy: Complainants, *, as_of: int
) -> Mapping[str, Record]:
    """Return the record of every complainant with a decision recorded by an instant.

    The last decision on a complaint counts, so a verdict that was superseded weighs nothing.
    """
    standing: dict[str, Verdict] = {}
    for _, event in in_order(enumerate(events, 1), as_of):
        if isinstance(event, Verdict) and event.actor == "person" and event.buyer_id:
            if event.complaint_id in standing and event.supersedes is None:
                continue
            standing[event.complaint_id] = event
    by_buyer: dict[str, list[Decided]] = {}
    for verdict in standing.values():
        decided = Decided(verdict.outcome, verdict.recorded_at)
        by_buyer.setdefault(str(verdict.buyer_id), []).append(decided)
    return {
        buyer: record_of(buyer, by_buyer[buyer], policy, as_of=as_of) for buyer in sorted(by_buyer)
    }


def record_of(
    buyer: str, verdicts: Sequence[Decided], policy: Complainants, *, as_of: int
) -> Record:
    """Return the record that standing verdicts on a complainant's complaints make."""
    counts = dict.fromkeys(("upheld", "rejected", "unfounded"), 0)
    for verdict in verdicts:
        counts[verdict.outcome] += 1
    recent = [one for one in verdicts if one.recorded_at > as_of - policy.window]
    unfounded = [one for one in recent if one.outcome == "unfounded"]
    state, until = _state_of(unfounded, len(recent), policy, as_of)
    return Record(
        buyer,
        counts["upheld"],
        counts["rejected"],
        counts["unfounded"],
        len(recent),
        len(unfounded),
        credibility_of(counts["upheld"], counts["unfounded"], policy),
        state,
        until,
    )


def _state_of(
    unfounded: list[Decided], decided: int, policy: Complainants, as_of: int
) -> tuple[str, int | None]:
    """Return `heard`, `warned` or `muted`, and until when one is muted."""
    if len(unfounded) < policy.warn_after or len(unfounded) < policy.unfounded_share * decided:
        return "heard", None
    if len(unfounded) < policy.mute_after:
        return "warned", None
    until = max(one.recorded_at for one in unfounded) + policy.mute_for
    return ("muted", until) if as_of < until else ("warned", None)


def once_per_window(
    complaints: Iterable[tuple[str, str, int]], window: int
) -> list[tuple[str, str, int]]:
    """Keep one complaint of a complainant about a seller in any window.

    Takes and returns (buyer_id, seller_id, filed_at in microseconds), oldest first; a complaint
    within `window` of the last one kept is left out.
    """
    last: dict[tuple[str, str], int] = {}
    kept = []
    for buyer, seller, filed_at in sorted(complaints, key=lambda one: one[2]):
        if filed_at - last.get((buyer, seller), filed_at - window) >= window:
            last[(buyer, seller)] = filed_at
            kept.append((buyer, seller, filed_at))
    return kept


def weight_of(record: Record | None, policy: Complainants) -> float:
    """Return what a complaint of this complainant weighs in priority: 0 when muted, at most 1."""
    if record is None:
        return credibility_of(0, 0, policy)
    return 0.0 if record.state == "muted" else record.credibility


def belief_in(
    complaints: Sequence[tuple[str | None, int]],
    records: Mapping[str, Record],
    policy: Complainants,
) -> float:
    """Return how far complaints about one seller are believed, against as many by strangers.

    `complaints` are (buyer_id or None, filed_at in microseconds). One complaint of a complainant in
    the policy's window has a voice, that of somebody muted has none; the rest weigh by credibility.
    1 for strangers, who complain once each, and for no complaints at all.
    """
    if not complaints:
        return 1.0
    named = [(buyer, "", filed_at) for buyer, filed_at in complaints if buyer is not None]
    heard = [buyer for buyer, _, _ in once_per_window(named, policy.window)]
    nameless = len(complaints) - len(named)
    stranger = weight_of(None, policy)
    # In strangers' voices: one of a stranger is exactly 1, so that no sum of them rounds above it.
    voices = nameless + sum(weight_of(records.get(buyer), policy) / stranger for buyer in heard)
    return voices / len(complaints)
