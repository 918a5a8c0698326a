"""The statement of reasons that a seller gets for a sanction (EU Digital Services Act, Art. 17).

It says the elements of `detector.rules.reports.elements`, the points before and after, what would
have changed the outcome, and what the policy itself has to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from detector.errors import BadInput
from detector.rules.entry import Ground
from detector.rules.events import Verdict
from detector.rules.instants import NEVER
from detector.rules.justification import resting_on
from detector.rules.ledger import is_over
from detector.rules.policy.policy import Policy
from detector.rules.reports.elements import (
    EVERYWHERE,
    UNKNOWN,
    Background,
    Elements,
    automation_said,
    evidence_said,
    law_said,
    reasons_said,
    redress_elsewhere,
    source_said,
    terms_said,
    times_said,
    until_said,
)
from detector.rules.reports.explanation import (
    AccountAt,
    Explanation,
    grounds_of,
    rests_on,
    turning_points,
)
from detector.rules.reports.sentences import (
    At,
    Named,
    Paragraph,
    Sentence,
    Span,
    plain_text,
    say,
    say_many,
)
from detector.rules.sanction import Sanction

_NEVER_DONE: Final = {
    "awaiting_approval": say("It is awaiting approval by a second person and is not in force."),
    "declined": say("A second person declined it: it was never in force."),
    "lapsed": say("Nobody approved it in time: it was never in force."),
}
"""What is said of a measure that was never carried out."""
_STEPS: Final = {
    "warn": say("warn"),
    "restrict": say("restrict"),
    "suspend": say("suspend"),
    "remove": say("remove"),
}
"""What a step does, where a rule is told."""


class Statement(NamedTuple):
    """A statement of reasons; `dated` is the sanction's issue in microseconds."""

    sanction_id: str
    kind: str
    dated: int
    elements: Elements
    points: Paragraph
    changing: Paragraph
    """What would have changed the outcome."""
    own_words: Paragraph
    """The policy's."""

    @property
    def paragraphs(self) -> list[Paragraph]:
        """All of it, in the order in which it is read."""
        *elements, redress = self.elements
        parts = (*elements, self.points, redress, self.changing, self.own_words)
        return [one for one in parts if one]

    @property
    def text(self) -> str:
        """All of it in English."""
        return plain_text(self.paragraphs)


def sanction_of(explanation: Explanation | AccountAt, sanction_id: str) -> Sanction:
    """Return a sanction by its id. Raises BadInput when the seller has none of that id."""
    for sanction in explanation.account.sanctions:
        if sanction.id == sanction_id and sanction.created_at <= explanation.as_of:
            return sanction
    known = ", ".join(one.id for one in explanation.ledger.sanctions) or "none"
    raise BadInput(f"there is no sanction {sanction_id!r}; there is {known}")


def statement_of(
    explanation: Explanation | AccountAt,
    sanction_id: str,
    notified_at: int,
    background: Background = UNKNOWN,
) -> Statement:
    """Make the statement for one sanction; the time to appeal runs from `notified_at`."""
    sanction = sanction_of(explanation, sanction_id)
    policy, state = sanction.policy, sanction.state_at(explanation.as_of)
    grounds = grounds_of(rests_on(explanation, sanction))
    is_open = bool(grounds) and state not in ("declined", "lapsed")
    words = policy.notices.get(sanction.step.action, policy.notices.get("any"))
    return Statement(
        sanction_id=sanction.id,
        kind=sanction.step.action,
        dated=sanction.issued_at,
        elements=_elements_of(explanation, sanction, grounds, notified_at, background),
        points=(_points(sanction, policy),),
        changing=(what_would_have_changed(explanation, sanction),) if is_open else (),
        own_words=(Sentence("%(words)s", {"words": words}),) if words else (),
    )


