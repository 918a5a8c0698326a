"""Pure decisions about the audit sample: its weeks, and what its findings say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from detector.durations import DAY_US, FIRST_MONDAY
from detector.instants import EPOCH, LATEST
from detector.missed_harm import Looked, Missed, missed

WEEKS: Final = 13
"""A quarter: weeks whose findings the estimate rests on."""
Finding = Literal["harm", "no_harm", "unclear"]
"""What a person found: the seller is at fault, it is not, or it cannot be told."""


@dataclass(frozen=True, slots=True)
class Look:
    """A drawn seller, and what was found there so far."""

    week: int
    complaints: int
    chance: float
    finding: Finding | None

    @property
    def weight(self) -> float:
        """For how many complaints it stands."""
        return self.complaints / self.chance


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the findings of some weeks say."""

    missed: Missed | None
    """None where nobody said yet whether a seller is at fault."""
    unanswered: int
    """Sellers that were drawn and are open or unclear."""


def week_of(instant: int) -> int:
    """Days since 1970 of the Monday at or before an instant, UTC."""
    day = instant // DAY_US
    return day - (day - FIRST_MONDAY) % 7


def week_text(week: int) -> str:
    """A week as ISO 8601 has it, such as 2026-W48."""
    year, number, _ = (EPOCH.date() + timedelta(days=week)).isocalendar()
    return f"{year:04}-W{number:02}"


def week_in(text: str) -> int:
    """Days since 1970 of the Monday of a week such as 2026-W48. Raises ValueError otherwise."""
    found = re.fullmatch("([0-9]{4})-W([0-9]{2})", text)
    year, number = (0, 0) if found is None else (int(found[1]), int(found[2]))
    try:
        week = (date.fromisocalendar(year, number, 1) - EPOCH.date()).days
    except ValueError:
        raise ValueError("expected a week such as 2026-W48") from None
    if not 0 <= week < LATEST // DAY_US:
        raise ValueError("expected a week of the years 1970 to 8999, such as 2026-W48")
    return week


def first_of(week: int) -> int:
    """The first of the weeks whose findings the estimate of a week rests on."""
    return week - 7 * (WEEKS - 1)


def estimate(complaints: Mapping[int, int], looks: Iterable[Look]) -> Estimate:
    """What was missed, from the complaints of each week's frame and the sellers drawn in them.

    Those without an answer are taken as missing at random: a week's complaints count by the
    answered part of what was drawn in it.
    """
    drawn: dict[int, float] = defaultdict(float)
    answered: dict[int, float] = defaultdict(float)
    found, unanswered = [], 0
    for look in looks:
        drawn[look.week] += look.weight
        if look.finding in ("harm", "no_harm"):
            answered[look.week] += look.weight
            found.append(Looked(look.complaints, look.chance, look.finding == "harm"))
        else:
            unanswered += 1
    # Where the lot drew nobody, nothing is missing.
    stood_for = [
        count * (answered[week] / drawn[week] if week in drawn else 1.0)
        for week, count in sorted(complaints.items())
    ]
    return Estimate(missed(found, sum(stood_for)), unanswered)


def in_words(found: Estimate) -> str:
    """An estimate as a sentence."""
    left = f"{found.unanswered:,} unanswered"
    said = found.missed
    if said is None:
        return (
            f"No estimate: of the sellers drawn in the last {WEEKS} weeks, nobody has said of one "
            f"yet whether it is at fault; {left}."
        )
    share, low, high = (f"{100 * part:.1f}" for part in (said.share, said.low, said.high))
    return (
        f"Of the complaints of the last {WEEKS} weeks about sellers without a case, {share} % "
        f"({low} to {high}) were about sellers at fault; {said.looked:,} looks, {left}."
    )
