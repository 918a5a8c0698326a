"""What an alert budget buys: one marketplace, one version, spikes planted into its own weeks.

Spikes are planted between two days of the history, several times where it has few sellers, and each
is judged as if it were the only one. How many are found at each budget is a share of planted
spikes; the alerts and the false ones among them are those of the history itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US, FIRST_MONDAY
from detector.errors import BadInput, NotEnoughHistory
from detector.history.history import History
from models.budgets import WEEKDAYS, Budget, BudgetCurve, SharePlanted
from models.detectors import LoadedDetector
from training.backtest.episodes import Episodes
from training.backtest.injection import plant
from training.backtest.intervals import Share, further_share, wilson
from training.backtest.measures import GRACE_DAYS
from training.backtest.opened import Opened, first_case, opened
from training.backtest.run import OnStageProgress
from training.backtest.watched import USUAL, WARM_UP_DAYS, Row, Terms, Watch, Watched

DAYS_MIN: Final = 42
"""Days that a spike of any kind and the days after it fit into: the slowest take 35."""
SPIKES_MIN: Final = 100
"""Planted spikes below which the shares say next to nothing."""
DAYS_USUAL: Final = (56, 112)
"""Days of a curve at least and at most where nobody asks for others; fewer lie in one season."""
WEEK: Final = 7
_SHARE_PLANTED: Final = 0.5
"""Of the sellers at most so many have a spike in one planting, so that all kinds of them do."""
_PLANTINGS_MAX: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of budgets."""

    until: int
    """The last midnight that is scored, days since 1970."""
    days: int = DAYS_USUAL[0]
    """Days before it in which spikes are planted."""
    spikes: int = 300
    """Half the width of the share's interval is then below 6 points."""
    most: int = 20
    """The largest budget, in looks a day."""
    minutes: float = 20.0
    minutes_from: str = "asked"
    terms: Terms = USUAL
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a question that has no answer."""
        if self.days < DAYS_MIN:
            raise BadInput(f"--days {self.days}: spikes need {DAYS_MIN} days or more")
        if self.spikes < SPIKES_MIN:
            raise BadInput(f"--spikes {self.spikes}: fewer than {SPIKES_MIN} tell next to nothing")

    @property
    def start(self) -> int:
        """The first day on which a spike may start."""
        return self.until - self.days

    @property
    def more_looks(self) -> int:
        """Further looks a day that one hour buys; at least one."""
        return max(int(60 / self.minutes + 1e-9), 1)


def days_of_curve(known_days: int) -> int:
    """Days in which spikes are planted, of a history of so many: a third, 56 to 112.

    So each spike has a past.
    """
    least, most = DAYS_USUAL
    return min(max(known_days // 3, least), most)


@dataclass(frozen=True, slots=True)
class Planted:
    """Spikes with their sellers' rows, each as if it were the only one."""

    seller: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    rows: Sequence[Row]


def budget_curve(
    history: History,
    loaded: LoadedDetector,
    question: Question,
    *,
    created_at: int,
    on_progress: OnStageProgress = lambda what, done, total: None,  # noqa: ARG005
) -> BudgetCurve:
    """Measure what budgets of 1 to `question.most` looks a day buy.

    Raises NotEnoughHistory where the history does not reach back far enough or too few sellers have
    a usual rate to plant a spike on.
    """
    watch = watch_of(history, loaded, question, on_progress)
    planted = planted_of(history, watch, question, on_progress)
    span = question.start * DAY_US, question.until * DAY_US
    learnt = max(min(loaded.manifest.facts.span[1], span[1]) - span[0], 0) // DAY_US
    return BudgetCurve(
        version=loaded.version,
        arrays_sha256=loaded.manifest.arrays_sha256,
        created_at=created_at,
        span=span,
        learnt_days=int(learnt),
        sellers=len(history.sellers),
        spikes=len(planted.rows),
        seed=question.seed,
        fdr=question.terms.fdr,
        p_max=question.terms.p_max,
        minutes=question.minutes,
        minutes_from=question.minutes_from,
        more_looks=question.more_looks,
        budgets=tuple(budgets_of(watch.watched, planted, question)),
    )


