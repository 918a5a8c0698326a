"""What is tested: simulated, planted into, read, or unknown; and what is refused."""

import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from training.backtest.markets import market_named
from training.backtest.subject import UNPLANTED, days_of, recorded, simulated, span_of

SPAN = ("2024-08-08", "2024-09-01")


def test_a_simulated_market_tests_its_last_quarter():
    subject = simulated("default", market_named("default", sellers=20, days=100), 3, None, None)
    assert subject.last - subject.start == 24
    assert subject.truth is not None
    with pytest.raises(BadInput, match="100 days"):
        simulated("default", market_named("default", sellers=20, days=100), 3, DAY_US, 2 * DAY_US)


def test_planted_spikes_say_what_is_not_known(market):
    history = market.history()
    span = span_of(*SPAN)
    subject = recorded("t", history, span, episodes=None, inject_number=3, seed=1)
    assert len(subject.episodes) == 3
    assert subject.background == UNPLANTED


def test_without_a_truth_nothing_is_known(market):
    subject = recorded(
        "t", market.history(), span_of(*SPAN), episodes=None, inject_number=0, seed=1
    )
    assert subject.episodes is None


def test_two_truths_are_refused(market, tmp_path):
    with pytest.raises(BadInput, match="give one of them"):
        recorded("t", market.history(), span_of(*SPAN), episodes=tmp_path, inject_number=1, seed=1)


def test_a_span_needs_both_ends():
    with pytest.raises(BadInput, match="--from and --until"):
        span_of("2024-01-01", None)


def test_steps_are_whole_days():
    assert days_of("4w") == 28
    with pytest.raises(BadInput, match="whole days"):
        days_of("12h")
