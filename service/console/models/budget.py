"""What alert budgets buy with a version, as a page: one number chosen, and all of them drawn."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup

from detector.charts import Axis, Line
from models.budgets import Budget, BudgetCurve
from service.console.models.kept import drawn
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class InForce:
    """How many cases a day the service may open, and which setting says so."""

    cases_a_day: float
    setting: str
    hours_a_day: float | None = None
    """Where the setting gives hours."""


def in_force(settings: Settings) -> InForce:
    """What the service goes by now."""
    cases, hours = settings.capacity.cases_a_day, settings.queue_hours_a_day
    if hours is None:
        return InForce(cases, "DETECTOR_QUEUE_CASES_A_DAY")
    return InForce(cases, "DETECTOR_QUEUE_HOURS_A_DAY", hours)


def flat_from(curve: BudgetCurve) -> int | None:
    """From which number of looks on nothing more is found; None where more finds more."""
    most = max(budget.found.value for budget in curve.budgets)
    enough = next(one for one in curve.budgets if one.found.value == most)
    return enough.looks if enough.looks < curve.budgets[-1].looks else None


@dataclass(frozen=True, slots=True)
class BudgetChart:
    """The share found by looks a day; the template brings the words."""

    curve: BudgetCurve
    chosen: Budget

    def drawn(self, title: str, across: str, up: str, found: str, mark: str) -> Markup:
        """As SVG; `mark` is what the chosen number of looks is called."""
        budgets = self.curve.budgets
        first, last = float(budgets[0].looks), float(budgets[-1].looks)
        beside = max((last - first) / 20, 0.5)
        ticks = [(float(b.looks), str(b.looks)) for b in budgets]
        low = floor(10 * min(b.found.low for b in budgets))
        high = max(ceil(10 * max(b.found.high for b in budgets)), low + 1)
        shares = [(n / 10, str(10 * n)) for n in range(low, high + 1)]
        line = Line(
            found,
            "detector",
            [(float(b.looks), b.found.value) for b in budgets],
            around=[(float(b.looks), b.found.low, b.found.high) for b in budgets],
        )
        return drawn(
            title,
            Axis(across, ticks, first - beside, last + beside),
            Axis(up, shares, low / 10, high / 10),
            [line],
            (float(self.chosen.looks), mark),
        )
