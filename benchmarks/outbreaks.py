"""Outbreaks in sellers with seasons of their own: recall at one share of false alarms.

    python -m benchmarks.outbreaks [--seeds 1 2] [--replicates 4] [--weeks 312] [--dates]

Weekly counts of 42 scenarios (A. Noufaily et al., 2013, Statistics in Medicine 32:1206): seven
levels from one complaint in seven weeks to 148 a week, each with and without a trend, with no, one
or two waves a year, over-dispersed. Each scenario is a seller; none has recorded orders. The past
holds four outbreaks a seller, the last 49 weeks hold one. An outbreak of size k brings a Poisson
number of complaints with mean k standard deviations of the baseline, log-normal in time.

Each market is made twice: once sellers of one level share their season, once each seller's starts
anywhere in the year.

A seller is judged at the end of each of the 49 weeks. The threshold is the score that 1 % of the
seller-weeks without an outbreak exceed; an outbreak is found where a week of it does. Prints the
share found, of all seeds together, and writes it to benchmarks/results/outbreaks.json.

With `--dates` the same series are judged at the end of every fourth week only, with complaints at
the moments when they came, or all dated to the last day of their week, or of their four weeks, as
counts have them. Writes benchmarks/results/dates.json.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import write
from detector.assess import assess_each
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.building import sorted_complaints
from detector.history.history import Complaints, History

Array = NDArray[np.float64]

_LEVELS: Final = (
    # theta, beta, gamma 1, gamma 2, dispersion
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)
_TEST_WEEKS: Final = 49
_PAST_OUTBREAKS: Final = 4
_FALSE_ALARMS: Final = 0.01
_MONTH: Final = 4
"""Weeks."""
_DATES: Final = {"moment": 0, "week": 1, "four weeks": _MONTH}
"""How complaints are dated -> weeks that share a date."""


@dataclass(frozen=True, slots=True)
class Series:
    """Weekly counts of n sellers, and the excess in them."""

    counts: NDArray[np.int64]
    """(n, weeks)"""
    excess: NDArray[np.int64]
    """(n, weeks) complaints of outbreaks."""
    level: NDArray[np.int64]
    """(n,) index into the levels."""
    waves: NDArray[np.int64]
    """(n,) waves a year: 0, 1 or 2."""
    trend: NDArray[np.bool_]
    """(n,)"""


def series_of(seed: int, *, replicates: int, weeks: int, own_phase: bool = False) -> Series:
    """The 42 scenarios, `replicates` times each; with `own_phase` each season starts anywhere."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, bool, int]] = [
        (level, trend, waves)
        for _ in range(replicates)
        for level in range(len(_LEVELS))
        for trend in (False, True)
        for waves in (0, 1, 2)
    ]
    t = np.arange(weeks)
    counts, excess = np.zeros((len(rows), weeks), int), np.zeros((len(rows), weeks), int)
    for i, (level, trend, waves) in enumerate(rows):
        theta, beta, cosine, sine, dispersion = _LEVELS[level]
        log_mean = theta + (beta * (t - weeks) if trend else np.zeros(weeks))
        phase = rng.uniform(0, 52) if own_phase else 0.0
        for j in range(1, waves + 1):
            angle = 2 * np.pi * j * (t + phase) / 52.18
            log_mean = log_mean + cosine * np.cos(angle) + sine * np.sin(angle)
        mean = np.exp(log_mean)
        counts[i] = _noise(mean, dispersion, rng)
        past = rng.integers(0, weeks - _TEST_WEEKS - 8, size=_PAST_OUTBREAKS)
        start = rng.integers(weeks - _TEST_WEEKS, weeks - 4)
        for week in (*past, start):
            size = rng.uniform(2, 10) * np.sqrt(mean[week] * dispersion)
            cases = rng.poisson(size)
            at = week + np.floor(rng.lognormal(0.0, 0.5, size=cases)).astype(int)
            excess[i] += np.bincount(at[at < weeks], minlength=weeks)
    level, trend, waves = (np.array(column) for column in zip(*rows, strict=True))
    return Series(counts + excess, excess, level, waves, trend)


def _noise(mean: Array, dispersion: float, rng: np.random.Generator) -> NDArray[np.int64]:
    if dispersion <= 1.0:
        return rng.poisson(mean)
    shape = mean / (dispersion - 1.0)
    return rng.poisson(rng.gamma(shape, mean / shape))


