"""What alert budgets buy, as kept beside a version: measured once, shown often.

The file is sealed like a manifest and names the arrays that it was measured with, so a curve of
another version is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from models.kept import Kind
from models.manifest import Manifest

KIND: Final = Kind("budget curve", 1, "run detector capacity --keep again")
WEEKDAYS: Final = 7


@dataclass(frozen=True, slots=True)
class SharePlanted:
    """A share of the planted spikes with the bounds of its 95 % interval."""

    spikes: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What one number of looks a day buys."""

    looks: int
    """Cases that may be opened in a day; flagged sellers are opened beyond it."""
    found: SharePlanted
    """Planted spikes found in time."""
    found_in_a_week: float
    """Share of the planted spikes found within seven days of their start."""
    delay_days_median: float | None
    """From the start of a spike to the alert, over those found; None where none was."""
    alerts_a_day: float
    """Cases that the history itself would have opened, without the planted spikes."""
    false_a_day: float
    """So many of them are false alarms, by the model's own chances."""
    by_weekday: tuple[float, ...]
    """(7,) alerts on each day of the week, Monday first."""
    more: SharePlanted
    """Planted spikes that the further looks of one hour find beside those: what lies within the
    bounds is to be expected of later weeks in which as many are planted."""

    def hours_a_day(self, minutes: float) -> float:
        """Hours of looking, where a case takes so many minutes."""
        return self.alerts_a_day * minutes / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetCurve:
    """What budgets buy at one marketplace with one version."""

    version: str
    arrays_sha256: str
    """Of the arrays that it was measured with."""
    created_at: int
    """Microseconds UTC."""
    span: tuple[int, int]
    """The days that were scored: from the first midnight to the last, microseconds UTC."""
    learnt_days: int
    """How many of them the version had learnt from."""
    sellers: int
    spikes: int
    """How many were planted, each as if it were the only one."""
    seed: int
    fdr: float
    p_max: float
    minutes: float
    """That a case takes."""
    minutes_from: str
    """Where this number comes from: `asked`, `cases` or `setting`."""
    more_looks: int
    """Further looks a day that one hour buys; 1 where a case takes longer."""
    budgets: tuple[Budget, ...]
    """Rising by their looks."""

    @property
    def more_hours(self) -> float:
        """What the further looks take, in hours."""
        return self.more_looks * self.minutes / 60

    def at(self, looks: float) -> Budget:
        """The largest budget of at most so many looks a day, or the smallest there is."""
        under = [budget for budget in self.budgets if budget.looks <= looks]
        return under[-1] if under else self.budgets[0]


def text_of_curve(curve: BudgetCurve) -> str:
    """The text of a curve's file."""
    return KIND.text_of(asdict(curve))


def curve_of(text: str, manifest: Manifest, source: str) -> BudgetCurve:
    """Read a curve; BadArtifact names `source` where it is none, changed or another version's."""
    facts = KIND.facts_in(text, manifest, source)
    try:
        budgets = tuple(_budget(row) for row in facts.pop("budgets"))
        first, last = facts.pop("span")
        curve = BudgetCurve(budgets=budgets, span=(int(first), int(last)), **facts)
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise KIND.refused(source, f"is no {KIND.name} ({why})") from why
    if not budgets or not math.isfinite(curve.minutes):
        raise KIND.refused(source, "holds no budget")
    return curve


def _budget(row: Mapping[str, Any]) -> Budget:
    shares = {name: SharePlanted(**row[name]) for name in ("found", "more")}
    weekdays = tuple(float(load) for load in row["by_weekday"])
    if len(weekdays) != WEEKDAYS:
        raise ValueError(f"{len(weekdays)} days in a week")
    return Budget(**{**row, **shares, "by_weekday": weekdays})
