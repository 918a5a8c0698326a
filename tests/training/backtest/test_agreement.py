import numpy as np

from training.backtest.agreement import NEAR_DAYS, shared
from training.backtest.alerts import Alerts


def alerts_on(days, sellers) -> Alerts:
    return Alerts(np.array(days), np.array(sellers), np.zeros(len(days)))


def test_alerts_agree_on_the_same_seller_within_a_week():
    ours = alerts_on([10, 10, 40], [1, 2, 1])
    theirs = alerts_on([10 + NEAR_DAYS, 10, 40 + NEAR_DAYS + 1], [1, 3, 1])
    assert shared(ours, theirs).value == 1 / 3


def test_no_alerts_agree_with_nobody():
    assert shared(alerts_on([], []), alerts_on([1], [1])).value is None