def _elements_of(
    explanation: Explanation | AccountAt,
    sanction: Sanction,
    grounds: Sequence[Ground],
    notified_at: int,
    background: Background,
) -> Elements:
    policy, state = sanction.policy, sanction.state_at(explanation.as_of)
    ids = [one.verdict.id for one in grounds]
    sources = [one.verdict.source for one in grounds]
    violations = [policy.violations.get(one.verdict.violation) for one in grounds]
    is_open = bool(grounds) and state not in ("declined", "lapsed")
    is_done = state not in _NEVER_DONE
    return Elements(
        measure=(*what_was_done(explanation, sanction), *((EVERYWHERE,) if is_done else ())),
        facts=(*_facts(sanction, grounds), *((source_said(sources),) if sources else ())),
        automation=(
            *automation_said(ids, background),
            say("What the points lead to follows from the rule."),
        ),
        law=law_said(violations),
        rule=(terms_said(policy), _rule(sanction), *reasons_said(ids, background)),
        redress=(*_appeal(policy, notified_at), *redress_elsewhere(policy)) if is_open else (),
    )


def what_was_done(explanation: Explanation | AccountAt, sanction: Sanction) -> Paragraph:
    """Say the measure, from when and until when; or that it is not, or no longer, in force."""
    action, state = sanction.step.action, sanction.state_at(explanation.as_of)
    if state in _NEVER_DONE:
        return (
            say("Measure: %(step)s.", step=_STEPS.get(action, Named(action))),
            _NEVER_DONE[state],
        )
    if state != "voided" and is_over(
        sanction, explanation.account, sanction.policy, explanation.as_of
    ):
        warned = say("You were warned on %(at)s.", at=At(sanction.issued_at))
        return (warned, say("This warning has ended."))
    done = [_done(action, sanction)]
    if sanction.step.effects:
        effects = tuple(Named(one) for one in sanction.step.effects)
        done.append(say("In detail: %(effects)s.", effects=effects))
    if state == "voided":
        done.append(say("This measure was voided on %(at)s.", at=At(sanction.voided_at)))
    return tuple(done)


def _done(action: str, sanction: Sanction) -> Sentence:
    if action == "warn":
        return say("You are warned.")
    if action == "remove":
        return say("Your shop is removed from the marketplace.")
    end: Sentence = say("until it is lifted")
    if sanction.ends_at != NEVER:
        end = say("until %(end)s", end=At(sanction.ends_at))
    term = {"begin": At(sanction.carried_out_at), "until": end}
    if action == "restrict":
        return say("Your shop is restricted from %(begin)s %(until)s.", **term)
    if action == "suspend":
        return say("Your shop is suspended from %(begin)s %(until)s.", **term)
    return say("Measure: %(step)s.", step=Named(action))


def _facts(sanction: Sanction, grounds: Sequence[Ground]) -> Paragraph:
    """Say the decisions that it rests on, without naming any person."""
    if not grounds:
        return (say("Facts: no decision counts any more that this measure rested on."),)
    facts = say("Facts: %(facts)s.", facts=facts_of(grounds))
    return (facts, *_hearing(sanction.policy, grounds))


def facts_of(grounds: Iterable[Ground]) -> tuple[Sentence, ...]:
    """Say decisions, without naming any person."""
    return tuple(
        say(
            "complaint %(complaint)s (order %(order)s) about %(violation)s was upheld on %(at)s on "
            "%(evidence)s, %(points)s points",
            complaint=one.verdict.complaint_id,
            order=one.verdict.order_id or say("not named"),
            violation=Named(one.verdict.violation),
            at=At(one.verdict.decided_at),
            evidence=_evidence(one.verdict),
            points=one.points,
        )
        for one in grounds
    )


def _hearing(policy: Policy, grounds: Iterable[Ground]) -> Paragraph:
    """Say how long the seller had to answer, what silence meant, and what did not wait for it."""
    rules = policy.response
    if rules.window is None:
        return ()
    said = [
        say(
            "You had %(time)s from each report to answer it; %(silence)s.",
            time=Span(rules.window),
            silence=silence_said(policy),
        )
    ]
    if rules.interim:
        said.append(say("Until then: %(what)s.", what=Named(rules.interim)))
    early = [
        one.verdict.complaint_id
        for one in grounds
        if one.verdict.decided_at < one.verdict.reported_at + rules.window
    ]
    if early:
        said.append(say("Decided before that time was over: %(which)s.", which=tuple(early)))
    return tuple(said)


