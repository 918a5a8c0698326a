"""The back-test: score, alert, judge; first the detector, then the references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput, NotEnoughHistory
from detector.expectation.panel import categories_in, columns_of
from detector.history.history import History
from detector.settings import DEFAULT, Settings
from training.backtest.agreement import shared
from training.backtest.alerts import Alerts, queue_alerts, threshold_alerts
from training.backtest.daily_counts import DailyCounts, daily_counts_of
from training.backtest.discoveries import (
    Flags,
    Uniformity,
    flags_of,
    in_episode,
    uniformity_of,
)
from training.backtest.episodes import Episodes
from training.backtest.intervals import Share
from training.backtest.measures import Judged, judge
from training.backtest.references.reference import Reference, Unavailable
from training.backtest.scores import (
    UNKNOWN,
    Scores,
    detector_scores,
    in_parallel,
    origin_of,
    origins_of,
    scored_days,
)
from training.backtest.sizes import Sizes, sizes_of

Role = Literal["detector", "ceiling", "reference"]
OnStageProgress = Callable[[str, int, int], None]
"""Called with the name of a stage, the number of its steps that are done and of all its steps."""


class Described(Protocol):
    """What the report says about a method."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def does(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102


class _ThisDetector:
    name = "this detector"
    does = (
        "Evidence of a spike by window and category against each seller's own expectation, and an "
        "isolation forest on it."
    )
    source = "detector/assess.py"