def watch_of(
    history: History,
    loaded: LoadedDetector,
    question: Question,
    on_progress: OnStageProgress = lambda what, done, total: None,  # noqa: ARG005
) -> Watch:
    """Score the days asked for and the four weeks before them."""
    first = question.start - WARM_UP_DAYS
    if not (history.complaints.filed_at < first * DAY_US).any():
        raise NotEnoughHistory(
            f"no complaint was filed more than {question.days + WARM_UP_DAYS} days before the end: "
            "there is nothing to score these days with; give a longer history, or fewer --days"
        )
    days = np.arange(first, question.until + 1, dtype=np.int64)

    def of_scoring(done: int, total: int) -> None:
        on_progress("scoring", done, total)

    return Watch(history, days, loaded.trained, question.terms, of_scoring)


def planted_of(
    history: History,
    watch: Watch,
    question: Question,
    on_progress: OnStageProgress = lambda what, done, total: None,  # noqa: ARG005
) -> Planted:
    """Plant spikes until there are as many as asked for; NotEnoughHistory where that is hopeless.

    Each planting has a seed of its own, made of the one asked for.
    """
    parts: list[Episodes] = []
    rows: list[Row] = []
    most = max(int(len(history.sellers) * _SHARE_PLANTED), 1)
    for number in range(_PLANTINGS_MAX):
        wanted = min(question.spikes - len(rows), most)
        if not wanted:
            break
        seed = question.seed + number
        # Each is over early enough that the days on which it may still be found are scored.
        span = {"start": question.start, "last": question.until - GRACE_DAYS}
        changed, episodes = plant(history, wanted, seed=seed, **span)
        rows += watch.planted(changed, episodes)
        parts.append(episodes)
        on_progress("planting", len(rows), question.spikes)
    if len(rows) < SPIKES_MIN:
        raise NotEnoughHistory(
            f"only {len(rows)} spikes could be planted: a seller needs 60 days of complaints "
            "before one; give a longer history"
        )
    return Planted(
        np.concatenate([part.seller for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        rows,
    )


def budgets_of(watched: Watched, planted: Planted, question: Question) -> Iterator[Budget]:
    """One budget after the other, from one look a day."""
    numbers = range(1, question.most + question.more_looks + 1)
    cases = [opened(watched, looks, p_max=question.terms.p_max) for looks in numbers]
    delays = [delays_of(found, watched, planted) for found in cases]
    for looks in range(1, question.most + 1):
        here, more = delays[looks - 1], delays[looks - 1 + question.more_looks]
        gained = int((np.isnan(here) & ~np.isnan(more)).sum())
        lost = int((~np.isnan(here) & np.isnan(more)).sum())
        found = here[~np.isnan(here)]
        alerts = _alerts_of(cases[looks - 1], watched, question)
        yield Budget(
            looks=looks,
            found=_share(wilson(len(found), len(here))),
            found_in_a_week=float((found <= WEEK).sum() / len(here)),
            delay_days_median=float(np.median(found)) if len(found) else None,
            alerts_a_day=alerts.a_day,
            false_a_day=alerts.false_a_day,
            by_weekday=alerts.by_weekday,
            more=_share(further_share(gained, lost, len(here))),
        )


def delays_of(found: Opened, watched: Watched, planted: Planted) -> NDArray[np.float64]:
    """(k,) days from the start of each planted spike to its case; NaN where it gets none."""
    delays = np.full(len(planted.rows), np.nan)
    for number, row in enumerate(planted.rows):
        start, end = float(planted.start[number]), float(planted.end[number])
        seller = int(planted.seller[number])
        day = first_case(found, watched, seller, row, start=start, end=end)
        if day is not None:
            delays[number] = day - start
    return delays


@dataclass(frozen=True, slots=True)
class _Alerts:
    a_day: float
    false_a_day: float
    by_weekday: tuple[float, ...]


def _alerts_of(found: Opened, watched: Watched, question: Question) -> _Alerts:
    """The cases of the history itself on the days asked for."""
    asked = (found.day > question.start) & (found.day <= question.until)
    day, seller = found.day[asked], found.seller[asked]
    false = watched.false_chance[day - watched.days[0], seller].sum()
    days = np.arange(question.start + 1, question.until + 1)
    per_weekday = np.bincount((day - FIRST_MONDAY) % WEEKDAYS, minlength=WEEKDAYS)
    counted = np.bincount((days - FIRST_MONDAY) % WEEKDAYS, minlength=WEEKDAYS)
    return _Alerts(
        len(day) / question.days,
        float(false) / question.days,
        tuple((per_weekday / counted).tolist()),
    )


def _share(share: Share) -> SharePlanted:
    values = (share.value, share.low, share.high)
    return SharePlanted(share.whole, *(float(value or 0.0) for value in values))
