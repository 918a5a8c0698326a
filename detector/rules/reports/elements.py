"""The elements of a statement of reasons: what Art. 17(3) of the EU's Digital Services Act lists.

Each element is made in one place, of a measure and of a decision about a complaint alike. The
statement, the notices, a seller's page and the transparency record show the same elements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from detector.rules.events import Source
from detector.rules.policy.policy import Policy, Violation
from detector.rules.reports.sentences import (
    At,
    Named,
    Paragraph,
    Sentence,
    say,
    say_many,
)


class Background(NamedTuple):
    """What statements tell of decisions that their log does not hold, by verdict."""

    reasons: Mapping[str, str] = {}
    """Why, in the words for the parties."""
    detected: frozenset[str] = frozenset()
    """Verdicts on a seller whom the detector had put before a person."""


BackgroundFor = Callable[[Collection[str]], Background]
"""What is known of verdicts besides their log, by their ids."""
UNKNOWN: Final = Background()
"""Nothing but what the log says, and nobody detected."""


class Elements(NamedTuple):
    """A statement of reasons by the letters of Art. 17(3), in the order in which it is read."""

    measure: Paragraph
    """(a) What was done, where it holds, and for how long."""
    facts: Paragraph
    """(b) The facts, and whether they came by a notice or by own initiative."""
    automation: Paragraph
    """(c) Whether automated means decided or detected."""
    law: Paragraph
    """(d) The legal ground, where it is one."""
    rule: Paragraph
    """(e) The rule of the terms, and why the facts breach it."""
    redress: Paragraph
    """(f) How to object: to the marketplace, out of court, at a court."""


EVERYWHERE: Final = say("It holds for everything that you sell here, in every country.")


def source_said(brought_by: Iterable[Source]) -> Sentence:
    """Whether decisions followed notices or the marketplace's own initiative."""
    sources = set(brought_by)
    if sources == {"own_initiative"}:
        return say("The marketplace looked into it on its own initiative; nobody gave notice.")
    if "own_initiative" in sources:
        return say("Some of it came by notice, and some by the marketplace's own initiative.")
    if sources == {"trusted_flagger"}:
        return say("It was decided on the notice of a trusted flagger.")
    if sources == {"other_notification"}:
        return say("It was decided on a notification, such as one by an authority.")
    return say("It was decided on notice: somebody complained to the marketplace.")


def automation_said(verdict_ids: Iterable[str], background: Background) -> Paragraph:
    """Whether automated means decided, which they never do, or detected."""
    people = say("People decided it; no machine took points.")
    if background.detected.isdisjoint(verdict_ids):
        return (people, say("No automated means were used to detect it."))
    return (
        people,
        say(
            "Automated means were used to detect it: a program that compares complaints with "
            "orders had put your shop before a person."
        ),
    )


def law_said(violations: Iterable[Violation | None]) -> Paragraph:
    """The legal grounds of violations, where the policy names any."""
    grounds = sorted({one.legal_ground for one in violations if one and one.legal_ground})
    if not grounds:
        return (say("Legal ground: none; it rests on the marketplace's terms alone."),)
    why = say("What was found is illegal on that ground for the reasons given here.")
    return (say("Legal ground: %(grounds)s.", grounds=tuple(grounds)), why)


def terms_said(policy: Policy) -> Sentence:
    """The terms that a decision rests on."""
    return say(
        "Ground: the marketplace's terms, %(title)s (%(policy)s).",
        title=policy.title,
        policy=policy.label,
    )


def reasons_said(verdict_ids: Iterable[str], background: Background) -> Paragraph:
    """Why decisions were given, in the words for the parties; each of them once."""
    given = [background.reasons.get(one, "") for one in verdict_ids]
    words = [one for one in dict.fromkeys(given) if one]
    return tuple(say("The reason given: %(reason)s", reason=one) for one in words)


def evidence_said(kinds: Sequence[str], elsewhere: str | None) -> Sentence | tuple[Named, ...]:
    """What a decision rests on."""
    given = tuple(Named(kind) for kind in kinds)
    what: Sentence | tuple[Named, ...] = given or say("the complaint")
    if elsewhere is None:
        return what
    return say("%(kinds)s (further evidence is kept under: %(place)s)", kinds=what, place=elsewhere)


def redress_elsewhere(policy: Policy) -> Paragraph:
    """Who decides when the marketplace's own decision about an appeal is not accepted."""
    body = policy.appeals.external
    if body is None:
        outside: Sentence | str = say(
            "an out-of-court dispute settlement body that is certified where the law has such"
        )
    else:
        outside = body
    return (
        say("You can also turn to %(body)s.", body=outside),
        say("You can go to a court at any time."),
    )


def until_said(until: int | None) -> Sentence:
    """Until when something can be done."""
    return say("at any time") if until is None else say("before %(end)s", end=At(until))


def times_said(policy: Policy) -> Sentence | None:
    """How often each decision can be appealed; None where nothing limits it."""
    most = policy.appeals.max_per_decision
    if most is None:
        return None
    return say_many("once for each decision", "%(num)s times for each decision", most)
