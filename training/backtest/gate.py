"""The gate: whether a candidate may replace the version in use, judged on the same days.

Both versions score the same last weeks, with the same spikes planted into them, each spike as if it
were the only one. A candidate passes where it learnt from what the history holds, finds as many
spikes but for a margin (overall and for small, middle and large sellers), has p-values that mean
what they say, and asks for no more looks. The champion is scored again: its old figures are of
other days. Verdicts of people are not used, since they exist where the champion looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.expectation.panel import column_of_each
from detector.history.history import History
from models.detectors import LoadedDetector
from models.gates import Check, GateVerdict, Result
from training.backtest.budget_curve import Planted, Question, delays_of, planted_of, watch_of
from training.backtest.opened import opened
from training.backtest.paired import paired_bounds
from training.backtest.run import OnStageProgress
from training.backtest.scores import UNKNOWN
from training.backtest.sizes import NAMES, sizes_of
from training.backtest.watched import Watched

LEARNT_APART: Final = 0.05
"""By which share what was learnt may differ from what the history holds of the same time."""
BEHIND_DAYS: Final = 14
"""Days of the history's end that a candidate may not know."""
UNCOUNTED_MAX: Final = 0.02
"""Share of the complaints whose category the champion counts and the candidate does not."""
DELAY_TIMES: Final = 1.5
FOUND_MARGIN: Final = 0.03
"""Share of the planted spikes that a candidate may lose."""
SIZE_MARGIN: Final = 0.12
"""The same of a third of the sellers, whose spikes are a third as many."""
SIZE_SPIKES_MIN: Final = 50
FOUND_FLOOR: Final = 0.5
"""Share that the first version has to find: there is nothing to compare it with."""
SMALL_P: Final = 0.01
CALIBRATION_TIMES: Final = 1.5
CALIBRATION_MAX: Final = 0.02
SELLER_DAYS_MIN: Final = 20_000
FLAGGED_MAX: Final = 0.05
"""Share of sellers that the first version may flag on a day: over-sure p-values flag nearly all."""
LOAD_TIMES: Final = 1.5
LOAD_SDS: Final = 3.0
FLAGS_MIN: Final = 20
"""Flags below which nothing is said of who bears them."""
FAIR_TIMES: Final = 1.5
_RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Judged:
    """One version on the days of the gate."""

    model: LoadedDetector
    watched: Watched
    found: NDArray[np.bool_]
    """(k,) planted spikes that get a case in time."""
    flags: NDArray[np.int64]
    """(n,) flagged days of each seller, without planted spikes."""
    small_p: float
    """Share of the seller-days without a flag whose p-value is below .01."""
    seller_days: int


def judge(
    history: History,
    candidate: LoadedDetector,
    champion: LoadedDetector | None,
    question: Question,
    *,
    looks: int,
    created_at: int,
    on_progress: OnStageProgress = lambda what, done, total: None,  # noqa: ARG005
) -> GateVerdict:
    """Judge a candidate beside the champion, at so many looks a day; always gives a verdict.

    What cannot be measured is said to be so, and does not pass where it is needed.
    """
    checks = list(_of_learning(history, candidate, champion, question))
    planted = 0
    try:
        seen, spikes = _judged(history, candidate, question, looks, on_progress)
        before = None
        if champion is not None:
            before, _ = _judged(history, champion, question, looks, on_progress)
    except NotEnoughHistory as why:
        checks.append(Check("found", "cannot tell", None, None, None, None, str(why)))
    else:
        planted = len(spikes.rows)
        checks += _of_scores(history, seen, before, spikes, question)
    return GateVerdict(
        version=candidate.version,
        arrays_sha256=candidate.manifest.arrays_sha256,
        champion=None if champion is None else champion.version,
        created_at=created_at,
        span=(question.start * DAY_US, question.until * DAY_US),
        spikes=planted,
        seed=question.seed,
        checks=tuple(checks),
    )


