"""A tiny market whose truth is known, and its back-test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from detector.durations import DAY_US
from training.backtest import Backtest, Plan, backtest
from training.backtest.episodes import Episodes, episodes_of
from training.backtest.references import REFERENCES
from training.backtest.references.oracle import oracle
from training.simulator import Episodes as Planted
from training.simulator import Marketplace, Simulation, simulate

BUSY = Marketplace(
    sellers=120, days=260, orders_per_day_median=4.0, episodes=Planted(per_seller_year=1.0)
)


@contextmanager
def few_draws() -> Iterator[None]:
    """Trainings here judge no tail: fewer draws make them ten times as quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detector.fitting._DRAWS_MIN", 10_000)
        yield


@pytest.fixture(autouse=True)
def quick_calibration() -> Iterator[None]:
    """A test at a time, so that nothing which other folders share is trained on few draws."""
    with few_draws():
        yield


@pytest.fixture(scope="session")
def busy() -> Simulation:
    """120 sellers, 260 days, about one episode a seller and year."""
    return simulate(BUSY, seed=5)


@pytest.fixture(scope="session")
def busy_episodes(busy) -> Episodes:
    return episodes_of(busy.episodes, busy.history().sellers)


@pytest.fixture(scope="session")
def start(busy, training_end) -> int:
    """Day 220, the same as the shared detector's end of training."""
    return training_end // DAY_US


@pytest.fixture(scope="session")
def plan(busy, start) -> Plan:
    return Plan(
        start=start,
        last=start + 40,
        every=2,
        references=(REFERENCES["ratio"], REFERENCES["ears-c2"]),
        ceiling=oracle(busy.truth, busy.history().sellers),
    )


@pytest.fixture(scope="session")
def tested(busy, plan, busy_episodes) -> Backtest:
    """The back-test of the busy market."""
    with few_draws():
        return backtest(busy.history(), plan, episodes=busy_episodes)
