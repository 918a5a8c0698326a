"""Why a seller is looked at, in the language of the page: from the detector's numbers."""

from __future__ import annotations

from math import exp, expm1
from typing import Final

from detector.capacity import LEVEL
from detector.durations import HOUR_US
from detector.evidence.reasons import is_cut_off
from detector.expectation.panel import ALL, OTHER, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.makeup.attributes import (
    CATEGORY,
    DELAY,
    EVIDENCE,
    GAP,
    HOUR,
    NEW,
    NO_HOUR,
    NO_ORDER,
    NO_PIECES,
    OUTCOME,
    RARER,
)
from service.assessments.schemas import AssessmentShown, FindingShown
from service.cases.schemas import CaseShown, LevelSeen
from service.console.languages.speaking import gettext, marked, ngettext
from service.console.languages.writing import number, percent, round_number
from service.console.pages.words import english, word
from service.intake.evidence.schemas import EvidenceWanted

NONE_BELOW: Final = 0.05
"""Complaints expected that nobody would call one."""


def reasons_of(found: CaseShown | AssessmentShown) -> list[str]:
    """Sentences, strongest first; the API's own where no numbers are kept."""
    if isinstance(found, CaseShown) and found.opened_for == LEVEL and found.level is not None:
        return [*map(english, found.reasons[:-1]), level_sentence(found.level)]
    if not found.findings:
        return [english(reason) for reason in found.reasons]
    said = [sentence_of(one) for one in found.findings]
    if found.suspicion == "brigade":
        said.insert(0, gettext("Suspected brigade: look at the complainants first."))
    return said


def level_sentence(seen: LevelSeen) -> str:
    """How bad a seller is by level, in words."""
    return gettext(
        "%(complaints)s in %(days)s days where the market’s rate would have brought %(due)s: "
        "%(rate)s times the market’s rate (%(low)s to %(high)s).",
        complaints=_complaints(seen.complaints, seen.category),
        days=number(seen.days),
        due=number(seen.due, 1),
        rate=number(seen.rate, 1),
        low=number(seen.low, 1),
        high=number(seen.high, 1),
    )


def sentence_of(finding: FindingShown) -> str:
    """One finding in words."""
    days = ngettext("in the last day", "in the last %(num)s days", finding.days)
    if finding.of is not None:
        usual = round(100.0 * finding.expected / max(finding.of, 1))
        return gettext(
            "%(count)s of %(of)s complaints %(days)s: %(part)s; usually about %(usual)s of 100.",
            count=number(finding.complaints),
            of=number(finding.of),
            days=days,
            part=part_of(finding),
            usual=number(usual),
        )
    values = {"complaints": _complaints(finding.complaints, finding.column), "days": days}
    if finding.expected < NONE_BELOW:
        return gettext("%(complaints)s %(days)s where none was expected.", **values)
    expected = number(finding.expected, 1 if finding.expected < 10 else 0)
    return gettext(
        "%(complaints)s %(days)s where about %(expected)s were expected.",
        expected=expected,
        **values,
    )


def part_of(finding: FindingShown) -> str:
    """What the complaints of an attribute's part have in common."""
    attribute, part = finding.column, finding.part or ""
    low, _, high = part.partition("-")
    named = _PARTS.get((attribute, part))
    if named is not None:
        return gettext(named)
    if attribute == HOUR:
        return gettext("filed between %(low)s and %(high)s o’clock (UTC)", low=low, high=high)
    if attribute == DELAY and high:
        return gettext("%(low)s to %(high)s days after the order", low=low, high=high)
    if attribute == DELAY:
        return gettext("%(low)s days or more after the order", low=low)
    if attribute == GAP and high and int(low):
        return gettext(
            "%(low)s to %(high)s %% of the mean time after the one before", low=low, high=high
        )
    if attribute == GAP and high:
        return gettext("sooner than %(high)s %% of the mean time after the one before", high=high)
    if attribute == GAP:
        return gettext("later than %(low)s %% of the mean time after the one before", low=low)
    if attribute == EVIDENCE:
        return gettext("pieces of evidence: %(pieces)s", pieces=part.replace("-", "+"))
    if attribute == OUTCOME:
        return gettext("decided as %(outcome)s", outcome=word(part))
    return gettext("of “%(category)s”", category=word(part))