def _of_learning(
    history: History,
    candidate: LoadedDetector,
    champion: LoadedDetector | None,
    question: Question,
) -> Iterator[Check]:
    """What the candidate learnt from, beside what the history holds of the same time."""
    facts = candidate.manifest.facts
    filed = history.complaints.filed_at
    held = int(((filed >= facts.span[0]) & (filed < facts.span[1])).sum())
    share = None if facts.complaints is None or not held else facts.complaints / held
    yield _check(
        "learnt",
        None if share is None else abs(share - 1) <= LEARNT_APART,
        share,
        None,
        f"it learnt from the complaints that the history holds of the same time, give or take "
        f"{LEARNT_APART:.0%}",
    )
    behind = question.until - facts.span[1] / DAY_US
    former = None if champion is None else question.until - champion.manifest.facts.span[1] / DAY_US
    yield _check(
        "days_behind",
        behind <= BEHIND_DAYS and (former is None or behind <= former),
        max(behind, 0.0),
        None if former is None else max(former, 0.0),
        f"it knows the history up to its last {BEHIND_DAYS} days, and as far as the version in use",
    )
    if champion is None:
        return
    recent = filed >= question.start * DAY_US
    category = history.complaints.category[recent]
    counted, was = (
        column_of_each(history.categories, model.trained.columns)[category] >= 0
        for model in (candidate, champion)
    )
    uncounted = float((was & ~counted).mean()) if len(category) else None
    yield _check(
        "uncounted",
        None if uncounted is None else uncounted <= UNCOUNTED_MAX,
        uncounted,
        None,
        f"at most {UNCOUNTED_MAX:.0%} of the complaints are in categories that the version in use "
        "counts and it does not",
    )
    days, days_before = (max(m.trained.delay.mean_days, 0.0) for m in (candidate, champion))
    apart = abs(log((days + 1) / (days_before + 1)))
    yield _check(
        "delay_days",
        apart <= log(DELAY_TIMES),
        days,
        days_before,
        f"the mean delay from order to complaint is within {DELAY_TIMES:g} times",
    )


def _judged(
    history: History,
    model: LoadedDetector,
    question: Question,
    looks: int,
    on_progress: OnStageProgress,
) -> tuple[_Judged, Planted]:
    watch = watch_of(history, model, question, on_progress)
    planted = planted_of(history, watch, question, on_progress)
    watched = watch.watched
    cases = opened(watched, looks, p_max=question.terms.p_max)
    asked = watched.days > question.start
    score, flagged = watched.score[asked], watched.flagged[asked]
    quiet = (score != UNKNOWN) & ~flagged
    p_value = model.trained.calibration.p_value(score[quiet])
    found = ~np.isnan(delays_of(cases, watched, planted))
    flags = flagged.sum(axis=0)
    small = float((p_value < SMALL_P).mean()) if len(p_value) else 0.0
    return _Judged(model, watched, found, flags, small, len(p_value)), planted


def _of_scores(
    history: History, seen: _Judged, before: _Judged | None, spikes: Planted, question: Question
) -> Iterator[Check]:
    size = sizes_of(history, question.start * DAY_US).name
    yield _found("found", seen, before, np.ones(len(seen.found), dtype=bool), FOUND_MARGIN)
    for name in NAMES:
        of_size = size[spikes.seller] == name
        if before is not None and of_size.sum() >= SIZE_SPIKES_MIN:
            yield _found(f"found_{name}", seen, before, of_size, SIZE_MARGIN)
    yield _calibration(seen, before)
    if before is None:
        share = float(seen.flags.sum()) / max(seen.seller_days + int(seen.flags.sum()), 1)
        limit = f"at most {FLAGGED_MAX:.0%} of the sellers are flagged on a day"
        yield _check("flagged", share <= FLAGGED_MAX, share, None, limit)
        return
    yield _load(seen, before)
    for name in NAMES:
        yield _fairness(f"flags_{name}", seen, before, size == name)


