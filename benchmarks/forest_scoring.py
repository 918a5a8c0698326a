"""Scoring an isolation forest: ours beside every peer that is installed.

python -m benchmarks.forest_scoring [--quick]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from benchmarks.forest_peers import PEERS, Score
from benchmarks.report import machine, write, write_bars
from benchmarks.turns import Result, rows_of, table_of, take_turns

COLUMNS = 24
SLOW = 0.6
"""Contestants at most so many times as fast as scikit-learn sit out the larger sizes."""
ROWS = (1, 10, 100, 1_000, 10_000, 1_000_000)
DEEP_ROWS = (1, 100, 10_000, 100_000)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="at most 10,000 rows, few turns")
    quick = arguments.parse_args().quick
    about = machine()
    results: list[Result] = []
    differences: dict[str, float] = {}
    for kind, rows_of_kind in (("normal", normal), ("tied", tied)):
        matrix = rows_of_kind(10_000 if quick else max(ROWS))
        for trees, samples, sizes in ((100, 256, ROWS), (200, 16_384, DEEP_ROWS)):
            label = f"{kind}, {trees} x {samples}"
            estimator = IsolationForest(
                n_estimators=trees, max_samples=min(samples, len(matrix)), random_state=0
            ).fit(matrix[:100_000])
            differences[label] = difference(estimator, matrix[:10_000])
            results += race(label, estimator, matrix, sizes, quick=quick)
            # Written after every race, so that an end before the end loses little.
            keep(
                {"machine": about, "difference": differences, "results": rows_of(results)}, results
            )
    print(table_of(results))
    print("largest difference from scikit-learn:", differences)


def keep(report: dict[str, object], results: list[Result]) -> None:
    write("forest_scoring", report)
    tasks = dict.fromkeys(r.task for r in results)
    groups = [(t, [(r.contestant, r.ratio) for r in results if r.task == t]) for t in tasks]
    write_bars("forest_scoring", "Scoring speed, times scikit-learn's", groups)


def normal(rows: int) -> NDArray[np.float32]:
    """Rows without ties: trees grow as large as they can."""
    return np.random.default_rng(0).normal(size=(rows, COLUMNS)).astype(np.float32)


def tied(rows: int) -> NDArray[np.float32]:
    """Rows like the detector's features: half zeros, few distinct values, a long tail."""
    random = np.random.default_rng(1)
    values = np.round(random.gamma(0.3, 2.0, (rows, COLUMNS)), 2)
    return np.where(random.random(values.shape) < 0.5, 0.0, values).astype(np.float32)


def difference(estimator: Any, matrix: NDArray[np.float32]) -> float:  # noqa: ANN401
    """Largest difference between our scores and minus scikit-learn's."""
    ours = np.asarray(PEERS["ours"](estimator, matrix)(matrix))
    return float(np.abs(ours + estimator.score_samples(matrix)).max())


def race(
    label: str,
    estimator: Any,  # noqa: ANN401
    matrix: NDArray[np.float32],
    sizes: tuple[int, ...],
    *,
    quick: bool,
) -> list[Result]:
    scores = contestants(estimator, matrix[:20_000])
    results: list[Result] = []
    for rows in (size for size in sizes if size <= len(matrix)):
        some = np.ascontiguousarray(matrix[:rows])
        calls = {name: bound(score, some) for name, score in scores.items()}
        turns = 3 if quick or rows > 50_000 else 7
        found = take_turns(
            f"{label}, {rows:,} rows", calls, reference="scikit-learn", turns=turns, turn_s=0.05
        )
        results += found
        print(table_of(found), flush=True)
        if rows >= 10_000:
            slow = {r.contestant for r in found if r.cpu_ratio < SLOW}
            scores = {name: score for name, score in scores.items() if name not in slow}
    return results


def bound(score: Score, rows: NDArray[np.float32]) -> Callable[[], object]:
    return lambda: score(rows)


def contestants(estimator: Any, rows: NDArray[np.float32]) -> dict[str, Score]:  # noqa: ANN401
    """Every peer that can be imported, ready to score; the others are named and left out."""
    ready: dict[str, Score] = {}
    for name, build in PEERS.items():
        try:
            score = build(estimator, rows)
            score(rows[:2])
        except ImportError as missing:
            print(f"left out: {name} ({missing})")
        else:
            ready[name] = score
    return ready


if __name__ == "__main__":
    main()
