"""A back-test as plain numbers: what backtest.json holds and the report is drawn from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

import pyarrow as pa

from detector.durations import DAY_US
from training.backtest.alerts import OPEN_DAYS, QUEUE, THRESHOLD
from training.backtest.discoveries import FALSE_FLAG
from training.backtest.measures import FOUND, NOBODY, Judged, episode_of_alerts
from training.backtest.run import Backtest, Method
from training.tables.instants import text_of

FORMAT: Final = "backtest/1"
SELLERS_STATED: Final = 4_000
"""Budgets are also stated for a market of so many sellers, so that markets can be compared."""
TOP_ALERTS: Final = 20
ALERTS: Final = pa.schema(
    [
        ("method", pa.string()),
        ("budget", pa.float64()),
        ("as_of", pa.timestamp("us", tz="UTC")),
        ("seller_id", pa.string()),
        ("score", pa.float64()),
        ("episode_id", pa.string()),
    ]
)


def summary_of(tested: Backtest, about: dict[str, Any]) -> dict[str, Any]:
    """All numbers of a back-test as JSON; `about` says what was tested and by which command."""
    plan = tested.plan
    return {
        "format": FORMAT,
        "about": about,
        "data": _data(tested),
        "plan": {
            "train_before": _date(plan.start),
            "scored": [_date(int(tested.days[0])), _date(int(tested.days[-1]))],
            "every_days": plan.every,
            "retrain_every_days": plan.retrain_every,
            "budgets": list(plan.budgets),
            "budgets_per_4000_sellers": [round(_per_4000(tested, b), 2) for b in plan.budgets],
            "sellers_with_open_case": [_open_share(tested, b) for b in plan.budgets],
            "fdr": list(plan.rates),
            "seed": plan.seed,
        },
        "policies": {
            "queue": QUEUE.format(budget=" or ".join(f"{b:g}" for b in plan.budgets)),
            "threshold": THRESHOLD,
            "found": FOUND,
            "false_flag": FALSE_FLAG,
            "quiet_days": OPEN_DAYS,
        },
        "methods": [_method(tested, method) for method in tested.methods],
        "top_alerts": _top_alerts(tested),
        "skipped": list(tested.skipped),
        "flags": [asdict(flags) for flags in tested.flags],
        "calibration": asdict(tested.uniformity),
    }


def _data(tested: Backtest) -> dict[str, Any]:
    kinds = None
    if tested.episodes is not None:
        counted = Counter(tested.episodes.kind[number] for number in tested.judged)
        kinds = dict(sorted(counted.items()))
    return {
        "sellers": len(tested.sellers),
        "sellers_scored_mean": tested.seller_days / max(len(tested.days), 1),
        "complaints": tested.complaints,
        "orders_known": tested.orders_known,
        "seller_days": tested.seller_days,
        "episodes": None if kinds is None else sum(kinds.values()),
        "episodes_by_kind": kinds,
        "sizes": {"unit": tested.sizes.unit, "bounds": list(tested.sizes.bounds)},
    }


def _method(tested: Backtest, method: Method) -> dict[str, Any]:
    agreement = {b: asdict(share) for b, share in method.agreement.items()}
    return {
        "name": method.name,
        "role": method.role,
        "does": method.does,
        "source": method.source,
        "queue": [_judged(tested, budget, j) for budget, j in method.queue.items()],
        "threshold": [_judged(tested, budget, j) for budget, j in method.threshold.items()],
        "agreement": [{"per_day": b, **share} for b, share in agreement.items()],
    }


def _judged(tested: Backtest, budget: float, judged: Judged) -> dict[str, Any]:
    return {
        "per_day": budget,
        "per_day_per_4000_sellers": _per_4000(tested, budget),
        **asdict(judged),
    }


def _per_4000(tested: Backtest, budget: float) -> float:
    scored = tested.seller_days / max(len(tested.days), 1)
    return budget * SELLERS_STATED / max(scored, 1.0)


def _open_share(tested: Backtest, budget: float) -> float:
    """Share of the sellers whose case is open at any time, and who are not alerted again."""
    scored = tested.seller_days / max(len(tested.days), 1)
    return min(budget * OPEN_DAYS / max(scored, 1.0), 1.0)


def alerts_table(tested: Backtest) -> pa.Table:
    """Every alert of the queue policy at the budgets asked for, with the episode it found."""
    rows: list[dict[str, Any]] = []
    for method in tested.methods:
        for budget, alerts in method.alerts.items():
            about = None if tested.episodes is None else episode_of_alerts(alerts, tested.episodes)
            for place in range(len(alerts)):
                number = NOBODY if about is None else int(about[place])
                rows.append(
                    {
                        "method": method.name,
                        "budget": budget,
                        "as_of": int(alerts.day[place]) * DAY_US,
                        "seller_id": tested.sellers[alerts.seller[place]],
                        "score": float(alerts.score[place]),
                        "episode_id": _id(tested, number),
                    }
                )
    return pa.Table.from_pylist(rows, schema=ALERTS)


def _top_alerts(tested: Backtest) -> list[dict[str, Any]]:
    """The detector's best-scored alerts at the smallest budget, best first."""
    ours, budget = tested.methods[0].name, tested.plan.budgets[0]
    rows = [
        row
        for row in alerts_table(tested).to_pylist()
        if (row["method"], row["budget"]) == (ours, budget)
    ]
    rows.sort(key=lambda row: (-row["score"], row["as_of"], row["seller_id"]))
    return [
        {
            "as_of": row["as_of"].date().isoformat(),
            "seller_id": row["seller_id"],
            "score": row["score"],
            "episode_id": row["episode_id"],
        }
        for row in rows[:TOP_ALERTS]
    ]


def _id(tested: Backtest, number: int) -> str | None:
    if tested.episodes is None or number == NOBODY:
        return None
    return tested.episodes.episode_id[number]


def _date(day: int) -> str:
    return text_of(day * DAY_US)[:10]
