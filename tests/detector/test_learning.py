"""Learning from closed cases: the prior is the present order, and labels move it a bounded way."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from detector.errors import BadInput
from detector.learning import (
    KIND_SD,
    LEVEL_SD,
    MOVED_MAX,
    NOTHING,
    SLOPE_SD,
    Learnt,
    Lesson,
    learn,
    weight_of,
)

KINDS = ("(all)", "(one category)", "(one hour)")
evidence = st.floats(0.0, 40.0)
lesson = st.builds(
    Lesson,
    score=st.floats(-5.0, 200.0),
    kinds=st.fixed_dictionaries({}, optional=dict.fromkeys(KINDS, evidence)),
    upheld=st.booleans(),
    weight=st.floats(0.01, 10.0),
)
lessons = st.lists(lesson, max_size=12)
few = settings(max_examples=40, deadline=None)


@given(score=st.floats(-1e6, 1e6), kinds=st.dictionaries(st.text(), evidence))
@few
def test_before_the_first_case_no_score_moves_by_a_bit(score, kinds):
    assert score + NOTHING.moved(score, kinds) == score
    assert NOTHING.part(score, kinds) == 0.0
    assert NOTHING.mean == (0.0, 1.0)


@given(taught=lessons, order=st.randoms())
@few
def test_the_order_in_which_cases_come_changes_no_bit(taught, order):
    shuffled = [*taught]
    order.shuffle(shuffled)
    assert learn(shuffled) == learn(taught)


@given(taught=st.lists(lesson, min_size=1, max_size=12), share=st.floats(0.01, 0.99))
@few
def test_cases_that_count_less_move_less(taught, share):
    """The distance from the prior, in its own measure, grows with the weight of the cases."""

    def away(learnt):
        sds = np.array([LEVEL_SD, SLOPE_SD, *[KIND_SD] * len(learnt.kinds)])
        return (
            (np.array(learnt.mean) - [0.0, 1.0, *[0.0] * len(learnt.kinds)]) ** 2 / sds**2
        ).sum()

    fewer = [replace(one, weight=share * one.weight) for one in taught]
    assert away(learn(fewer)) <= away(learn(taught)) + 1e-6


@given(
    taught=lessons,
    score=st.floats(-5.0, 200.0),
    kinds=st.dictionaries(st.sampled_from(KINDS), evidence),
)
@few
def test_flipped_labels_move_no_seller_further_than_the_bound(taught, score, kinds):
    flipped = [replace(one, upheld=not one.upheld) for one in taught]
    for learnt in (learn(taught), learn(flipped)):
        assert abs(learnt.moved(score, kinds)) <= MOVED_MAX
        part = learnt.part(score, kinds)
        assert abs(part) <= MOVED_MAX
        assert part * learnt.moved(score, kinds) >= 0.0
        low, mode, high = learnt.chance(score, kinds)
        assert 0.0 <= low <= mode <= high <= 1.0


@given(taught=lessons, kind=st.sampled_from(KINDS), upheld=st.booleans())
@few
def test_a_case_that_counts_more_moves_the_chance_of_its_like_towards_what_was_found(
    taught, kind, upheld
):
    alike = [replace(one, score=8.0) for one in taught]  # so that z is the same for all
    one = Lesson(8.0, {kind: 6.0}, upheld)
    chances = [
        learn([*alike, replace(one, weight=weight)]).chance(8.0, {kind: 6.0})[1]
        for weight in (0.5, 2.0)
    ]
    assert (chances[1] > chances[0]) == upheld


def test_the_mode_is_where_a_general_optimiser_finds_it():
    rng = np.random.default_rng(4)
    taught = [
        Lesson(
            float(rng.normal(8.0, 3.0)),
            dict(zip(KINDS, rng.gamma(1.0, 4.0, 3).tolist(), strict=True)),
            bool(rng.random() < 0.4),
            float(rng.uniform(0.2, 1.0)),
        )
        for _ in range(150)
    ]
    learnt = learn(taught)
    weight, upheld = np.array([(one.weight, one.upheld) for one in taught]).T
    score = np.array([one.score for one in taught])
    x = np.array([[min(one.kinds[kind], 12.0) / 6.0 for kind in KINDS] for one in taught])
    z = (score - np.average(score, weights=weight)) / learnt.spread
    X = np.column_stack([np.ones(len(z)), z, x])
    prior, sds = np.array([0.0, 1.0, 0.0, 0.0, 0.0]), np.array([3.0, 0.1, 0.5, 0.5, 0.5])

    def loss(at):
        fit = weight @ (np.logaddexp(0.0, X @ at) - upheld * (X @ at))
        return fit + 0.5 * (((at - prior) / sds) ** 2).sum()

    assert np.allclose(learnt.mean, minimize(loss, prior, tol=1e-12).x, atol=1e-5)
    p = expit(X @ np.array(learnt.mean))
    curvature = X.T @ (X * (weight * p * (1 - p))[:, None]) + np.diag(sds**-2.0)
    assert np.allclose(learnt.covariance, np.linalg.inv(curvature))


def test_a_kind_that_is_never_upheld_falls_behind_one_that_always_is():
    good = [Lesson(8.0, {"(one category)": 9.0}, upheld=True)] * 30
    bad = [Lesson(8.0, {"(one hour)": 9.0}, upheld=False)] * 30
    learnt = learn([*good, *bad])
    assert (learnt.cases, learnt.upheld, learnt.kinds) == (
        60,
        30,
        ("(one category)", "(one hour)"),
    )
    assert learnt.moved(8.0, good[0].kinds) > 0.3 > -0.3 > learnt.moved(8.0, bad[0].kinds)
    low, mode, high = learnt.weight("(one hour)")
    assert low < mode < high < 0.0
    assert learnt.chance(8.0, good[0].kinds)[0] > 0.5 > learnt.chance(8.0, bad[0].kinds)[2]
    first, *_ = learnt.in_words()
    assert first.startswith("With 6 nats of (one hour), the odds that a case is upheld are 0.2")
    assert first.endswith(").")  # not by chance
    assert learnt.moved(8.0, {}) == learnt.moved(8.0, {"unknown": 12.0})


def test_what_was_learnt_survives_being_written_as_json():
    learnt = learn([Lesson(8.0, {"(all)": 3.0}, upheld=True)])
    read = json.loads(json.dumps(asdict(learnt)))
    again = Learnt(
        **read
        | {
            "kinds": tuple(read["kinds"]),
            "mean": tuple(read["mean"]),
            "covariance": tuple(map(tuple, read["covariance"])),
        }
    )
    assert again == learnt


def test_old_cases_count_less():
    assert weight_of(0.0) == weight_of(-5.0) == 1.0
    assert weight_of(90.0) == 0.5


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"score": float("nan")}, "finite"),
        ({"kinds": {"(all)": float("inf")}}, "finite"),
        ({"weight": 0.0}, "above 0"),
    ],
)
def test_a_case_with_a_number_that_is_none_is_refused(wrong, why):
    taught = Lesson(8.0, {"(all)": 1.0}, upheld=True)
    with pytest.raises(BadInput, match=why):
        learn([taught, replace(taught, **wrong)])