def _found(
    name: str, seen: _Judged, before: _Judged | None, which: NDArray[np.bool_], margin: float
) -> Check:
    here = seen.found[which]
    share = float(here.mean())
    if before is None:
        limit = f"{FOUND_FLOOR:.0%} of the planted spikes or more are found"
        return _check(name, share >= FOUND_FLOOR, share, None, limit)
    there = before.found[which]
    low, high = paired_bounds(int((here & ~there).sum()), int((there & ~here).sum()), len(here))
    limit = f"it finds at most {margin:.0%} of the planted spikes fewer, within the bounds"
    return _check(name, low > -margin, share, float(there.mean()), limit, low, high)


def _calibration(seen: _Judged, before: _Judged | None) -> Check:
    limit = (
        f"the share of p-values below {SMALL_P:g} among sellers without a flag is at most "
        f"{CALIBRATION_MAX:.0%}, and within {CALIBRATION_TIMES:g} times that of the version in use "
        "where that holds it too"
    )
    share, former = seen.small_p, None if before is None else before.small_p
    if seen.seller_days < SELLER_DAYS_MIN:
        return _check("calibration", None, share, former, limit, is_needed=False)
    is_right = share <= CALIBRATION_MAX
    # A version in use that is wrong itself is no measure: what takes its place has to differ.
    if former is not None and former <= CALIBRATION_MAX:
        apart = abs(log(max(share, 1e-6) / max(former, 1e-6)))
        is_right = is_right and apart <= log(CALIBRATION_TIMES)
    return _check("calibration", is_right, share, former, limit)


def _load(seen: _Judged, before: _Judged) -> Check:
    """How many flagged days people would have to look at.

    A seller is flagged for days on end, so chance is that of sellers and not of days.
    """
    beyond = seen.flags - LOAD_TIMES * before.flags
    chance = LOAD_SDS * max(sqrt(float((beyond**2).sum())), 1.0)
    limit = f"at most {LOAD_TIMES:g} times as many flags, and {LOAD_SDS:g} standard deviations"
    flags, flags_before = float(seen.flags.sum()), float(before.flags.sum())
    return _check("flags", float(beyond.sum()) <= chance, flags, flags_before, limit)


def _fairness(name: str, seen: _Judged, before: _Judged, group: NDArray[np.bool_]) -> Check:
    """How many times as often a group is flagged as all are: a person's burden, not a spike's."""
    limit = (
        f"the group is not flagged {FAIR_TIMES:g} times as often as all, and more than before, "
        "within the bounds"
    )
    times, before_times = _times(seen.flags, group), _times(before.flags, group)
    if seen.flags.sum() < FLAGS_MIN or not group.any():
        return _check(name, None, times, before_times, limit, is_needed=False)
    rng = np.random.default_rng(0)
    n = len(group)
    drawn = rng.integers(0, n, (_RESAMPLES, n))
    after, former = (
        np.array([_times(one.flags[rows], group[rows]) for rows in drawn]) for one in (seen, before)
    )
    low, high = (float(bound) for bound in np.quantile(after, [0.025, 0.975]))
    # Of the same sellers each time: that a group bears more than others is no news by itself.
    is_fair = low <= FAIR_TIMES or float(np.quantile(after - former, 0.025)) <= 0.0
    return _check(name, is_fair, times, before_times, limit, low, high, is_needed=False)


def _times(flags: NDArray[np.int64], group: NDArray[np.bool_]) -> float:
    total = flags.sum()
    return float(flags[group].mean() / flags.mean()) if total and group.any() else 1.0


def _check(
    name: str,
    holds: bool | None,
    candidate: float | None,
    champion: float | None,
    limit: str,
    low: float | None = None,
    high: float | None = None,
    *,
    is_needed: bool = True,
) -> Check:
    result: Result = "cannot tell" if holds is None else "passed" if holds else "refused"
    return Check(name, result, candidate, champion, low, high, limit, is_needed)
