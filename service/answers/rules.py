"""Pure decisions about answers: what a complaint may cost, and the notices that say so."""

from __future__ import annotations

from typing import Final, NamedTuple

from detector.rules import Policies
from detector.rules.events import NOTICE, Source
from detector.rules.policy.policy import Points, Policy
from detector.rules.reports.elements import (
    EVERYWHERE,
    UNKNOWN,
    Background,
    Elements,
    automation_said,
    evidence_said,
    law_said,
    redress_elsewhere,
    source_said,
    until_said,
)
from detector.rules.reports.sentences import (
    At,
    Named,
    Paragraph,
    Sentence,
    Span,
    plain_text,
    say,
)
from detector.rules.reports.statement import silence_said
from service.answers.schemas import NoticeShown
from service.decisions.appeals.rules import LOSER
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import entry_with, standing_or_start
from service.decisions.schemas import Party


class Facts(NamedTuple):
    """What a notice is about; instants in microseconds UTC."""

    category: str
    filed_at: int
    order_id: str | None
    listing_id: str | None
    points: int
    """What the seller holds now, in the policy's units."""
    complaint_id: str = ""
    """For who filed it: a seller is told the order."""
    source: Source = NOTICE


class Ended(NamedTuple):
    """How a complaint ended, for the notices of it; `points` are what it takes now."""

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
    """Whether the party that it went against may appeal now."""
    counts_until: int | None = None
    """When the points that it takes come back by themselves; None for never."""
    verdict_id: str = ""
    """Empty where another system decided."""


class Notice(NamedTuple):
    """What to write to a party of a complaint: what for, and the words."""

    shown: NoticeShown
    subject: Sentence
    paragraphs: list[Paragraph]
    can_appeal: bool
    """Whether its reader may appeal now."""


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


def notice_from(
    file: DecisionFile,
    policies: Policies,
    *,
    now: int,
    to: Party = "seller",
    background: Background = UNKNOWN,
) -> Notice:
    """What to write to a party about a complaint now, by what is on file of it."""
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
        complaint.complaint_id,
        complaint.source,
    )
    is_theirs = ended is not None and LOSER.get(ended.outcome) == to
    paragraphs = notice_paragraphs(facts, policy, ended, to=to, background=background)
    shown = NoticeShown(
        complaint_id=complaint.complaint_id,
        seller_id=complaint.seller_id,
        category=complaint.category,
        filed_at=complaint.filed_at,
        outcome="pending" if ended is None else ended.outcome,
        points=standing.balance,
        points_least=least,
        points_most=most,
        answer_until=answer_until(policy, complaint.filed_at) if ended is None else None,
        appeal_until=ended.appeal_until if ended and is_theirs else None,
        text=plain_text(paragraphs),
    )
    can_appeal = is_theirs and ended is not None and ended.can_appeal
    return Notice(shown, subject_of(facts, ended, to=to), paragraphs, can_appeal)


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
    window = policy.appeals.window
    until = None if window is None else verdict.decided_at + window
    can_appeal = file.appeal is None and (until is None or now < until)
    if verdict.outcome != "upheld":
        can_appeal = can_appeal and withdrawal is None
        return Ended(
            verdict.outcome,
            verdict.decided_at,
            tuple(verdict.evidence),
            verdict.elsewhere,
            reason=verdict.reason,
            appeal_until=until if can_appeal else None,
            can_appeal=can_appeal,
            verdict_id=verdict.verdict_id,
        )
    # What the entry that it belongs to takes now, and whether other verdicts belong to it too.
    entry = entry_with(file.log, verdict.verdict_id, policies, now=now)
    counts = entry if entry and entry.state == "standing" else None
    return Ended(
        "upheld",
        verdict.decided_at,
        tuple(verdict.evidence),
        verdict.elsewhere,
        verdict.violation if verdict.violation not in (None, complaint.category) else None,
        verdict.reason,
        counts.points if counts else 0,
        entry is not None and len(entry.grounds) > 1,
        until if can_appeal else None,
        can_appeal,
        counts.expires_at if counts else None,
        verdict.verdict_id,
    )


