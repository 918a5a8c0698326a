"""Flags and their false share, on p-values made by hand."""

import numpy as np
import pytest

from training.backtest.discoveries import CARRY_DAYS, flags_of, in_episode, uniformity_of
from training.backtest.episodes import Episodes
from training.backtest.scores import Scores


def scores_with(p) -> Scores:
    p = np.asarray(p, dtype=float)
    return Scores(50 + np.arange(len(p)), np.zeros_like(p), p, p)


def test_flags_are_counted_and_the_uncarried_are_false():
    scores = scores_with([[1e-6, 1e-6, 0.5, np.nan], [0.9, 1e-6, 0.5, 0.4]])
    carried = np.zeros((2, 4), dtype=bool)
    carried[0, 0] = True
    (flags,) = flags_of(scores, (0.1,), carried)
    assert flags.flags == 3
    assert flags.false.value == pytest.approx(2 / 3)
    assert flags.share == pytest.approx(3 / 7)


def test_days_in_a_row_are_one_alarm_and_false_alarms_are_counted_apart():
    p = np.ones((40, 3))
    p[0:10, 0] = p[20, 1] = p[[0, 14, 29], 2] = 1e-6
    carried = np.zeros(p.shape, dtype=bool)
    carried[:, 0] = True
    (flags,) = flags_of(scores_with(p), (0.1,), carried)
    assert (flags.flags, flags.alarms) == (14, 4)
    assert flags.false.value == pytest.approx(4 / 14)
    assert flags.false_alarms.value == pytest.approx(3 / 4)


def test_without_known_episodes_no_flag_is_called_false():
    assert flags_of(scores_with([[1e-6, 0.5]]), (0.1,), None)[0].false is None


def test_an_episode_carries_on_while_windows_hold_its_complaints():
    episode = Episodes(("e",), np.array([1]), ("x",), np.array([50.0]), np.array([51.0]))
    scores = scores_with(np.ones((CARRY_DAYS + 4, 2)))
    carried = in_episode(scores, episode)
    assert not carried[:, 0].any()
    assert np.flatnonzero(carried[:, 1]).tolist() == list(range(1, CARRY_DAYS + 2))


def test_uniform_p_values_lie_on_the_line():
    p = (np.arange(10_000) + 0.5) / 10_000
    found = uniformity_of(scores_with(p.reshape(10, -1)), None)
    assert found.seller_days == 10_000
    assert np.abs(np.array(found.observed) - found.levels).max() <= 1e-4