CURVE: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0)
"""Alerts a day at which recall is drawn, beside those asked for."""
_NO_EPISODES: Final = Episodes((), np.zeros(0, dtype=np.int64), (), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is tested; days count from 1970."""

    start: int
    """The detector learns from what came before this day; later days are scored."""
    last: int
    """The last day scored (as of its midnight)."""
    every: int = 1
    """Days between scores; 1 is what a team would do, more is quicker."""
    retrain_every: int | None = None
    """Days between trainings; None trains once, at the start."""
    budgets: tuple[float, ...] = (2.0, 5.0)
    """Alerts a day."""
    rates: tuple[float, ...] = (0.05, 0.1, 0.2)
    """False-discovery rates asked of the flags."""
    references: tuple[Reference, ...] = ()
    ceiling: Reference | None = None
    """The oracle, where the truth is known: no method that only counts can do better."""
    seed: int = 0
    settings: Settings = DEFAULT
    """The detector's settings; anything but the default is for ablations."""

    def __post_init__(self) -> None:
        """Refuse a plan that leaves nothing to score or to alert."""
        if self.last < self.start + self.every:
            raise BadInput("the end (--until) leaves no day to score after the start (--from)")
        if not self.budgets or min(self.budgets) <= 0:
            raise BadInput("a budget is a number of alerts a day above 0")


@dataclass(frozen=True, slots=True)
class Method:
    """One method's alerts and what they were worth, by budget."""

    name: str
    role: Role
    does: str
    source: str
    queue: dict[float, Judged]
    threshold: dict[float, Judged]
    alerts: dict[float, Alerts]
    """Of the queue policy, at the budgets asked for."""
    agreement: dict[float, Share] = field(default_factory=dict)
    """Share of the detector's alerts that this method raised as well."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """The results of a back-test."""

    plan: Plan
    methods: tuple[Method, ...]
    """The detector first."""
    skipped: tuple[str, ...]
    flags: tuple[Flags, ...]
    uniformity: Uniformity
    episodes: Episodes | None
    judged: NDArray[np.int64]
    """Numbers of the episodes that could be found."""
    sizes: Sizes
    sellers: tuple[str, ...]
    complaints: int
    orders_known: bool
    days: NDArray[np.int64]
    seller_days: int
    """Scores given: sellers known, summed over the tested days."""


def backtest(
    history: History,
    plan: Plan,
    *,
    episodes: Episodes | None = None,
    n_jobs: int = 1,
    on_progress: OnStageProgress = lambda what, done, total: None,  # noqa: ARG005
) -> Backtest:
    """Test the detector and the plan's references on days after `plan.start`.

    Without `episodes` there is no recall, only alerts, flags and calibration. Origins, days and
    references are spread over `n_jobs` processes, as joblib counts them: the numbers stay the same.
    Raises NotEnoughHistory where nothing was filed before the start.
    """
    if not (history.complaints.filed_at < plan.start * DAY_US).any():
        raise NotEnoughHistory(
            "no complaint was filed before the start (--from): nothing to learn from"
        )
    days = scored_days(plan.start, plan.last, plan.every)
    origins = origins_of(plan.start, plan.last, plan.retrain_every)
    scores = detector_scores(
        history,
        days,
        origins,
        seed=plan.seed,
        settings=plan.settings,
        n_jobs=n_jobs,
        on_progress=lambda done, total: on_progress("scoring", done, total),
    )
    known = np.isfinite(scores.values)
    truth = _NO_EPISODES if episodes is None else episodes
    judged = truth.between(plan.start, plan.last)
    sizes = sizes_of(history, plan.start * DAY_US)
    judge_all = _Judge(plan, truth, judged, sizes, len(history.sellers), float(known.sum()))
    ours = judge_all.method(_ThisDetector(), "detector", scores)
    others, skipped = _compared(
        history, plan, scores, origins, judge_all, ours, n_jobs, on_progress
    )
    carried = None if episodes is None else in_episode(scores, truth)
    return Backtest(
        plan=plan,
        methods=(ours, *others),
        skipped=skipped,
        flags=flags_of(scores, plan.rates, carried),
        uniformity=uniformity_of(scores, carried),
        episodes=episodes,
        judged=judged,
        sizes=sizes,
        sellers=history.sellers,
        complaints=len(history.complaints),
        orders_known=history.orders is not None,
        days=days,
        seller_days=int(known.sum()),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """The same alert policies and the same judge for every method."""

    plan: Plan
    episodes: Episodes
    judged: NDArray[np.int64]
    sizes: Sizes
    sellers: int
    scored: float

    def method(self, described: Described, role: Role, scores: Scores) -> Method:
        """Alert by both policies at every budget, and judge."""
        budgets = self.plan.budgets
        low, high = min(budgets) / 2, max(*budgets, self.sellers / 20)
        drawn = sorted({*budgets, *(b for b in CURVE if low <= b <= high)})
        alerts = {budget: queue_alerts(scores, budget) for budget in drawn}
        fixed = {budget: threshold_alerts(scores, budget) for budget in budgets}
        return Method(
            name=described.name,
            role=role,
            does=described.does,
            source=described.source,
            queue={budget: self._judged(found) for budget, found in alerts.items()},
            threshold={budget: self._judged(found) for budget, found in fixed.items()},
            alerts={budget: alerts[budget] for budget in budgets},
        )

    def _judged(self, alerts: Alerts) -> Judged:
        watched = self.scored * self.plan.every
        return judge(alerts, self.episodes, self.judged, self.sizes.name, watched)


def _compared(
    history: History,
    plan: Plan,
    ours: Scores,
    origins: list[int],
    judge_all: _Judge,
    detector: Method,
    n_jobs: int,
    on_progress: OnStageProgress,
) -> tuple[list[Method], tuple[str, ...]]:
    """The other methods on the days and sellers that the detector scored."""
    wanted: list[tuple[Reference, Role]] = [(r, "reference") for r in plan.references]
    if plan.ceiling is not None:
        wanted.insert(0, (plan.ceiling, "ceiling"))
    if not wanted:
        return [], ()
    counts = daily_counts_of(history, _categories(history, plan.start))
    methods, skipped = [], []
    asked = [(reference, counts, ours, origins, plan.seed) for reference, _ in wanted]
    found = in_parallel(n_jobs, _reference_values, asked)
    for done, (reference, role) in enumerate(wanted):
        on_progress(reference.name, done, len(wanted))
        values = next(found)
        if isinstance(values, Unavailable):
            skipped.append(f"{reference.name} was left out: {values}.")
            continue
        method = judge_all.method(reference, role, Scores(ours.days, values))
        for budget, alerts in detector.alerts.items():
            method.agreement[budget] = shared(alerts, method.alerts[budget])
        methods.append(method)
    on_progress("done", len(wanted), len(wanted))
    return methods, tuple(skipped)


def _reference_values(
    reference: Reference, counts: DailyCounts, ours: Scores, origins: list[int], seed: int
) -> NDArray[np.float64] | Unavailable:
    values = np.full(ours.values.shape, UNKNOWN)
    scorer, origin = None, -1
    for row, day in enumerate(ours.days):
        latest = origin_of(int(day), origins)
        if scorer is None or latest != origin:
            try:
                scorer, origin = reference.fitted(counts, latest, seed), latest
            except Unavailable as why:
                return why
        known = np.isfinite(ours.values[row])
        values[row, known] = scorer(int(day))[known]
    return values


def _categories(history: History, start: int) -> tuple[str, ...]:
    """The categories that the detector watches one by one, from what it may know."""
    return categories_in(columns_of(history.as_of(start * DAY_US), DEFAULT))
