"""Which candidates the gate lets pass: honest retrainings, and some damaged in one way each.

    python -m benchmarks.gate [--markets default without-orders] [--seeds 9921 9922 ...]
        [--sellers 800] [--honest-only]

The version in use learnt from the first 380 days of a made-up market. An honest candidate learnt
from the first 440, by the same settings and another seed; each damaged one likewise, but for its
damage. The gate looks at the last 56 of the 440 days. Prints a table and writes it to
benchmarks/results/gate.json, or gate_honest.json with `--honest-only`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import log

import numpy as np

from benchmarks.report import machine, write
from detector.durations import DAY_US
from detector.fitting import Training, train
from detector.history.building import sorted_complaints
from detector.history.history import History
from detector.trained import TrainedDetector
from models.detectors import LoadedDetector
from models.manifest import Manifest
from training.backtest.budget_curve import Question
from training.backtest.gate import judge
from training.backtest.markets import market_named
from training.publishing import facts_of
from training.simulator import simulate

BEFORE, NOW, LOOKS = 380, 440, 5


def loaded(version: str, training: Training, history: History) -> LoadedDetector:
    facts = facts_of(training, history, seed=0, created_at=0)
    manifest = Manifest(version=version, facts=facts, arrays_sha256=version, libraries={})
    return LoadedDetector(training.trained, manifest)


def half_the_categories(history: History) -> History:
    kept = history.complaints.category < len(history.categories) // 2
    return replace(history, complaints=history.complaints.take(kept))


def doubled(history: History) -> History:
    rows = np.arange(len(history.complaints)).repeat(2)
    return replace(history, complaints=sorted_complaints(history.complaints.take(rows)))


def without_last_days(end: int) -> Callable[[History], History]:
    def changed(history: History) -> History:
        kept = history.complaints.filed_at < end - 60 * DAY_US
        return replace(history, complaints=history.complaints.take(kept))

    return changed


def without_delay(trained: TrainedDetector) -> TrainedDetector:
    at_once = np.zeros_like(trained.delay.probabilities)
    at_once[0] = 1.0
    return replace(trained, delay=replace(trained.delay, probabilities=at_once))


def twice_as_sure(trained: TrainedDetector) -> TrainedDetector:
    """All p-values half as large."""
    calibration = trained.calibration
    return replace(
        trained, calibration=replace(calibration, log_tails=calibration.log_tails - log(2))
    )


def taken_for_clumps(trained: TrainedDetector) -> TrainedDetector:
    """Complaints are taken to come in clumps, which hides small sellers' spikes before others'."""
    dispersion = trained.dispersion
    return replace(trained, dispersion=replace(dispersion, linear=dispersion.linear + 0.5))


def candidates(
    history: History, end: int, seed: int, *, honest_only: bool
) -> Iterator[tuple[str, LoadedDetector]]:
    honest = train(history, until=end, seed=seed + 1)
    yield "honest", loaded("honest", honest, history)
    if honest_only:
        return
    of_history = {
        "half the categories": half_the_categories,
        "doubled feed": doubled,
        "last 60 days lost": without_last_days(end),
    }
    for name, change in of_history.items():
        changed = change(history)
        yield name, loaded(name, train(changed, until=end, seed=seed + 1), changed)
    of_trained = {
        "no delay": without_delay,
        "p-values half as large": twice_as_sure,
        "small sellers harmed": taken_for_clumps,
    }
    for name, damage in of_trained.items():
        yield name, loaded(name, replace(honest, trained=damage(honest.trained)), history)


def name_of(asked: argparse.Namespace) -> str:
    return "gate_honest" if asked.honest_only else "gate"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--markets", nargs="+", default=["default", "without-orders"])
    options.add_argument("--seeds", type=int, nargs="+", default=[9921, 9922])
    options.add_argument("--sellers", type=int, default=800)
    options.add_argument("--honest-only", action="store_true")
    asked = options.parse_args()
    rows = []
    for market in asked.markets:
        for seed in asked.seeds:
            simulation = simulate(market_named(market, sellers=asked.sellers, days=NOW), seed)
            assert simulation.truth is not None
            history, first = simulation.history(), simulation.truth.first_day
            then, end = (first + BEFORE) * DAY_US, (first + NOW) * DAY_US
            champion = loaded("champion", train(history, until=then, seed=seed), history)
            question = Question(until=first + NOW, seed=seed)
            for name, one in candidates(history, end, seed, honest_only=asked.honest_only):
                verdict = judge(history, one, champion, question, looks=LOOKS, created_at=0)
                rows.append(
                    {
                        "market": market,
                        "seed": seed,
                        "candidate": name,
                        "passed": verdict.has_passed,
                        "refused_for": [check.name for check in verdict.refusals],
                        "figures": {c.name: [c.candidate, c.champion] for c in verdict.checks},
                    }
                )
                print({k: v for k, v in rows[-1].items() if k != "figures"}, flush=True)
            # After each market, so that a run that is cut short leaves what it found.
            write(name_of(asked), {"asked": vars(asked), "machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
