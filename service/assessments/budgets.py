"""What alert budgets buy with a model, as API, pages and command line show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from models.budgets import Budget, BudgetCurve
from service.assessments.active_model import ActiveModel
from service.http.fields import Instant, ResponseBody
from service.refusals import NoBudgets


class PlantedShare(ResponseBody):
    """A share of the planted spikes with the bounds of its 95 % interval."""

    spikes: int
    value: float
    low: float
    high: float


class BudgetShown(ResponseBody):
    """What one number of looks a day buys."""

    looks: int = Field(description="Cases that may be opened in a day; flagged sellers always.")
    found: PlantedShare = Field(
        description="Planted spikes that got a case no later than three days after their end."
    )
    found_in_a_week: float = Field(description="Share found within seven days of their start.")
    delay_days_median: float | None = Field(
        description="From the start of a spike to its case, over those found."
    )
    alerts_a_day: float = Field(description="Cases that the history opens, nothing planted.")
    false_a_day: float = Field(description="How many of them are false, by the model's chances.")
    hours_a_day: float
    by_weekday: list[float] = Field(description="Cases on each day of the week, Monday first.")
    more: PlantedShare = Field(
        description="What the looks of one further hour find beside those; its bounds hold 95 % of "
        "later windows with as many planted spikes."
    )


class BudgetsShown(ResponseBody):
    """What alert budgets buy with one model, and how that was measured."""

    version: str
    created_at: Instant
    span: tuple[Instant, Instant] = Field(description="The days that were scored.")
    learnt_days: int = Field(description="How many of them the model had learnt from.")
    sellers: int
    spikes: int = Field(description="Planted, each as if it were the only one.")
    seed: int
    fdr: float
    p_max: float
    minutes: float = Field(description="That a case takes.")
    minutes_from: Literal["asked", "cases", "setting"]
    more_looks: int = Field(description="Further looks a day that one hour buys, at least one.")
    more_hours: float = Field(description="What these looks take.")
    budgets: list[BudgetShown]


def shown(curve: BudgetCurve) -> BudgetsShown:
    """A curve with what follows from it."""
    facts = {**asdict(curve), "more_hours": curve.more_hours}
    facts["budgets"] = [_row(budget, curve.minutes) for budget in curve.budgets]
    return BudgetsShown.model_validate(facts)


def _row(budget: Budget, minutes: float) -> dict[str, object]:
    return {**asdict(budget), "hours_a_day": budget.hours_a_day(minutes)}


def budgets_of(active_model: ActiveModel, version: str) -> BudgetCurve:
    """What is kept with a version.

    Raises NoSuchModel, NoBudgets where nothing is kept, and BadArtifact where it is damaged.
    """
    active_model.check_known(version)
    curve = active_model.registry.budgets(version)
    if curve is None:
        raise NoBudgets(
            f"nothing is kept with {version}; make it with: detector capacity --keep "
            f"--complaints FILE --model {version}"
        )
    return curve
