"""What closed cases teach: distinct upheld cases of 100 looks, with and without learning.

    python -m benchmarks.learning [--seeds 61 62] [--sellers 2600] [--looks 2 5] [--habits 0.1]
        [--unseen 12]

A made-up market with benign habits (complaints filed in batches, bills at the start of a month,
waves of people who complain everywhere) is trained on 380 days. On each of the 119 days that
follow, cases are opened as the service does: for flagged sellers and for the best of the rest, so
many a day for each 4,000 sellers. Made-up moderators are right in nine of ten cases, and say so by
the next day. Eight weeks teach, and the looks of the nine after them are judged.

Three orders are compared, each with its own cases: by the score alone, by what its own cases
taught, and by what they taught with every label turned round. Beside them stand the score where a
flag opens another case by one new complaint, and capacity does after 14 days; and the truth, which
puts sellers with an episode that nobody has found yet first: hardly any order gains more. A
distinct upheld case is the first one about an episode. Prints a table and writes it to
benchmarks/results/learning.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, write
from detector.assess import Assessment, assess_each
from detector.capacity import QUIET_DAYS, Capacity
from detector.durations import DAY_US
from detector.evidence.reasons import stand_out_alone
from detector.fitting import train
from detector.history.history import History
from detector.learning import NOTHING, Learnt, Lesson, learn, weight_of
from training.backtest.episodes import Episodes, episodes_of
from training.backtest.markets import market_named
from training.backtest.measures import GRACE_DAYS
from training.simulator import simulate
from training.simulator.changes import CHANGES, plant_changes, with_habits

TRAINED_DAYS, DAYS, TAUGHT_DAYS = 380, 119, 56
BUDGETS_SELLERS: Final = 4_000
"""Looks a day are for so many sellers."""
LINKED: Final = 0.9
"""Share of complaints that name their order."""
RIGHT: Final = 0.9
"""Share of cases that moderators are right about."""
MODERATORS: Final = (0, 1)
"""Seeds of moderators' errors; figures are means over them."""
CHANGED: Final = "changed "
"""Before the kind of an episode at constant volume."""
QUIET_DAYS_OF_ANY: Final = 14
"""Days for which capacity waits where any news opens another case for a flag."""
BINS: Final = ((0.0, 0.25), (0.25, 0.5), (0.5, 1.01))
Array = NDArray[np.float64]
Order = Literal["score", "learnt", "turned round", "any news", "truth"]
ORDERS: Final[tuple[Order, ...]] = ("score", "learnt", "turned round", "any news", "truth")


@dataclass(frozen=True, slots=True)
class Day:
    """The sellers of one day that a case may be opened for."""

    day: int
    rows: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """A market's days, and the truth about it."""

    days: tuple[Day, ...]
    episodes: Episodes
    history: History
    place: Mapping[str, int]
    """Of each seller in the history."""

    def about(self, seller: str, day: int) -> list[int]:
        """Numbers of the episodes that a look at a seller on a day finds."""
        theirs = self.episodes.seller == self.place[seller]
        return np.flatnonzero(theirs & self.episodes.covering(day, GRACE_DAYS)).tolist()

    def came(self, seller: str, after: int, day: int) -> Counter[str]:
        """Complaints about a seller from the midnight after a day to a later one, by category."""
        place = self.place[seller]
        first, end = np.searchsorted(self.history.complaints.seller, [place, place + 1]).tolist()
        filed_at = self.history.complaints.filed_at[first:end]
        new = (filed_at >= (after + 1) * DAY_US) & (filed_at < day * DAY_US)
        some = self.history.complaints.category[first:end][new]
        return Counter(self.history.categories[category] for category in some.tolist())


@dataclass(slots=True)
class Team:
    """Moderators at work: which sellers they looked at, and what that taught."""

    order: Order
    random: np.random.Generator
    learnt: Learnt = NOTHING
    last: dict[str, int] = field(default_factory=dict)
    taught: list[tuple[int, Assessment, bool]] = field(default_factory=list)
    found: dict[int, int] = field(default_factory=dict)
    """Day of the first look at each episode."""
    looks: list[tuple[bool, bool, float]] = field(default_factory=list)
    """Of the judged days: whether an episode was there, whether the case was labelled a problem,
    and the chance that was given for that."""


@dataclass(frozen=True, slots=True)
class Result:
    """One order on one market at one budget, as means over moderators."""

    seed: int
    looks_a_day: float
    order: Order
    looks: float
    distinct_of_100: float
    right_of_100: float
    spikes: float
    changes: float
    labels: float
    brier: float
    """Of the chances, against the labels."""
    brier_of_constant: float
    reliability: tuple[tuple[int, float, float], ...]
    """By bin of chances: looks, mean chance, share labelled a problem."""


