"""Pure decisions about answers: what a complaint may cost, and the notice that says so."""

from __future__ import annotations

from typing import NamedTuple

from detector.rules import Policies
from detector.rules.instants import duration_text, written
from detector.rules.policy.policy import Points, Policy
from service.answers.schemas import NoticeShown
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import entry_with, standing_or_start


class Facts(NamedTuple):
    """What a notice is about; instants in microseconds UTC."""

    category: str
    filed_at: int
    order_id: str | None
    listing_id: str | None
    points: int
    """What the seller holds now, in the policy's units."""


class Ended(NamedTuple):
    """How a complaint ended, for the notice to its seller; `points` are what it takes now."""

    outcome: str
    """`upheld`, `rejected`, `unfounded`; `reversed`: upheld first; `withdrawn`: not decided."""
    at: int
    evidence: tuple[str, ...] = ()
    elsewhere: str | None = None
    """Where what of the evidence is not on file lies."""
    found: str | None = None
    """The violation found, where it is another than the complaint's category."""
    reason: str = ""
    points: int = 0
    is_shared: bool = False
    """Whether the points are taken once for several complaints, as on one order."""
    appeal_until: int | None = None
    """None: no appeal any more, or at any time."""
    can_appeal: bool = False


def stakes_of(points: Points) -> tuple[int, int]:
    """The least and the most that an upheld complaint costs, in the policy's units."""
    if points.low is not None and points.high is not None:
        return points.low, points.high
    plain = [points.default, *(cost for _, cost in points.bands)]
    scaled = [cost * by for cost in plain for by in points.multipliers.values()]
    said = [*points.severities.values(), *points.resolutions.values()]
    first = [] if points.first is None else [points.first]
    costs = [*plain, *scaled, *said, *first]
    return min(costs), max(costs)


def answer_until(policy: Policy, filed_at: int) -> int | None:
    """Until when a seller has time to answer; None where the policy sets none."""
    window = policy.response.window
    return None if window is None else filed_at + window


