"""Judging alerts: when an episode is found, how late, and what is false."""

import numpy as np
import pytest

from training.backtest.alerts import Alerts
from training.backtest.episodes import Episodes
from training.backtest.measures import GRACE_DAYS, NOBODY, episode_of_alerts, judge

EPISODES = Episodes(
    episode_id=("a", "b"),
    seller=np.array([0, 2]),
    kind=("brigade", "slow_ramp"),
    start=np.array([10.0, 20.0]),
    end=np.array([15.0, 30.0]),
)


def alerts_on(*pairs) -> Alerts:
    day, seller = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Alerts(day, seller, np.zeros(len(day)))


@pytest.mark.parametrize(
    ("day", "seller", "found"),
    [
        (10, 0, NOBODY),  # as of the first midnight nothing has happened yet
        (11, 0, 0),
        (15 + GRACE_DAYS, 0, 0),
        (16 + GRACE_DAYS, 0, NOBODY),
        (12, 1, NOBODY),
        (21, 2, 1),
    ],
)
def test_an_alert_finds_what_began_before_it_and_has_just_ended(day, seller, found):
    assert episode_of_alerts(alerts_on((day, seller)), EPISODES).tolist() == [found]


def test_the_first_alert_sets_the_delay_and_others_are_false():
    size = np.array(["small", "small", "large"])
    alerts = alerts_on((13, 0), (14, 0), (14, 1), (40, 2))
    judged = judge(alerts, EPISODES, np.array([0, 1]), size, seller_days=365.25)
    assert judged.recall.value == 0.5
    assert judged.precision.value == 0.5
    assert judged.delay_days_median == 3.0
    assert judged.false_alerts_per_seller_year == 2.0
    assert judged.recall_by_kind["brigade"].value == 1.0
    assert judged.recall_by_size["large"].value == 0.0


def test_without_episodes_nothing_is_claimed():
    judged = judge(alerts_on(), EPISODES, np.array([], dtype=int), np.array(["a"] * 3), 10.0)
    assert judged.recall.value is None
    assert judged.delay_days_median is None