def subject_of(facts: Facts, ended: Ended | None, *, to: Party) -> Sentence:
    """What a notice is about, in one line."""
    if to == "complainant":
        which = {"complaint": facts.complaint_id}
        if ended is None:
            return say("Your complaint %(complaint)s was received", **which)
        return say("Your complaint %(complaint)s was decided", **which)
    if facts.source == "own_initiative":
        if ended is None:
            return say("The marketplace itself raised something about your shop")
        return say("What the marketplace itself raised about your shop was decided")
    if facts.order_id is None:
        if ended is None:
            return say("A complaint was filed about your shop")
        return say("A complaint about your shop was decided")
    if ended is None:
        return say("A complaint was filed about order %(order)s", order=facts.order_id)
    return say("The complaint about order %(order)s was decided", order=facts.order_id)


def notice_text(
    facts: Facts, policy: Policy, ended: Ended | None = None, *, to: Party = "seller"
) -> str:
    """A notice in English."""
    return plain_text(notice_paragraphs(facts, policy, ended, to=to))


def notice_paragraphs(
    facts: Facts,
    policy: Policy,
    ended: Ended | None = None,
    *,
    to: Party = "seller",
    background: Background = UNKNOWN,
) -> list[Paragraph]:
    """A notice in words: what was said, what it costs or may cost, and what its reader can do.

    Names no buyer. A decision that took something from the seller has all the elements of a
    statement of reasons (DSA Art. 17(3)); who complained learns how it ended, how to object, and
    whether automated means were used (Art. 16(4) to (6)).
    """
    if to == "complainant":
        return _to_complainant(facts, policy, ended)
    if ended is None:
        pending = say("It has not been decided and has cost nothing.")
        return [
            (_said(facts),),
            (pending, _cost(facts, policy)),
            _answer(facts, policy),
            (_decides(policy), _appeal(policy)),
        ]
    if ended.outcome == "upheld":
        said = elements_of(facts, policy, ended, background)
        parts = [said.facts, said.measure, said.automation, said.law, said.rule, said.redress]
        return [part for part in parts if part]
    parts = [(_said(facts),), _end(ended), (_cost_now(ended, facts),), _decided_by(ended, policy)]
    return [part for part in parts if part]


def elements_of(facts: Facts, policy: Policy, ended: Ended, background: Background) -> Elements:
    """The statement of reasons for a complaint that was upheld."""
    violation = policy.violations.get(ended.found or "") or policy.violation_in(facts.category)
    decided = [ended.verdict_id] if ended.verdict_id else []
    term: Paragraph = ()
    if ended.points:
        counts: Sentence = say("The points count until they are given back.")
        if ended.counts_until is not None:
            counts = say("The points count until %(end)s.", end=At(ended.counts_until))
        term = (counts, EVERYWHERE)
    return Elements(
        measure=(_cost_now(ended, facts), *term),
        facts=(_said(facts), *_end(ended), source_said([facts.source])),
        automation=automation_said(decided, background),
        law=law_said([violation]),
        rule=_decided_by(ended, policy),
        redress=(*_appeal_now(ended), *redress_elsewhere(policy)),
    )


def _to_complainant(facts: Facts, policy: Policy, ended: Ended | None) -> list[Paragraph]:
    automation = (
        say("Only people decide about complaints."),
        say("A program helps to choose which of them people look at first."),
    )
    if ended is None:
        received = say(
            "We received your complaint %(complaint)s on %(at)s%(about)s: %(category)s.",
            complaint=facts.complaint_id,
            **_about(facts),
        )
        said_then = say("You are told how it ends.")
        return [(received,), (_decides(policy), said_then), automation]
    said = say(
        "This is about your complaint %(complaint)s of %(at)s%(about)s: %(category)s.",
        complaint=facts.complaint_id,
        **_about(facts),
    )
    if ended.outcome == "withdrawn":
        return [(said,), (say("You took it back on %(at)s.", at=At(ended.at)),)]
    parts = [(said,), _end(ended), _decided_by(ended, policy), automation]
    if ended.outcome != "upheld":
        parts.append((*_appeal_now(ended), *redress_elsewhere(policy)))
    return [part for part in parts if part]


def _about(facts: Facts) -> dict[str, object]:
    """What a complaint is about, as values of a sentence."""
    about: Sentence | str = ""
    if facts.order_id and facts.listing_id:
        about = say(
            " about order %(order)s (listing %(listing)s)",
            order=facts.order_id,
            listing=facts.listing_id,
        )
    elif facts.order_id:
        about = say(" about order %(order)s", order=facts.order_id)
    elif facts.listing_id:
        about = say(" (listing %(listing)s)", listing=facts.listing_id)
    return {"at": At(facts.filed_at), "about": about, "category": Named(facts.category)}