def silence_said(policy: Policy) -> Sentence:
    """What it means that a seller does not answer."""
    if policy.response.silence == "established":
        return say("silence admits the complaint")
    return say("silence lets it be dropped")


def _evidence(verdict: Verdict) -> Sentence | tuple[Named, ...]:
    return evidence_said(verdict.evidence, verdict.elsewhere)


def _rule(sanction: Sanction) -> Sentence:
    tier = sanction.tier
    reached = {
        "at": say("%(limit)s points are taken", limit=tier.threshold),
        "multiple_of": say("a multiple of %(limit)s points is taken", limit=tier.threshold),
        "count": say("%(limit)s violations are counted", limit=tier.threshold),
        "rate": say("too large a share of transactions is defective"),
    }[tier.kind]
    values = {"rule": tier.id, "step": step_said(sanction), "reached": reached}
    if len(tier.steps) == 1:
        return say("Rule '%(rule)s': %(step)s when %(reached)s.", **values)
    return say(
        "Rule '%(rule)s': %(step)s when %(reached)s, at step %(number)s of %(steps)s.",
        number=sanction.step_index + 1,
        steps=len(tier.steps),
        **values,
    )


def step_said(sanction: Sanction) -> Sentence | Named:
    """What a sanction's step does, and for how long."""
    step = sanction.step
    what = _STEPS.get(step.action, Named(step.action))
    if step.duration is None:
        return what
    return say("%(step)s for %(time)s", step=what, time=Span(step.duration))


def _points(sanction: Sanction, policy: Policy) -> Sentence:
    track = policy.tracks.get(sanction.tier.track)
    if track is None or sanction.tier.kind == "rate":
        return say("Points: this rule goes by a share of transactions, not by points.")
    before, after = (min(track.ceiling, max(track.floor, track.start - n)) for n in sanction.levels)
    return say(
        "Points taken from you: %(taken_before)s before and %(taken)s after; points you hold: "
        "%(held_before)s before and %(held)s after, of %(start)s.",
        taken_before=sanction.levels[0],
        taken=sanction.levels[1],
        held_before=before,
        held=after,
        start=track.start,
    )


def _appeal(policy: Policy, notified_at: int) -> Paragraph:
    window, times = policy.appeals.window, times_said(policy)
    until = until_said(None if window is None else notified_at + window)
    if times is None:
        how = say(
            "Appeal: you can appeal each decision named above %(until)s; another person decides.",
            until=until,
        )
    else:
        how = say(
            "Appeal: you can appeal each decision named above %(until)s, %(times)s; another person "
            "decides.",
            until=until,
            times=times,
        )
    return (how, say("An appeal that is granted gives the points back at once."))


def what_would_have_changed(explanation: Explanation | AccountAt, sanction: Sanction) -> Sentence:
    """Say which decisions the measure hangs on, by what the seller knows of them."""
    account = explanation.account
    alone, count = turning_points(account, sanction)
    if alone:
        grounds = grounds_of(resting_on(account, sanction))
        first, *others = [_decision(one.verdict) for one in grounds if one.verdict.id in alone]
        which = first
        for one in others:
            which = say("%(one)s or %(other)s", one=which, other=one)
        return say(
            "What would have changed the outcome: this measure would not stand if %(which)s had "
            "gone the other way.",
            which=which,
        )
    if count:
        return say_many(
            "What would have changed the outcome: this measure would not stand if %(num)s of these "
            "decisions had gone the other way.",
            "What would have changed the outcome: this measure would not stand if %(num)s of these "
            "decisions had gone the other way.",
            count,
        )
    return say(
        "What would have changed the outcome: it rests on more than these decisions; no appeal "
        "against them alone would end it."
    )


def _decision(verdict: Verdict) -> Sentence:
    """A decision as a seller knows it, who sees complaint and order and no verdict's id."""
    of = {"at": At(verdict.decided_at), "complaint": verdict.complaint_id}
    if verdict.order_id is None:
        return say("the decision of %(at)s about complaint %(complaint)s", **of)
    return say(
        "the decision of %(at)s about complaint %(complaint)s (order %(order)s)",
        order=verdict.order_id,
        **of,
    )
