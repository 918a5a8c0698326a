"""Each week in numbers: what the model says of it, what was filed, and what is missing in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import Assessments, assess_each
from detector.drift.judging import Metric, Week
from detector.drift.scatter import Found, scatter_at
from detector.durations import DAY_US
from detector.history.history import UNKNOWN, Complaints, History
from detector.history.point_in_time import PointInTimeView
from detector.kernels import OnProgress, no_progress
from detector.trained import TrainedDetector

WEEK_US: Final = 7 * DAY_US
PAST_WEEKS: Final = 52
"""Weeks of the training span that later ones are compared with: one of each season."""
LATE_US: Final = 7 * DAY_US
"""Between filing and recording, beyond which a complaint is late."""
EARLY_WEEKS: Final = 8
"""First weeks of a history, left out: no seller has a usual rate yet."""

METRICS: Final = (
    Metric("p_below_01", 1_000, is_share=True),
    Metric("p_below_001", 5_000, is_share=True),
    Metric("flagged", 200, is_share=True),
    Metric("score_90", 200),
    Metric("score_99", 1_000),
    Metric("complaints_per_order", 100),
    Metric("scatter", 200),
    Metric("mix_scatter", 200, noise=0.4),
    Metric("mix", 200),
    Metric("unseen_categories", 100, is_share=True),
    Metric("delay_days", 50),
    Metric("without_buyer", 100, is_share=True),
    Metric("without_evidence_known", 100, is_share=True),
    Metric("without_order_named", 100, is_share=True),
    Metric("late", 100, is_share=True),
)
"""`complaints_per_order` is a logarithm, per seller where no orders are known. `mix` is half
the sum of the differences between a week's shares by category and those of the training span.
`mix_scatter` is never below 0, so that its past weeks alone would say too little of chance: with B
categories of the same share the noise is 1 / sqrt(B - 1), here some seven."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weeks of one metric, before and after the end of the training span."""

    metric: Metric
    past: tuple[Week, ...]
    later: tuple[Week, ...]


def weekly_of(
    history: History,
    trained: TrainedDetector,
    *,
    learnt_until: int,
    until: int,
    fdr: float,
    on_progress: OnProgress = no_progress,
) -> list[Weekly]:
    """Measure the whole weeks up to the training's end, and those from it to `until`.

    Instants are microseconds UTC. The whole market is scored at the end of each week.
    """
    end = learnt_until // DAY_US * DAY_US
    began = int(history.complaints.filed_at.min(initial=until))
    most = min((end - began) // WEEK_US - EARLY_WEEKS, PAST_WEEKS)
    past = [end - n * WEEK_US for n in reversed(range(max(most, 0)))]
    later = list(range(end + WEEK_US, until + 1, WEEK_US))
    usual = history.as_of(learnt_until)
    shares = _shares(usual, history.categories)
    ends = [*past, *later]
    scored = assess_each(history, ends, trained, fdr=fdr, in_turn=True, on_progress=on_progress)
    view = PointInTimeView(history)
    rows: dict[str, list[Week]] = {metric.name: [] for metric in METRICS}
    for ends_at, found in zip(ends, scored, strict=True):
        values = _values(history, ends_at, found, shares)
        values |= scatter_at(view, ends_at, trained)
        for name, (value, count) in values.items():
            rows[name].append(Week(ends_at, value, count))
    n = len(past)
    return [Weekly(m, tuple(rows[m.name][:n]), tuple(rows[m.name][n:])) for m in METRICS]


def _values(
    history: History, ends_at: int, found: Assessments, usual: NDArray[np.float64]
) -> dict[str, Found]:
    complaints = _of_week(history.complaints, ends_at)
    n = len(complaints)
    by_category = np.bincount(complaints.category, minlength=len(history.categories))
    return {
        **_of_scores(found),
        "complaints_per_order": _rate(history, ends_at, n),
        "mix": (None if not n else float(np.abs(by_category / n - usual).sum()) / 2, n),
        "unseen_categories": (None if not n else float(by_category[usual == 0].sum()) / n, n),
        "delay_days": _delay(complaints),
        "without_buyer": _share(complaints.buyer, lambda buyer: buyer == UNKNOWN),
        "without_evidence_known": _share(complaints.evidence, lambda known: known == UNKNOWN),
        "without_order_named": _share(complaints.delay_days, np.isnan),
        "late": _late(history.complaints, ends_at),
    }


def _of_scores(found: Assessments) -> dict[str, Found]:
    """Of all sellers the flags and scores; of those that are not flagged the p-values."""
    n, quiet = len(found.score), found.p_value[~found.flagged]
    q90, q99 = np.quantile(found.score, [0.9, 0.99]) if n else (0.0, 0.0)
    return {
        "p_below_01": (float((quiet < 0.01).mean()) if len(quiet) else None, len(quiet)),
        "p_below_001": (float((quiet < 0.001).mean()) if len(quiet) else None, len(quiet)),
        "flagged": (float(found.flagged.mean()) if n else None, n),
        "score_90": (float(q90) if n else None, n),
        "score_99": (float(q99) if n else None, n),
    }


def _of_week(complaints: Complaints, ends_at: int) -> Complaints:
    filed = complaints.filed_at
    return complaints.take((filed >= ends_at - WEEK_US) & (filed < ends_at))


def _rate(history: History, ends_at: int, complaints: int) -> Found:
    if history.orders is None:
        due = float((history.known_from() <= ends_at).sum())
    else:
        day = history.orders.day.astype(np.int64) * DAY_US
        due = float(history.orders.count[(day >= ends_at - WEEK_US) & (day < ends_at)].sum())
    if not complaints or due <= 0:
        return None, complaints
    return float(np.log(complaints / due)), complaints


def _delay(complaints: Complaints) -> Found:
    if complaints.delay_days is None:
        return None, 0
    known = complaints.delay_days[~np.isnan(complaints.delay_days)]
    return (float(known.mean()) if len(known) else None), len(known)


def _share(
    column: NDArray[np.generic] | None, is_missing: Callable[..., NDArray[np.bool_]]
) -> Found:
    """Missing rows are counted where the column is recorded at all."""
    if column is None or not len(column):
        return None, 0
    return float(is_missing(column).mean()), len(column)


def _late(complaints: Complaints, ends_at: int) -> Found:
    """Of the complaints recorded in the week, those filed long before.

    The week is that of recording: what was filed in the last week cannot be known to be late yet.
    What was filed before the records began is no part of it: a whole past may be loaded at once.
    A time long before the filing is none at which it was recorded.
    """
    if complaints.recorded_at is None:
        return None, 0
    is_sound = complaints.recorded_at >= complaints.filed_at - DAY_US
    recorded = np.where(is_sound, complaints.recorded_at, UNKNOWN)
    began = recorded.min(initial=ends_at, where=recorded != UNKNOWN)
    then = (recorded >= ends_at - WEEK_US) & (recorded < ends_at) & (complaints.filed_at >= began)
    late = recorded[then] - complaints.filed_at[then] > LATE_US
    return (float(late.mean()) if len(late) else None), len(late)


def _shares(known: History, among: tuple[str, ...]) -> NDArray[np.float64]:
    """(k,) share of each of the categories in the complaints of a history."""
    counted = np.bincount(known.complaints.category, minlength=len(known.categories))
    counts = dict(zip(known.categories, counted.tolist(), strict=True))
    found = np.array([float(counts.get(name, 0)) for name in among])
    return found / max(len(known.complaints), 1)
