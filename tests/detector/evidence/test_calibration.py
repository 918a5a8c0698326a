"""p-values fall as scores rise; q-values control what Benjamini and Hochberg say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.evidence.calibration import calibrate, q_values, q_values_among

DRAWN = np.random.default_rng(4).gamma(2.0, size=40_000)
CALIBRATION = calibrate(DRAWN, DRAWN[:5_000])

p_lists = hnp.arrays(float, st.integers(1, 60), elements=st.floats(1e-12, 1.0))


@given(st.floats(-50, 1e6), st.floats(0, 1e6))
def test_a_higher_score_is_never_more_probable(score, more):
    lower, higher = CALIBRATION.p_value(np.array([score, score + more]))
    assert 0.0 < higher <= lower <= 1.0


def test_p_values_of_fresh_draws_without_spikes_are_uniform():
    p = CALIBRATION.p_value(np.random.default_rng(5).gamma(2.0, size=40_000))
    for level in (0.5, 0.1, 0.01):
        assert abs((p <= level).mean() - level) < 4 * np.sqrt(level / 40_000)


def test_where_history_scores_higher_than_the_draws_p_values_are_larger():
    stretched = calibrate(DRAWN, DRAWN[:5_000] + 1.0)
    scores = np.linspace(0.0, 20.0, 50)
    assert (stretched.p_value(scores) >= CALIBRATION.p_value(scores)).all()


@given(p_lists)
def test_q_values_are_never_below_p_and_keep_its_order(p):
    q = q_values(p)
    assert (q >= p - 1e-15).all()
    assert (q <= 1.0).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= 0).all()


@given(p_lists, st.floats(0.01, 0.5))
def test_flagging_by_q_is_the_step_up_rule(p, rate):
    ranked = np.sort(p)
    below = np.flatnonzero(ranked <= rate * np.arange(1, len(p) + 1) / len(p))
    expected = ranked[below[-1]] if len(below) else -1.0
    q = q_values(p)
    assert (q[p <= expected] <= rate * (1 + 1e-9)).all()
    assert (p[q <= rate * (1 - 1e-9)] <= expected).all()


@given(p_lists)
def test_the_order_of_sellers_changes_nothing(p):
    turned = np.random.default_rng(0).permutation(len(p))
    assert np.allclose(q_values(p[turned]), q_values(p)[turned], rtol=1e-12)


@given(p_lists, st.data())
def test_q_values_of_a_few_are_those_of_all(p, data):
    p[: len(p) // 2] = p[-1]  # ties
    rows = data.draw(st.lists(st.integers(0, len(p) - 1), max_size=5))
    assert np.array_equal(q_values_among(p[rows], p), q_values(p)[rows])


@given(st.floats(0.0, 0.1), st.floats(5.0, 50.0))
def test_spikes_of_the_past_do_not_pass_for_scatter(share, height):
    usual = DRAWN[:5_000]
    spikes = int(share * len(usual))
    spiking = np.concatenate([usual[spikes:], usual[:spikes] + 10.0 + height])
    scores = np.linspace(0.0, 20.0, 50)
    p, p_if_spiking = CALIBRATION.p_value(scores), calibrate(DRAWN, spiking).p_value(scores)
    assert np.abs(np.log(p_if_spiking / p)).max() < 0.3


def test_scatter_that_the_draws_lack_is_not_taken_for_spikes():
    """Wherever the bulk lies, also past the highest drawn scores."""
    scores = np.linspace(0.0, 40.0, 50)
    for more in (2.0, 8.0, 20.0):
        moved = calibrate(DRAWN, DRAWN[:5_000] + more)
        expected = CALIBRATION.p_value(scores - more)
        assert np.abs(np.log(moved.p_value(scores) / expected)).max() < 0.3