_PARTS: Final = {
    (HOUR, NO_HOUR): marked("without an hour"),
    (DELAY, NO_ORDER): marked("without an order"),
    (EVIDENCE, NO_PIECES): marked("evidence unknown"),
    (CATEGORY, RARER): marked("of rarer categories"),
    (CATEGORY, NEW): marked("of a category that was not known before"),
}


def _complaints(count: int, column: str) -> str:
    if column == ALL:
        return ngettext("%(num)s complaint of any kind", "%(num)s complaints of any kind", count)
    if column == OTHER:
        return ngettext(
            "%(num)s complaint of rarer categories",
            "%(num)s complaints of rarer categories",
            count,
        )
    if column == WITHOUT_EVIDENCE:
        return ngettext(
            "%(num)s complaint without evidence", "%(num)s complaints without evidence", count
        )
    if column == REPEAT_BUYER:
        return ngettext(
            "%(num)s complaint by a buyer who had just complained about this seller",
            "%(num)s complaints by buyers who had just complained about this seller",
            count,
        )
    return ngettext(
        "%(num)s complaint of “%(category)s”",
        "%(num)s complaints of “%(category)s”",
        count,
        category=word(column),
    )


def lacks_of(wanted: EvidenceWanted) -> str:
    """What a complaint's evidence still lacks, without a full stop; empty where it is enough."""
    if wanted.enough:
        return ""
    if not wanted.missing:
        return ngettext(
            "%(num)s kind of evidence at least",
            "%(num)s different kinds of evidence at least",
            wanted.kinds_min,
        )
    groups = [gettext(" with ").join(map(word, group)) for group in wanted.missing]
    return gettext(" or ").join(groups)


def chances_of(assessment: AssessmentShown) -> list[str]:
    """How often chance does as much, and why it is no flag; nothing without findings."""
    if not assessment.findings:
        return []
    sellers = round_number(1.0 / max(assessment.p_value, 1e-300))
    if is_cut_off(assessment.findings, assessment.score):
        sentence = marked("By chance alone at most 1 in %(sellers)s sellers stands out as much.")
    else:
        sentence = marked("By chance alone about 1 in %(sellers)s sellers stands out as much.")
    said = [gettext(sentence, sellers=sellers)]
    if not assessment.flagged:
        said.append(
            gettext(
                "Not flagged: of sellers that stand out as much, about %(share)s do so by chance.",
                share=percent(assessment.q_value),
            )
        )
    return said


def priority_of(case: CaseShown, now: int) -> list[str]:
    """The parts of a case's priority with their units, in the order of the breakdown."""
    said = [_part(name, part) for name, part in case.breakdown.items()]
    if case.closed_at is not None:
        return [*filter(None, said)]
    until = case.due_at - now
    hours = number(round(abs(until) / HOUR_US))
    if until >= 0:
        due = gettext("due in %(hours)s h", hours=hours)
    else:
        due = gettext("overdue by %(hours)s h", hours=hours)
    return [*filter(None, said), due]


def _part(name: str, part: float) -> str:
    """A part as what it does; empty where it does nothing, or is said otherwise."""
    if name == "chance":
        return gettext("chance of a real spike: %(share)s", share=percent(exp(part)))
    if name == "orders_at_risk":
        orders = round(expm1(part))
        return ngettext("%(num)s order a week at risk", "%(num)s orders a week at risk", orders)
    shown = float(f"{exp(part):.2g}")
    if name == "urgency" or shown == 1.0:
        return ""
    times = number(shown)
    if name == "category":
        return gettext("%(times)s times for the category", times=times)
    if name == "complainants":
        return gettext("%(times)s times for the complainants", times=times)
    if name == "past_cases":
        return gettext("%(times)s times for what past cases taught", times=times)
    if name == "standing":
        return gettext("%(times)s times for the standing", times=times)
    return gettext("%(times)s times for %(what)s", times=times, what=name.replace("_", " "))