def notice_from(file: DecisionFile, policies: Policies, *, now: int) -> NoticeShown:
    """What to write to the seller about a complaint now, by what is on file of it."""
    complaint = file.complaint
    policy = policies.at(complaint.filed_at)
    violation = policy.violation_in(complaint.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    standing = standing_or_start(file.log, policies, now=now)
    ended = _ended(file, policy, policies, now)
    if ended is not None:
        least = most = ended.points
    facts = Facts(
        complaint.category,
        complaint.filed_at,
        complaint.order_id,
        complaint.listing_id,
        standing.balance,
    )
    return NoticeShown(
        complaint_id=complaint.complaint_id,
        seller_id=complaint.seller_id,
        category=complaint.category,
        filed_at=complaint.filed_at,
        outcome="pending" if ended is None else ended.outcome,
        points=standing.balance,
        points_least=least,
        points_most=most,
        answer_until=answer_until(policy, complaint.filed_at) if ended is None else None,
        appeal_until=ended.appeal_until if ended else None,
        text=notice_text(facts, policy, ended),
    )


def _ended(file: DecisionFile, policy: Policy, policies: Policies, now: int) -> Ended | None:
    """How the complaint ended; None while it waits for its verdict."""
    complaint, verdict, withdrawal = file.complaint, file.verdict, file.withdrawal
    if complaint.outcome == "pending":
        return None if withdrawal is None else Ended("withdrawn", withdrawal.filed_at)
    if verdict is None:  # another system decided, which takes no points here
        assert complaint.decided_at is not None  # noqa: S101 - it comes with an outcome
        return Ended(complaint.outcome.value, complaint.decided_at)
    if verdict.reversed_at is not None:
        return Ended("reversed", verdict.reversed_at, tuple(verdict.evidence))
    if verdict.outcome != "upheld":
        rests_on = tuple(verdict.evidence), verdict.elsewhere
        return Ended(verdict.outcome, verdict.decided_at, *rests_on, reason=verdict.reason)
    window = policy.appeals.window
    until = None if window is None else verdict.decided_at + window
    can_appeal = file.appeal is None and (until is None or now < until)
    # What the entry that it belongs to takes now, and whether other verdicts belong to it too.
    entry = entry_with(file.log, verdict.verdict_id, policies, now=now)
    points = entry.points if entry and entry.state == "standing" else 0
    is_shared = entry is not None and len(entry.grounds) > 1
    return Ended(
        "upheld",
        verdict.decided_at,
        tuple(verdict.evidence),
        verdict.elsewhere,
        verdict.violation if verdict.violation not in (None, complaint.category) else None,
        verdict.reason,
        points,
        is_shared,
        until if can_appeal else None,
        can_appeal,
    )


def notice_text(facts: Facts, policy: Policy, ended: Ended | None = None) -> str:
    """The notice in words: what was said, what it costs or may cost, and what the seller can do.

    Names no buyer.
    """
    about = f" about order {facts.order_id}" if facts.order_id else ""
    about += f" (listing {facts.listing_id})" if facts.listing_id else ""
    category = facts.category.replace("_", " ")
    said = f"A complaint was filed on {written(facts.filed_at)}{about}: {category}."
    by = f"A person decides, on evidence, by {policy.title} ({policy.label})."
    if ended is not None:
        on = ", on evidence," if ended.evidence else ""
        by = f"A person decided{on} by {policy.title} ({policy.label})."
        by = by if ended.outcome != "withdrawn" else ""
        parts = [said, _end(ended), _cost_now(ended, facts), by, _appeal_now(ended)]
    else:
        parts = [
            said,
            f"It has not been decided and has cost nothing. {_cost(facts, policy)}",
            _answer(facts, policy),
            f"{by} {_appeal(policy)}",
        ]
    return "\n\n".join(part for part in parts if part)


def _end(ended: Ended) -> str:
    ending = {
        "upheld": "It was upheld",
        "rejected": "It was not upheld, as decided",
        "unfounded": "It was found manifestly unfounded",
        "reversed": "It was upheld first; that decision was set aside",
        "withdrawn": "Its complainant took it back",
    }[ended.outcome]
    kinds = ", ".join(kind.replace("_", " ") for kind in ended.evidence)
    on = f", on {kinds}" if kinds and ended.outcome == "upheld" else ""
    if ended.elsewhere:
        on += f" (further evidence is kept under: {ended.elsewhere})"
    if ended.found:
        ending += f" as {ended.found.replace('_', ' ')}"
    reason = f" The reason given: {ended.reason}" if ended.reason else ""
    return f"{ending} on {written(ended.at)}{on}.{reason}"


def _cost_now(ended: Ended, facts: Facts) -> str:
    if not ended.points:
        return f"It takes no points; you hold {facts.points}."
    once = ", once for all complaints of its kind about the same" if ended.is_shared else ""
    return f"It takes {ended.points} points{once}; you hold {facts.points}."


def _appeal_now(ended: Ended) -> str:
    if not ended.can_appeal:
        return ""
    until = "at any time"
    if ended.appeal_until is not None:
        until = f"before {written(ended.appeal_until)}"
    back = ", and the points come back if you win" if ended.points else ""
    return f"You can appeal {until}; another person decides{back}."


def _cost(facts: Facts, policy: Policy) -> str:
    violation = policy.violation_in(facts.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    if not most:
        return "These rules take no points for it."
    cost = f"{least}" if least == most else f"{least} to {most}"
    return f"If it is upheld it costs {cost} points; you hold {facts.points}."


def _answer(facts: Facts, policy: Policy) -> str:
    until = answer_until(policy, facts.filed_at)
    if until is None:
        return "You can answer it and add evidence of your own until it is decided."
    is_established = policy.response.silence == "established"
    silence = "admits the complaint" if is_established else "lets it be dropped"
    interim = policy.response.interim
    meanwhile = f" Until then: {interim.replace('_', ' ')}." if interim else ""
    return (
        f"You can answer it and add evidence of your own until {written(until)}; silence "
        f"{silence}.{meanwhile}"
    )


def _appeal(policy: Policy) -> str:
    window = policy.appeals.window
    time = "at any time" if window is None else f"within {duration_text(window)}"
    return f"If it goes against you, you can appeal {time}, and another person decides."