def market_of(seed: int, sellers: int, habits: float, unseen: int) -> Market:
    """Simulate, train, and assess day by day."""
    days = TRAINED_DAYS + DAYS + 1
    made = replace(market_named("default", sellers=sellers, days=days), linked_share=LINKED)
    simulation = simulate(made, seed)
    assert simulation.truth is not None
    history, first = simulation.history(), simulation.truth.first_day
    spikes = episodes_of(simulation.episodes, history.sellers)
    history = with_habits(history, share=habits, seed=seed)
    start = first + TRAINED_DAYS
    taken = zip(spikes.seller.tolist(), spikes.start.tolist(), spikes.end.tolist(), strict=True)
    each = dict.fromkeys(CHANGES, round(unseen * sellers / 2_600))
    history, changes = plant_changes(
        history, each, start=start, last=first + days - 1, taken=taken, seed=seed
    )
    trained = train(history, until=start * DAY_US, seed=seed).trained
    instants = [(start + day) * DAY_US for day in range(1, DAYS + 1)]
    assessed = assess_each(history, instants, trained, in_turn=True)
    enough = Capacity().is_enough
    found = tuple(
        Day(one.as_of // DAY_US, tuple(row for row in one.rows if row.flagged or enough(row)))
        for one in assessed
    )
    planted = Episodes(
        episode_id=(*spikes.episode_id, *(f"changed-{n}" for n in range(len(changes)))),
        seller=np.concatenate([spikes.seller, [one.seller for one in changes]]).astype(np.int64),
        kind=(*spikes.kind, *(CHANGED + one.kind for one in changes)),
        start=np.concatenate([spikes.start, [one.start for one in changes]]),
        end=np.concatenate([spikes.end, [one.end for one in changes]]),
    )
    place = {seller: number for number, seller in enumerate(history.sellers)}
    return Market(found, planted, history, place)


def worked(market: Market, order: Order, looks_a_day: float, moderators: int) -> Team:
    """A team that looks at so many sellers a day, in one of the orders."""
    team = Team(order, np.random.default_rng([moderators, 77]))
    judged_from = market.days[0].day + TAUGHT_DAYS
    budget = 0.0
    for one in market.days:
        if order in ("learnt", "turned round") and team.taught:
            team.learnt = learn([_lesson(one.day, *case) for case in team.taught])
        budget += looks_a_day * len(market.place) / BUDGETS_SELLERS
        looks = int(budget + 1e-9)
        free = [row for row in one.rows if _may_have_a_case(team, market, row, one.day)]
        certain = [row for row in free if row.flagged]
        rest = [row for row in free if not row.flagged]
        rest.sort(key=lambda row: _place_of(team, market, row, one.day))
        chosen = [*certain, *rest[: max(looks - len(certain), 0)]]
        budget -= min(len(chosen), looks)
        for row in chosen:
            _look(team, market, row, one.day, judged=one.day > judged_from)
    return team


def _place_of(team: Team, market: Market, row: Assessment, day: int) -> tuple[bool, float, int]:
    """What the team's order sorts by, the first first."""
    brings_nothing_new = team.order == "truth" and all(
        number in team.found for number in market.about(row.seller_id, day)
    )
    return brings_nothing_new, -row.score - team.learnt.moved(row.score, dict(row.kinds)), row.rank


def _may_have_a_case(team: Team, market: Market, row: Assessment, day: int) -> bool:
    """Whether there is enough new about a seller since its case, which closed by the next day."""
    last = team.last.get(row.seller_id)
    if last is None:
        return True
    came = market.came(row.seller_id, last, day)
    if team.order == "any news":
        return bool(came) and (row.flagged or day - last >= QUIET_DAYS_OF_ANY)
    if day - last >= QUIET_DAYS:
        return bool(came)
    return row.flagged and stand_out_alone(row.findings, came, Capacity().p_max)


def _lesson(today: int, day: int, row: Assessment, upheld: bool) -> Lesson:
    return Lesson(row.score, dict(row.kinds), upheld, weight_of(float(today - day)))


def _look(team: Team, market: Market, row: Assessment, day: int, *, judged: bool) -> None:
    there = market.about(row.seller_id, day)
    said = bool(there) == (team.random.random() < RIGHT)
    upheld = said != (team.order == "turned round")
    if judged:
        chance = team.learnt.chance(row.score, dict(row.kinds))[1]
        team.looks.append((bool(there), upheld, chance))
    for number in there:
        team.found.setdefault(number, day)
    team.last[row.seller_id] = day
    team.taught.append((day, row, upheld))


def result_of(market: Market, seed: int, order: Order, looks_a_day: float) -> Result:
    """What the teams of an order found on the judged days."""
    teams = [worked(market, order, looks_a_day, moderators) for moderators in MODERATORS]
    judged_from = market.days[0].day + TAUGHT_DAYS
    judged = market.episodes.between(judged_from, market.days[-1].day).tolist()
    changed = [number for number in judged if market.episodes.kind[number].startswith(CHANGED)]
    spikes = [number for number in judged if number not in set(changed)]
    looks = np.array([look for team in teams for look in team.looks])
    right, upheld, chance = looks.T
    first = [sum(day > judged_from for day in team.found.values()) for team in teams]
    return Result(
        seed=seed,
        looks_a_day=looks_a_day,
        order=order,
        looks=len(looks) / len(teams),
        distinct_of_100=100.0 * sum(first) / len(looks),
        right_of_100=100.0 * float(right.mean()),
        spikes=_share_found(teams, spikes),
        changes=_share_found(teams, changed),
        labels=sum(len(team.taught) for team in teams) / len(teams),
        brier=float(((chance - upheld) ** 2).mean()),
        brier_of_constant=float(upheld.mean() * (1.0 - upheld.mean())),
        reliability=tuple(_bin(upheld, chance, low, high) for low, high in BINS),
    )


def _bin(upheld: Array, chance: Array, low: float, high: float) -> tuple[int, float, float]:
    inside = (chance >= low) & (chance < high)
    if not inside.any():
        return 0, 0.0, 0.0
    return int(inside.sum()), float(chance[inside].mean()), float(upheld[inside].mean())


def _share_found(teams: Sequence[Team], numbers: Sequence[int]) -> float:
    if not numbers:
        return float("nan")
    return float(np.mean([[number in team.found for number in numbers] for team in teams]))


def table_of(results: Sequence[Result]) -> str:
    """The results as Markdown: means over seeds, by budget and order."""
    lines = [
        "| looks a day | order | distinct upheld of 100 looks | right of 100 looks | spikes found |"
        " changes found |",
        "|---|---|---|---|---|---|",
    ]
    for budget in dict.fromkeys(one.looks_a_day for one in results):
        by_score = _mean(results, budget, "score")
        for order in ORDERS:
            mean = _mean(results, budget, order)
            cells = [f"{mean[n]:.1f} ({mean[n] / by_score[n] - 1.0:+.1%})" for n in range(2)] + [
                f"{mean[n]:.3f}" for n in (2, 3)
            ]
            lines.append(f"| {budget:g} | {order} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _mean(results: Sequence[Result], budget: float, order: Order) -> list[float]:
    some = [one for one in results if (one.looks_a_day, one.order) == (budget, order)]
    names = ("distinct_of_100", "right_of_100", "spikes", "changes")
    return [float(np.mean([getattr(one, name) for one in some])) for name in names]


def chances_of(results: Sequence[Result]) -> str:
    """How well chances fit the labels where learning orders, as Markdown."""
    learnt = [one for one in results if one.order == "learnt"]
    brier = [
        np.mean([getattr(one, name) for one in learnt]) for name in ("brier", "brier_of_constant")
    ]
    lines = ["| chance | looks | mean chance | labelled a problem |", "|---|---|---|---|"]
    for number, (low, high) in enumerate(BINS):
        bins = np.array([one.reliability[number] for one in learnt])
        looks = bins[:, 0].sum()
        chance, share = (bins[:, 0] @ bins[:, n] / max(looks, 1.0) for n in (1, 2))
        lines.append(
            f"| {low:g} to {min(high, 1.0):g} | {looks:.0f} | {chance:.2f} | {share:.2f} |"
        )
    return "\n".join([*lines, f"Brier {brier[0]:.3f}, of the constant {brier[1]:.3f}"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs="+", default=[61, 62])
    options.add_argument("--sellers", type=int, default=2_600)
    options.add_argument("--looks", type=float, nargs="+", default=[2.0, 5.0])
    options.add_argument("--habits", type=float, default=0.1)
    options.add_argument("--unseen", type=int, default=12)
    asked = options.parse_args()
    results: list[Result] = []
    for seed in asked.seeds:
        market = market_of(seed, asked.sellers, asked.habits, asked.unseen)
        for budget in asked.looks:
            results += [result_of(market, seed, order, budget) for order in ORDERS]
        print(seed, flush=True)
        print(table_of(results), flush=True)
    print(chances_of(results))
    report = {"asked": vars(asked), "machine": machine()}
    write("learning", report | {"results": [asdict(one) for one in results]})


if __name__ == "__main__":
    main()
