"""What each part of the detector is worth: the back-test with one part changed at a time.

    python -m benchmarks.ablation [--sellers 1500] [--seeds 9101 9102] [--market default]

Every variant is trained and scored on the same simulated markets, whose seeds served nothing else.
Prints a table and writes it to benchmarks/results/ablation.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from statistics import median

from detector.settings import DEFAULT, Settings
from training.backtest.markets import market_named
from training.backtest.run import Backtest, Plan, backtest
from training.backtest.subject import Subject, simulated

VARIANTS: dict[str, Settings] = {
    "as it is": DEFAULT,
    "the forest's score alone": replace(DEFAULT, forest_weight=1e6),
    "the forest's score alone, 256 rows a tree": replace(
        DEFAULT, forest_weight=1e6, max_samples=256
    ),
    "the evidence alone": replace(DEFAULT, forest_weight=0.0),
    "a window of 7 days only": replace(DEFAULT, windows_days=(7,)),
    "windows of 1, 7 and 28 days": replace(DEFAULT, windows_days=(1, 7, 28)),
    "categories together": replace(DEFAULT, categories_max=1),
    "neither evidence counts nor buyers": replace(DEFAULT, across_weight=0.0),
    "spikes that are over count on": replace(DEFAULT, over_allowance=1e6),
    "exposure without delay": replace(DEFAULT, delay_days_max=1),
    "no guard band": replace(DEFAULT, guard_days=0),
    "past spikes stay in the baseline": replace(DEFAULT, protect_baseline=False),
    "a baseline of 90 days": replace(DEFAULT, half_life_days=60.0, baseline_days=91),
}
BUDGETS = (2.0, 5.0)
"""Alerts a day on a market of `PER_SELLERS` sellers; smaller markets get their share."""
PER_SELLERS = 4_000
FDR = 0.1
RESULTS = Path(__file__).parent / "results" / "ablation.json"


def tested(subject: Subject, settings: Settings) -> Backtest:
    scale = len(subject.history.sellers) / PER_SELLERS
    plan = Plan(
        start=subject.start,
        last=subject.last,
        budgets=tuple(budget * scale for budget in BUDGETS),
        rates=(FDR,),
        settings=settings,
    )
    return backtest(subject.history, plan, episodes=subject.episodes)


def measured(results: list[Backtest]) -> dict[str, float]:
    """Figures over all markets together: episodes and flags are pooled."""
    row: dict[str, float] = {}
    for place, budget in enumerate(BUDGETS):
        judged = [result.methods[0].queue[result.plan.budgets[place]] for result in results]
        found, all_of_them = (sum(getattr(j.recall, n) for j in judged) for n in ("part", "whole"))
        row[f"recall at {budget:g}"] = found / all_of_them
        row[f"delay at {budget:g}"] = median(delay for j in judged for delay in j.delays)
    flags = [result.flags[0] for result in results]
    row["flags"] = sum(flag.flags for flag in flags)
    row["false"] = sum(flag.false.part for flag in flags if flag.false) / max(row["flags"], 1)
    return row


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sellers", type=int, default=1_500)
    options.add_argument("--seeds", type=int, nargs="+", default=[9101, 9102])
    options.add_argument("--market", default="default")
    asked = options.parse_args()
    market = market_named(asked.market, sellers=asked.sellers)
    subjects = [simulated(asked.market, market, seed, None, None) for seed in asked.seeds]
    rows = {}
    for name, settings in VARIANTS.items():
        row = measured([tested(subject, settings) for subject in subjects])
        if not rows:
            print("| variant | " + " | ".join(row) + " |\n|---|" + "---|" * len(row))
        rows[name] = row
        print(
            f"| {name} | " + " | ".join(f"{value:.3g}" for value in row.values()) + " |", flush=True
        )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"asked": vars(asked), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