def _said(facts: Facts) -> Sentence:
    if facts.source == "own_initiative":
        return say(
            "The marketplace itself raised this on %(at)s%(about)s: %(category)s.", **_about(facts)
        )
    return say("A complaint was filed on %(at)s%(about)s: %(category)s.", **_about(facts))


def _decides(policy: Policy) -> Sentence:
    return say("A person decides, on evidence, by %(rules)s.", rules=_rules(policy))


def _rules(policy: Policy) -> Sentence:
    return say("%(title)s (%(policy)s)", title=policy.title, policy=policy.label)


_ENDS: Final = {
    "upheld": say("It was upheld"),
    "rejected": say("It was not upheld, as decided"),
    "unfounded": say("It was found manifestly unfounded"),
    "reversed": say("It was upheld first; that decision was set aside"),
    "withdrawn": say("Its complainant took it back"),
}


def _end(ended: Ended) -> Paragraph:
    how: Sentence = _ENDS[ended.outcome]
    if ended.found:
        how = say("%(how)s as %(violation)s", how=how, violation=Named(ended.found))
    on = {"how": how, "at": At(ended.at)}
    if ended.outcome == "upheld" and ended.evidence:
        said = say(
            "%(how)s on %(at)s on %(evidence)s.",
            evidence=evidence_said(ended.evidence, ended.elsewhere),
            **on,
        )
    elif ended.elsewhere:
        said = say(
            "%(how)s on %(at)s (further evidence is kept under: %(place)s).",
            place=ended.elsewhere,
            **on,
        )
    else:
        said = say("%(how)s on %(at)s.", **on)
    if not ended.reason:
        return (said,)
    return (said, say("The reason given: %(reason)s", reason=ended.reason))


def _decided_by(ended: Ended, policy: Policy) -> Paragraph:
    if ended.outcome == "withdrawn":
        return ()
    if ended.evidence:
        return (say("A person decided, on evidence, by %(rules)s.", rules=_rules(policy)),)
    return (say("A person decided by %(rules)s.", rules=_rules(policy)),)


def _cost_now(ended: Ended, facts: Facts) -> Sentence:
    held = {"points": ended.points, "held": facts.points}
    if not ended.points:
        return say("It takes no points; you hold %(held)s.", held=facts.points)
    if ended.is_shared:
        return say(
            "It takes %(points)s points, once for all complaints of its kind about the same; you "
            "hold %(held)s.",
            **held,
        )
    return say("It takes %(points)s points; you hold %(held)s.", **held)


def _appeal_now(ended: Ended) -> Paragraph:
    if not ended.can_appeal:
        return ()
    until = until_said(ended.appeal_until)
    if ended.points:
        return (
            say(
                "You can appeal %(until)s; another person decides, and the points come back if you "
                "win.",
                until=until,
            ),
        )
    return (say("You can appeal %(until)s; another person decides.", until=until),)


def _cost(facts: Facts, policy: Policy) -> Sentence:
    violation = policy.violation_in(facts.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    if not most:
        return say("These rules take no points for it.")
    if least == most:
        return say(
            "If it is upheld it costs %(points)s points; you hold %(held)s.",
            points=most,
            held=facts.points,
        )
    return say(
        "If it is upheld it costs %(least)s to %(most)s points; you hold %(held)s.",
        least=least,
        most=most,
        held=facts.points,
    )


def _answer(facts: Facts, policy: Policy) -> Paragraph:
    until = answer_until(policy, facts.filed_at)
    if until is None:
        return (say("You can answer it and add evidence of your own until it is decided."),)
    said = say(
        "You can answer it and add evidence of your own until %(end)s; %(silence)s.",
        end=At(until),
        silence=silence_said(policy),
    )
    interim = policy.response.interim
    if not interim:
        return (said,)
    return (said, say("Until then: %(what)s.", what=Named(interim)))


def _appeal(policy: Policy) -> Sentence:
    window = policy.appeals.window
    if window is None:
        return say(
            "If it goes against you, you can appeal at any time, and another person decides."
        )
    return say(
        "If it goes against you, you can appeal within %(time)s, and another person decides.",
        time=Span(window),
    )
