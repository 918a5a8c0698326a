"""What a back-test is about: a history, the days to test, and the truth where it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.history import History
from training.backtest.episodes import Episodes, check_days, episodes_in, episodes_of
from training.backtest.injection import EXCESS_SDS, inject
from training.simulator import Marketplace, Truth, simulate
from training.tables.instants import instant_of, step_of
from training.tables.reading.source import Source

_TRAINED_SHARE: Final = 0.76
"""Of a simulated market's days come before the test: more than a year of the usual 500."""
UNPLANTED: Final = (
    "What else happened to these sellers is unknown: a flag or an alert on a real spike counts as "
    "false, so false shares are upper bounds and precision is a lower one."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tested; days count from 1970."""

    title: str
    history: History
    start: int
    last: int
    truth_said: str
    """A sentence on where the truth comes from."""
    episodes: Episodes | None = None
    truth: Truth | None = None
    background: str | None = None
    """What the reader has to know about sellers without an episode."""


def simulated(
    name: str, market: Marketplace, seed: int, start: int | None, until: int | None
) -> Subject:
    """A simulated market whose truth is known; by default its last quarter is tested.

    `start` and `until` are instants in microseconds. Raises BadInput where they lie outside it.
    """
    simulation = simulate(market, seed)
    assert simulation.truth is not None  # noqa: S101 - it was asked for
    first = simulation.truth.first_day
    start_us = (first + round(market.days * _TRAINED_SHARE)) * DAY_US if start is None else start
    until_us = (first + market.days) * DAY_US if until is None else until
    check_days(start_us, until_us)
    if until_us > (first + market.days) * DAY_US or start_us <= first * DAY_US:
        raise BadInput(f"--market {name} has {market.days} days from {market.starts_on}")
    history = simulation.history()
    return Subject(
        title=f"The simulated market “{name}”, seed {seed}",
        history=history,
        start=start_us // DAY_US,
        last=until_us // DAY_US,
        truth_said=f"The simulator planted the episodes (market {name}, seed {seed}).",
        episodes=episodes_of(simulation.episodes, history.sellers),
        truth=simulation.truth,
    )


def recorded(
    title: str,
    history: History,
    span: tuple[int, int],
    *,
    episodes: Source | None,
    inject_number: int,
    seed: int,
) -> Subject:
    """A recorded history, with episodes from a table, or planted into it, or none.

    `span` are the instants in microseconds between which days are scored.
    """
    start, last = span[0] // DAY_US, span[1] // DAY_US
    if episodes is not None and inject_number:
        raise BadInput(
            "episodes (--episodes) and planted spikes (--inject) are two truths; give one of them"
        )
    if inject_number:
        planted, known = inject(history, inject_number, start=start, last=last, seed=seed)
        said = (
            f"{inject_number} spikes of {EXCESS_SDS[0]:g} to {EXCESS_SDS[1]:g} standard deviations "
            f"of the sellers' own windows were planted in the recorded complaints (seed {seed})."
        )
        return Subject(title, planted, start, last, said, known, background=UNPLANTED)
    if episodes is not None:
        known = episodes_in(episodes, history.sellers, until=span[1])
        said = f"The episodes come from {episodes.path}."
        return Subject(title, history, start, last, said, known)
    return Subject(title, history, start, last, "No episodes are known.")


def span_of(start: str | None, until: str | None) -> tuple[int, int]:
    """The instants of --from and --until; BadInput where one is missing or no whole day."""
    if start is None or until is None:
        raise BadInput("say with --from and --until which days are to be scored")
    span = instant_of(start), instant_of(until)
    check_days(*span)
    return span


def days_of(step: str) -> int:
    """Days of a step such as 1d or 4w; BadInput where it is not whole days."""
    days, rest = divmod(step_of(step), DAY_US)
    if rest:
        raise BadInput(f"{step}: a back-test goes by whole days; say 1d, 7d or 4w")
    return days
