"""The statement of reasons that a seller gets for a sanction (EU Digital Services Act, Art. 17).

It says the facts, the ground, the rule, the points before and after, how long, how to appeal and
until when, and what would have changed the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from detector.errors import BadInput
from detector.rules.entry import Ground
from detector.rules.events import Verdict
from detector.rules.instants import NEVER, duration_text, written
from detector.rules.ledger import is_over
from detector.rules.policy.policy import Policy
from detector.rules.reports.explanation import (
    AccountAt,
    Explanation,
    grounds_of,
    rests_on,
    turning_points,
)
from detector.rules.sanction import Sanction

_DONE = {
    "warn": "You are warned.",
    "restrict": "Your shop is restricted",
    "suspend": "Your shop is suspended",
    "remove": "Your shop is removed from the marketplace.",
}


_NEVER_DONE = {
    "awaiting_approval": "It is awaiting approval by a second person and is not in force.",
    "declined": "A second person declined it: it was never in force.",
    "lapsed": "Nobody approved it in time: it was never in force.",
}
"""What is said of a measure that was never carried out."""


class Statement(NamedTuple):
    """A statement of reasons; `dated` is the sanction's issue in microseconds."""

    sanction_id: str
    kind: str
    dated: int
    text: str


def sanction_of(explanation: Explanation | AccountAt, sanction_id: str) -> Sanction:
    """Return a sanction by its id. Raises BadInput when the seller has none of that id."""
    for sanction in explanation.account.sanctions:
        if sanction.id == sanction_id and sanction.created_at <= explanation.as_of:
            return sanction
    known = ", ".join(one.id for one in explanation.ledger.sanctions) or "none"
    raise BadInput(f"there is no sanction {sanction_id!r}; there is {known}")


def statement_of(
    explanation: Explanation | AccountAt, sanction_id: str, notified_at: int
) -> Statement:
    """Write the statement for one sanction; the time to appeal runs from `notified_at`."""
    sanction = sanction_of(explanation, sanction_id)
    policy, state = sanction.policy, sanction.state_at(explanation.as_of)
    grounds = grounds_of(rests_on(explanation, sanction))
    parts = [what_was_done(explanation, sanction), _facts(sanction, grounds)]
    parts += [f"Ground: {_ground(policy)}. {_rule(sanction)}", _points(sanction, policy)]
    if grounds and state not in ("declined", "lapsed"):
        parts.append(_appeal(policy, notified_at))
        changed = what_would_have_changed(explanation, sanction)
        parts.append("What would have changed the outcome: " + changed)
    parts += [
        "The complaints were decided by people on the evidence named. No machine took points; "
        "what the points lead to follows from the rule above.",
        policy.notices.get(sanction.step.action, policy.notices.get("any", "")),
    ]
    return Statement(
        sanction.id, sanction.step.action, sanction.issued_at, "\n\n".join(filter(None, parts))
    )


def what_was_done(explanation: Explanation | AccountAt, sanction: Sanction) -> str:
    """Say the measure, from when and until when; or that it is not, or no longer, in force."""
    action, state = sanction.step.action, sanction.state_at(explanation.as_of)
    if state in _NEVER_DONE:
        return f"Measure: {action}. {_NEVER_DONE[state]}"
    done = _DONE.get(action, f"Measure: {action}.")
    if action in ("restrict", "suspend"):
        end = "until it is lifted"
        if sanction.ends_at != NEVER:
            end = f"until {written(sanction.ends_at)}"
        done = f"{done} from {written(sanction.carried_out_at)} {end}."
    if sanction.step.effects:
        done += f" In detail: {', '.join(one.replace('_', ' ') for one in sanction.step.effects)}."
    if state == "voided":
        done += f" This measure was voided on {written(sanction.voided_at)}."
    elif is_over(sanction, explanation.account, sanction.policy, explanation.as_of):
        done = f"You were warned on {written(sanction.issued_at)}. This warning has ended."
    return done


