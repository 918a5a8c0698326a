"""The statement of reasons that a seller gets for a sanction (EU Digital Services Act, Art. 17).

It says the facts, the ground, the rule, the points before and after, how long, how to appeal and
until when, and what would have changed the outcome.
"""

from __future__ import annotations

from typing import NamedTuple

from detector.errors import BadInput
from detector.rules.instants import NEVER, duration_text, text_of
from detector.rules.policy.policy import Policy
from detector.rules.reports.explanation import Explanation, grounds_of, turning_points
from detector.rules.sanction import Sanction

_DONE = {
    "warn": "You are warned.",
    "restrict": "Your shop is restricted",
    "suspend": "Your shop is suspended",
    "remove": "Your shop is removed from the marketplace.",
}


class Statement(NamedTuple):
    """A statement of reasons; `dated` is the sanction's issue in microseconds."""

    sanction_id: str
    kind: str
    dated: int
    text: str


def sanction_of(explanation: Explanation, sanction_id: str) -> Sanction:
    """Return a sanction by its id. Raises BadInput when the seller has none of that id."""
    for sanction in explanation.account.sanctions:
        if sanction.id == sanction_id and sanction.created_at <= explanation.as_of:
            return sanction
    known = ", ".join(one.id for one in explanation.ledger.sanctions) or "none"
    raise BadInput(f"there is no sanction {sanction_id!r}; there is {known}")


def statement_of(explanation: Explanation, sanction_id: str, notified_at: int) -> Statement:
    """Write the statement for one sanction; the time to appeal runs from `notified_at`."""
    sanction = sanction_of(explanation, sanction_id)
    policy = sanction.policy
    parts = [
        what_was_done(sanction),
        "Facts: " + facts_of(sanction) + _hearing(sanction, policy),
        f"Ground: {_ground(policy)}. {_rule(sanction)}",
        _points(sanction, policy),
        _appeal(policy, notified_at),
        "What would have changed the outcome: " + what_would_have_changed(explanation, sanction),
        "The complaints were decided by people on the evidence named. No machine took points; "
        "what the points lead to follows from the rule above.",
        policy.notices.get(sanction.step.action, policy.notices.get("any", "")),
    ]
    return Statement(
        sanction.id, sanction.step.action, sanction.issued_at, "\n\n".join(filter(None, parts))
    )


def what_was_done(sanction: Sanction) -> str:
    """Say the measure, from when and until when."""
    done = _DONE.get(sanction.step.action, f"Measure: {sanction.step.action}.")
    if sanction.step.action in ("restrict", "suspend"):
        end = "until it is lifted"
        if sanction.ends_at != NEVER:
            end = f"until {text_of(sanction.ends_at)}"
        done = f"{done} from {text_of(sanction.issued_at)} {end}."
    if sanction.step.effects:
        done += f" In detail: {', '.join(one.replace('_', ' ') for one in sanction.step.effects)}."
    if sanction.is_voided:
        done += f" This measure was voided at {text_of(sanction.voided_at)}."
    return done


def facts_of(sanction: Sanction) -> str:
    """Say the decisions that it rests on, without naming any person."""
    told = [
        f"complaint {one.verdict.complaint_id} (order {one.verdict.order_id or 'not named'}) about "
        f"{one.verdict.violation.replace('_', ' ')} was upheld at "
        f"{text_of(one.verdict.decided_at)} on {_evidence(one.verdict.evidence)}, "
        f"{one.points} points"
        for one in grounds_of(sanction.because)
    ]
    return ("; ".join(told) or "no decision that it rested on still stands") + "."


def _hearing(sanction: Sanction, policy: Policy) -> str:
    """Say how long the seller had to answer, what silence meant, and what did not wait for it."""
    rules = policy.response
    if rules.window is None:
        return ""
    silence = "admits the complaint" if rules.silence == "established" else "lets it be dropped"
    early = [
        one.verdict.complaint_id
        for one in grounds_of(sanction.because)
        if one.verdict.decided_at < one.verdict.reported_at + rules.window
    ]
    sooner = f" Decided before that time was over: {', '.join(early)}." if early else ""
    meanwhile = f" Until then: {rules.interim.replace('_', ' ')}." if rules.interim else ""
    time = duration_text(rules.window)
    return f" You had {time} from each report to answer it; silence {silence}.{meanwhile}{sooner}"


def _evidence(kinds: tuple[str, ...]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in kinds) or "the complaint"


def _ground(policy: Policy) -> str:
    return f"the marketplace's terms, {policy.title} ({policy.label})"


def _rule(sanction: Sanction) -> str:
    tier, step = sanction.tier, sanction.step
    reached = {
        "at": f"{tier.threshold} points are reached",
        "multiple_of": f"a multiple of {tier.threshold} points is reached",
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
        f"Points: {sanction.levels[0]} held against you before and {sanction.levels[1]} after; "
        f"balance {before} before and {after} after, of {track.start}."
    )


def _appeal(policy: Policy, notified_at: int) -> str:
    rules = policy.appeals
    until = "at any time"
    if rules.window is not None:
        until = f"before {text_of(notified_at + rules.window)}"
    times = (
        f", {rules.max_per_decision} time(s) for each decision" if rules.max_per_decision else ""
    )
    external = f" You can also turn to {rules.external}." if rules.external else ""
    return (
        f"Appeal: you can appeal each decision named above {until}{times}; another person decides. "
        f"An appeal that is granted gives the points back at once.{external}"
    )


def what_would_have_changed(explanation: Explanation, sanction: Sanction) -> str:
    """Say which decisions the measure hangs on."""
    if not sanction.because:
        return "it stands on later decisions than those that led to it."
    alone, count = turning_points(explanation.account, sanction)
    if alone:
        return (
            f"without decision {' or without decision '.join(alone)} this measure would not stand."
        )
    if count:
        return f"this measure would not stand if {count} of these decisions had gone the other way."
    return "it rests on more than these decisions; no appeal against them alone would end it."
