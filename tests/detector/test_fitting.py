"""The training job: deterministic, storable, and honest about too little history."""

from dataclasses import replace

import numpy as np
import pytest

from detector.assess import assess, assess_each
from detector.durations import DAY_US
from detector.errors import BadArtifact
from detector.estimates import estimate
from detector.expectation.dispersion import LINEAR_MAX, QUADRATIC_MAX
from detector.fitting import fit, train
from detector.history.building import history_of
from detector.settings import DEFAULT
from detector.trained import TrainedDetector


def test_by_the_same_seed_training_is_the_same_whatever_comes_after_it(
    market, training, training_end
):
    again = train(market.history().as_of(training_end), until=training_end, seed=3)
    for name, array in training.trained.arrays().items():
        assert np.array_equal(array, again.trained.arrays()[name]), name


def test_a_stored_detector_scores_alike(market, training, training_end):
    loaded = TrainedDetector.from_arrays(training.trained.arrays())
    history, instant = market.history(), training_end + 9 * DAY_US
    assert assess(history, instant, loaded).rows == assess(history, instant, training.trained).rows


def test_incomplete_arrays_are_refused(training):
    arrays = training.trained.arrays()
    del arrays["prior.rate"]
    with pytest.raises(BadArtifact, match=r"prior\.rate"):
        TrainedDetector.from_arrays(arrays)


@pytest.mark.parametrize("complaints", [1, 2, 40])
def test_one_seller_is_a_right_answer(complaints):
    filed_at = np.arange(complaints, dtype=np.int64) * DAY_US
    history = history_of(
        {"seller_id": ["only"] * complaints, "filed_at": filed_at, "category": ["x"] * complaints}
    )
    trained = train(history, until=complaints * DAY_US).trained
    row = assess(history, complaints * DAY_US, trained).rows[0]
    assert (row.seller_id, row.rank, row.flagged) == ("only", 1, False)
    assert np.isfinite(row.score)


def test_teaching_other_settings_is_training_with_them(market, training_end):
    """What ablations rest on: estimates made with one forest's settings serve another's."""
    history = market.history()
    read_alike = replace(DEFAULT, windows_days=(7,), categories_max=1)
    other = replace(read_alike, trees=20, forest_usual=0.2, forest_weight=2.0, excess_sds=(5.0,))
    estimates = estimate(history, until=training_end, settings=read_alike)
    again = fit(estimates, seed=3, settings=other)
    alone = train(history, until=training_end, seed=3, settings=other)
    assert again.trained.settings == other
    assert again.metrics == alone.metrics
    for name, array in alone.trained.arrays().items():
        assert np.array_equal(array, again.trained.arrays()[name]), name


def test_an_estimate_as_large_as_any_tried_is_marked(market, training_end):
    few = replace(DEFAULT, windows_days=(7,), categories_max=1, trees=1)
    usual = estimate(market.history(), until=training_end, settings=few)
    dispersion = usual.without_forest.dispersion

    def marked(**parts):
        changed = replace(usual.without_forest, dispersion=replace(dispersion, **parts))
        metrics = fit(replace(usual, without_forest=changed), draws=0).metrics
        return {name for name in metrics if name.startswith("at_edge")}

    assert marked() == set()
    widest = np.full_like(dispersion.quadratic, QUADRATIC_MAX)
    assert marked(quadratic=widest) == {"at_edge_scatter"}
    most = np.full_like(dispersion.linear, LINEAR_MAX)
    assert marked(quadratic=widest, linear=most) == {"at_edge_scatter", "at_edge_clumping"}


def test_without_draws_scores_are_the_same_and_nothing_is_flagged(market, training, training_end):
    history, instant = market.history(), training_end + 9 * DAY_US
    ranked = fit(estimate(history, until=training_end), seed=3, draws=0).trained
    quick, whole = (assess(history, instant, trained) for trained in (ranked, training.trained))
    assert np.array_equal(quick.score, whole.score)
    assert np.array_equal(quick.rank, whole.rank)
    assert np.isfinite(quick.p_value).all()
    assert not quick.flagged.any()


@pytest.mark.parametrize("seed", [11, 14])
def test_a_seller_that_is_large_from_its_first_day_is_not_flagged(seed):
    random = np.random.default_rng(seed)
    volume = random.lognormal(-3.0, 1.5, 303)  # complaints a day; nobody's orders are recorded
    volume[300:] = np.sort(volume[:300])[-3:]
    joined = np.where(np.arange(303) < 300, 0, 190)
    days = [
        joined[i] + random.uniform(0, 200 - joined[i], random.poisson(v * (200 - joined[i])))
        for i, v in enumerate(volume)
    ]
    seller = np.repeat(np.arange(303), [len(some) for some in days])
    filed_at = (np.concatenate(days) * DAY_US).astype(np.int64)
    history = history_of(
        {
            "seller_id": [f"s{i}" for i in seller],
            "filed_at": filed_at,
            "category": ["x"] * len(filed_at),
        }
    )
    trained = train(history, until=160 * DAY_US).trained
    instants = [day * DAY_US for day in range(162, 201)]
    for found in assess_each(history, instants, trained, in_turn=True):
        flagged = {s for s, f in zip(found.seller_ids, found.flagged, strict=True) if f}
        assert not flagged & {"s300", "s301", "s302"}
    assert found.of("s300").score > 0