def _facts(sanction: Sanction, grounds: Sequence[Ground]) -> str:
    """Say the decisions that it rests on, without naming any person."""
    if not grounds:
        return "Facts: no decision counts any more that this measure rested on."
    return f"Facts: {facts_of(grounds)}{_hearing(sanction.policy, grounds)}"


def facts_of(grounds: Iterable[Ground]) -> str:
    """Say decisions, without naming any person."""
    facts = [
        f"complaint {one.verdict.complaint_id} (order {one.verdict.order_id or 'not named'}) about "
        f"{one.verdict.violation.replace('_', ' ')} was upheld on "
        f"{written(one.verdict.decided_at)} on {_evidence(one.verdict)}, "
        f"{one.points} points"
        for one in grounds
    ]
    return ("; ".join(facts) or "no decision that it rested on still stands") + "."


def _hearing(policy: Policy, grounds: Iterable[Ground]) -> str:
    """Say how long the seller had to answer, what silence meant, and what did not wait for it."""
    rules = policy.response
    if rules.window is None:
        return ""
    silence = "admits the complaint" if rules.silence == "established" else "lets it be dropped"
    early = [
        one.verdict.complaint_id
        for one in grounds
        if one.verdict.decided_at < one.verdict.reported_at + rules.window
    ]
    sooner = f" Decided before that time was over: {', '.join(early)}." if early else ""
    meanwhile = f" Until then: {rules.interim.replace('_', ' ')}." if rules.interim else ""
    time = duration_text(rules.window)
    return f" You had {time} from each report to answer it; silence {silence}.{meanwhile}{sooner}"


def _evidence(verdict: Verdict) -> str:
    kinds = ", ".join(kind.replace("_", " ") for kind in verdict.evidence) or "the complaint"
    if verdict.elsewhere is None:
        return kinds
    return f"{kinds} (further evidence is kept under: {verdict.elsewhere})"


def _ground(policy: Policy) -> str:
    return f"the marketplace's terms, {policy.title} ({policy.label})"


def _rule(sanction: Sanction) -> str:
    tier, step = sanction.tier, sanction.step
    reached = {
        "at": f"{tier.threshold} points are taken",
        "multiple_of": f"a multiple of {tier.threshold} points is taken",
        "count": f"{tier.threshold} violations are counted",
        "rate": "too large a share of transactions is defective",
    }[tier.kind]
    length = f" for {duration_text(step.duration)}" if step.duration is not None else ""
    nth = f", at step {sanction.step_index + 1} of {len(tier.steps)}" if len(tier.steps) > 1 else ""
    return f"Rule {tier.id!r}: {step.action}{length} when {reached}{nth}."


def _points(sanction: Sanction, policy: Policy) -> str:
    track = policy.tracks.get(sanction.tier.track)
    if track is None or sanction.tier.kind == "rate":
        return "Points: this rule goes by a share of transactions, not by points."
    before, after = (min(track.ceiling, max(track.floor, track.start - n)) for n in sanction.levels)
    return (
        f"Points taken from you: {sanction.levels[0]} before and {sanction.levels[1]} after; "
        f"points you hold: {before} before and {after} after, of {track.start}."
    )


def _appeal(policy: Policy, notified_at: int) -> str:
    rules = policy.appeals
    until = "at any time"
    if rules.window is not None:
        until = f"before {written(notified_at + rules.window)}"
    most = rules.max_per_decision
    times = f", {'once' if most == 1 else f'{most} times'} for each decision" if most else ""
    external = f" You can also turn to {rules.external}." if rules.external else ""
    return (
        f"Appeal: you can appeal each decision named above {until}{times}; another person decides. "
        f"An appeal that is granted gives the points back at once.{external}"
    )


def what_would_have_changed(explanation: Explanation | AccountAt, sanction: Sanction) -> str:
    """Say which decisions the measure hangs on."""
    alone, count = turning_points(explanation.account, sanction)
    if alone:
        named = " or ".join(f"decision {one}" for one in alone)
        return f"this measure would not stand if {named} had gone the other way."
    if count:
        return f"this measure would not stand if {count} of these decisions had gone the other way."
    return "it rests on more than these decisions; no appeal against them alone would end it."
