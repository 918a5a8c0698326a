"""The drop-in estimator beside the estimators it replaces, each through its own checks.

python -m benchmarks.forest_estimator [--quick]

Every contestant is fitted on the same rows with 100 trees of 256 samples, and called as users call
it. `ours` has its kernels loaded before; `ours, cold` has not, as in a script that scores
a few rows and ends, and is timed before they are loaded.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn import ensemble

from benchmarks.forest_peers import Matrix, Score, coniferest, pyod, scikit_learn
from benchmarks.forest_scoring import COLUMNS
from benchmarks.report import machine, write
from benchmarks.turns import Result, rows_of, table_of, take_turns
from detector.forest import IsolationForest
from detector.warm_up import warm_up

ROWS = (1, 100, 10_000, 1_000_000)
SMALL = 100
"""Up to so many rows NumPy scores in place of kernels that are not loaded."""
AIMS = {1: 500.0, 100: 100.0, 1_000_000: 8.0}
"""Times scikit-learn's speed, by rows."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="at most 10,000 rows")
    sizes = [n for n in ROWS if n <= (10_000 if arguments.parse_args().quick else max(ROWS))]
    about = machine()
    matrix = np.random.default_rng(0).normal(size=(max(sizes), COLUMNS)).astype(np.float32)
    train = matrix[:10_000]
    theirs = ensemble.IsolationForest(random_state=0).fit(train)
    ours = IsolationForest(random_state=0).fit(train)
    all_cores = IsolationForest(random_state=0, n_jobs=-1).fit(train)
    results = [
        result
        for rows in sizes
        if rows <= SMALL
        for result in race(
            rows, {"scikit-learn": theirs.score_samples, "ours, cold": ours.score_samples}, matrix
        )
    ]
    warm_up()
    contestants: dict[str, Score] = {
        "scikit-learn": scikit_learn(theirs, train),
        "ours": ours.score_samples,
        "ours, n_jobs=-1": all_cores.score_samples,
        "ours, predict": ours.predict,
    } | peers(theirs, train)
    for rows in sizes:
        results += race(rows, contestants, matrix)
    same = [bool(np.array_equal(ours.score_samples(some), theirs.score_samples(some)))
            for some in (matrix[:rows] for rows in sizes)]  # fmt: skip
    write(
        "forest_estimator",
        {"machine": about, "aims": AIMS, "equal": same, "results": rows_of(results)},
    )
    print(table_of(results))
    print("equal to the last bit:", same)


def peers(estimator: Any, rows: Matrix) -> dict[str, Score]:  # noqa: ANN401
    """Those that can be imported; the others are named and left out."""
    ready: dict[str, Score] = {}
    for name, build in (("PyOD", pyod), ("coniferest", coniferest)):
        try:
            ready[name] = build(estimator, rows)
        except ImportError as missing:
            print(f"left out: {name} ({missing})")
    return ready


def race(rows: int, contestants: Mapping[str, Score], matrix: Matrix) -> list[Result]:
    some = matrix[:rows].copy()
    calls = {name: bound(score, some) for name, score in contestants.items()}
    turns = 3 if rows > 50_000 else 7
    return take_turns(f"{rows:,} rows", calls, reference="scikit-learn", turns=turns, turn_s=0.05)


def bound(score: Score, rows: Matrix) -> Callable[[], object]:
    return lambda: score(rows)


if __name__ == "__main__":
    main()
