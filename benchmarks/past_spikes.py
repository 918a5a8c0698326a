"""Whether flags depend on how many spikes the past held: the same later ones after 0, 50 or 200.

    python -m benchmarks.past_spikes [--seeds 9310 9311] [--pasts 0 50 200] [--sellers 1000]

Spikes are planted in made-up markets that have none: 25 in the last 120 days, the same ones
whatever the past holds, and some in the training span before. Every day is scored as `detector
backtest` scores it. Flags at .1 are counted by seller-day and by alarm, and are false as `detector
backtest` says: where neither a later spike nor one of the past is on, or is in a window still. Of
the plain surges that the oracle (told the truth) ranks among five a day, the share that was flagged
is what can be asked for. Prints a table and writes it to benchmarks/results/past_spikes.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from detector.durations import DAY_US
from detector.history.history import History
from detector.kernels import no_progress
from training.backtest.alerts import queue_alerts
from training.backtest.daily_counts import daily_counts_of
from training.backtest.discoveries import flags_of, in_episode
from training.backtest.episodes import Episodes
from training.backtest.injection import inject
from training.backtest.intervals import wilson
from training.backtest.markets import market_named
from training.backtest.measures import GRACE_DAYS, first_alerts
from training.backtest.references.oracle import oracle
from training.backtest.scores import UNKNOWN, Scores, detector_scores, scored_days
from training.simulator import Truth, simulate

RESULTS = Path(__file__).parent / "results" / "past_spikes.json"
TRAINED_DAYS, DAYS = 380, 500
LATER = 25
BUDGET = 5.0
"""Alerts a day among which the oracle has to rank a surge."""
RATE = 0.1


@dataclass(frozen=True, slots=True)
class Counted:
    """What was flagged; adds up over markets."""

    flags: int = 0
    false_flags: int = 0
    alarms: int = 0
    false_alarms: int = 0
    past_flags: int = 0
    """On a spike of the past that a window still holds: true ones, but of no later spike."""
    past_alarms: int = 0
    episodes: int = 0
    flagged_episodes: int = 0
    plain_surges: int = 0
    """That the oracle ranks among the budget."""
    flagged_plain_surges: int = 0
    seller_days: int = 0

    def __add__(self, other: Self) -> Self:
        """The counts of both."""
        mine, theirs = asdict(self), asdict(other)
        return type(self)(**{name: mine[name] + theirs[name] for name in mine})


def counted(market: str, sellers: int, seed: int, pasts: list[int]) -> dict[int, Counted]:
    """One market, after each past."""
    simulation = simulate(market_named(market, sellers=sellers, days=DAYS), seed)
    assert simulation.truth is not None
    first = simulation.truth.first_day
    start, last = first + TRAINED_DAYS, first + DAYS
    later, episodes = inject(simulation.history(), LATER, start=start, last=last, seed=seed)
    ranked = _ranked_by_oracle(later, simulation.truth, episodes, start, last, seed)
    found = {}
    for past in pasts:
        # From the third month on, so that the spikes come when sellers have a usual rate.
        span = {"start": first + 70, "last": start - 1}
        history, earlier = inject(later, past, seed=seed + 1_000, **span)
        scores = detector_scores(
            history,
            scored_days(start, last, 1),
            [start],
            seed=seed,
            on_progress=no_progress,
        )
        found[past] = _counted(scores, episodes, earlier, ranked)
        print(market, sellers, seed, past, found[past], flush=True)
    return found


def _ranked_by_oracle(
    history: History, truth: Truth, episodes: Episodes, start: int, last: int, seed: int
) -> set[int]:
    """Numbers of the plain surges that the oracle ranks among the budget."""
    counts = daily_counts_of(history, truth.categories)
    scorer = oracle(truth, history.sellers).fitted(counts, start, seed)
    days = scored_days(start, last, 1)
    values = np.full((len(days), len(history.sellers)), UNKNOWN)
    place = {seller: number for number, seller in enumerate(history.sellers)}
    for row, day in enumerate(days):
        known = [place[seller] for seller in history.as_of(int(day) * DAY_US).sellers]
        values[row, known] = scorer(int(day))[known]
    found = first_alerts(queue_alerts(Scores(days, values), BUDGET), episodes)
    return {number for number in found if episodes.kind[number].endswith("surge")}


def _counted(scores: Scores, episodes: Episodes, earlier: Episodes, ranked: set[int]) -> Counted:
    later = in_episode(scores, episodes)
    (flags,) = flags_of(scores, (RATE,), later | in_episode(scores, earlier))
    (of_later,) = flags_of(scores, (RATE,), later)
    assert flags.false is not None
    assert flags.false_alarms is not None
    assert of_later.false is not None
    assert of_later.false_alarms is not None
    assert scores.q_values is not None
    hit = set()
    for number, seller in enumerate(episodes.seller):
        during = (scores.days > episodes.start[number]) & (
            scores.days <= episodes.end[number] + GRACE_DAYS
        )
        if (scores.q_values[during, seller] < RATE).any():
            hit.add(number)
    return Counted(
        flags=flags.flags,
        false_flags=flags.false.part,
        alarms=flags.alarms,
        false_alarms=flags.false_alarms.part,
        past_flags=of_later.false.part - flags.false.part,
        past_alarms=of_later.false_alarms.part - flags.false_alarms.part,
        episodes=len(episodes),
        flagged_episodes=len(hit),
        plain_surges=len(ranked),
        flagged_plain_surges=len(ranked & hit),
        seller_days=int(np.isfinite(scores.values).sum()),
    )


def table_of(totals: dict[int, Counted]) -> str:
    """The counts as Markdown, a row a past."""
    lines = [
        "| spikes in the past | flagged later ones | plain surges | false flags | false alarms |"
        " flags on past spikes | alarms on past spikes |",
        "|---|---|---|---|---|---|---|",
    ]
    for past, c in totals.items():
        pairs = [
            (c.flagged_episodes, c.episodes),
            (c.flagged_plain_surges, c.plain_surges),
            (c.false_flags, c.flags),
            (c.false_alarms, c.alarms),
            (c.past_flags, c.flags),
            (c.past_alarms, c.alarms),
        ]
        shares = (wilson(part, whole) for part, whole in pairs)
        cells = (f"{share.part} of {share.whole} ({share.value or 0:.2f})" for share in shares)
        lines.append(f"| {past} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--market", default="no-episodes")
    options.add_argument("--sellers", type=int, default=1_000)
    options.add_argument("--seeds", type=int, nargs="+", default=[9310, 9311, 9312])
    options.add_argument("--pasts", type=int, nargs="+", default=[0, 50, 200])
    asked = options.parse_args()
    totals = dict.fromkeys(asked.pasts, Counted())
    for seed in asked.seeds:
        for past, found in counted(asked.market, asked.sellers, seed, asked.pasts).items():
            totals[past] += found
    print(table_of(totals))
    RESULTS.parent.mkdir(exist_ok=True)
    rows = {past: asdict(found) for past, found in totals.items()}
    RESULTS.write_text(json.dumps({"asked": vars(asked), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
