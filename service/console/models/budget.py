"""What alert budgets buy with a version, as a page: one number chosen, and all of them drawn."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class BudgetChart:
    """The share found by looks a day; the template brings the words."""

    curve: BudgetCurve
    chosen: Budget

    def drawn(self, title: str, across: str, up: str, found: str, mark: str) -> Markup:
        """As SVG; `mark` is what the chosen number of looks is called."""
        budgets = self.curve.budgets
        last = float(budgets[-1].looks)
        ticks = [
            (float(b.looks), str(b.looks)) for b in budgets if b.looks % 5 == 0 or b.looks == 1
        ]
        shares = [(n / 100, str(n)) for n in range(0, 101, 20)]
        line = Line(
            found,
            "detector",
            [(float(b.looks), b.found.value) for b in budgets],
            around=[(float(b.looks), b.found.low, b.found.high) for b in budgets],
        )
        return drawn(
            title,
            Axis(across, ticks, 0.0, last),
            Axis(up, shares, 0.0, 1.0),
            [line],
            (float(self.chosen.looks), mark),
        )