def history_of_series(series: Series, seed: int, weeks_together: int = 0) -> History:
    """Complaints at random moments of their weeks, or on the last day of so many weeks."""
    rng = np.random.default_rng([seed, 1])
    seller, week = np.nonzero(series.counts)
    n = series.counts[seller, week]
    seller, week = np.repeat(seller, n), np.repeat(week, n)
    filed = (week * 7 * DAY_US + rng.integers(0, 7 * DAY_US, size=len(week))).astype(np.int64)
    if weeks_together:
        filed = (week // weeks_together + 1) * weeks_together * 7 * DAY_US - DAY_US
    table = Complaints(seller.astype(np.int32), filed, np.zeros(len(seller), np.int32))
    names = tuple(f"s{i:04d}" for i in range(len(series.counts)))
    return History(names, ("any",), sorted_complaints(table))


def scores_of(history: History, weeks: int, seed: int) -> Array:
    """(n, test weeks) the detector's score at the end of each week."""
    until = (weeks - _TEST_WEEKS) * 7 * DAY_US
    trained = train(history, until=until, seed=seed).trained
    instants = [until + (w + 1) * 7 * DAY_US for w in range(_TEST_WEEKS)]
    number = {name: i for i, name in enumerate(history.sellers)}
    scores = np.full((len(number), _TEST_WEEKS), -np.inf)
    for w, found in enumerate(assess_each(history, instants, trained)):
        rows = [number[name] for name in found.seller_ids]
        scores[rows, w] = found.score
    return scores


def found_at(scores: Array, series: Series) -> tuple[NDArray[np.bool_], Array]:
    """(n,) whose outbreak was found, and the share of quiet weeks with a false alarm."""
    excess = series.excess[:, -_TEST_WEEKS:]
    during = excess > 0
    # The four weeks after an outbreak are neither: the detector looks back over 28 days.
    after = during.copy()
    for back in range(1, 5):
        after[:, back:] |= during[:, :-back]
    quiet = ~after
    threshold = float(np.quantile(scores[quiet], 1.0 - _FALSE_ALARMS))
    found = ((scores > threshold) & during).any(axis=1)
    false = ((scores > threshold) & quiet).sum(axis=1) / quiet.sum(axis=1)
    return found, false


def found_in_months(scores: Array, series: Series) -> NDArray[np.bool_]:
    """(n,) whose outbreak was found at the end of the four weeks that hold some of it."""
    weeks = series.excess.shape[1]
    ends = np.arange(_MONTH, weeks + 1, _MONTH)
    ends = ends[ends > weeks - _TEST_WEEKS]
    during = np.stack([series.excess[:, end - _MONTH : end].any(axis=1) for end in ends], axis=1)
    quiet = ~during
    quiet[:, 1:] &= ~during[:, :-1]
    at_ends = scores[:, ends - 1 - (weeks - _TEST_WEEKS)]
    threshold = float(np.quantile(at_ends[quiet], 1.0 - _FALSE_ALARMS))
    return np.asarray(((at_ends > threshold) & during).any(axis=1))


def report_of(found: NDArray[np.bool_], false: Array, series: Series) -> dict[str, list[float]]:
    """Outbreaks found and planted, and the sum and number of shares of false alarms, by what is
    different about sellers."""
    planted = (series.excess[:, -_TEST_WEEKS:] > 0).any(axis=1)
    groups = {"all": np.ones(len(planted), dtype=bool)}
    groups |= {
        f"{np.exp(theta):.1f} a week": series.level == level
        for level, (theta, *_) in enumerate(_LEVELS)
    }
    names = ("no wave a year", "one wave", "two waves")
    groups |= {name: series.waves == waves for waves, name in enumerate(names)}
    groups |= {"trend": series.trend, "no trend": ~series.trend}
    return {
        name: [
            int((found & planted & rows).sum()),
            int((planted & rows).sum()),
            float(false[rows].sum()),
            int(rows.sum()),
        ]
        for name, rows in groups.items()
    }


def compare_dates(asked: argparse.Namespace) -> None:
    """Print and keep what is found by how complaints are dated."""
    rows: dict[str, dict[str, list[int]]] = {}
    for season, own_phase in (("shared", False), ("own", True)):
        for dated, weeks_together in _DATES.items():
            found = sellers = 0
            for seed in asked.seeds:
                series = series_of(
                    seed, replicates=asked.replicates, weeks=asked.weeks, own_phase=own_phase
                )
                history = history_of_series(series, seed, weeks_together)
                scores = scores_of(history, asked.weeks, seed)
                found += int(found_in_months(scores, series).sum())
                sellers += len(scores)
            rows.setdefault(dated, {})[season] = [found, sellers]
            print(f"{season} season, dated by {dated}: {found} of {sellers}", flush=True)
    write("dates", {"asked": vars(asked), "rows": rows})


def main() -> None:
    """Print recall by level, by waves and by trend, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--weeks", type=int, default=312)
    parser.add_argument("--dates", action="store_true")
    asked = parser.parse_args()
    if asked.dates:
        compare_dates(asked)
        return
    rows: dict[str, dict[str, list[float]]] = {}
    for season, own_phase in (("shared", False), ("own", True)):
        total = rows[season] = {}
        for seed in asked.seeds:
            series = series_of(
                seed, replicates=asked.replicates, weeks=asked.weeks, own_phase=own_phase
            )
            scores = scores_of(history_of_series(series, seed), asked.weeks, seed)
            for name, part in report_of(*found_at(scores, series), series).items():
                total[name] = [a + b for a, b in zip(total.get(name, [0] * 4), part, strict=True)]
        for name, (found, planted, false, sellers) in total.items():
            shown = f"{found / planted:.3f} of {planted}, false {false / sellers:.3f}"
            print(f"{season} season, {name}: {shown}")
    write("outbreaks", {"asked": vars(asked), "rows": rows})


if __name__ == "__main__":
    main()
