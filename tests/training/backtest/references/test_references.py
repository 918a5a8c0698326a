"""What all references promise: deterministic, one score a seller, blind to later rows."""

import warnings

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from tests.parts import need_module
from training.backtest.daily_counts import daily_counts_of
from training.backtest.references import REFERENCES, references_named


def fitted(name, history, until):
    counts = daily_counts_of(history, ("damaged", "not_received"))
    if name.startswith("pyod"):
        need_module("pyod")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyOD's own, on import
        return REFERENCES[name].fitted(counts, until, 4)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_score_a_seller_the_same_each_time(market, start, name):
    first = fitted(name, market.history(), start)(start + 9)
    again = fitted(name, market.history(), start)(start + 9)
    assert first.shape == (len(market.history().sellers),)
    assert np.array_equal(first, again)
    assert not np.isnan(first).any()


@pytest.mark.parametrize("name", REFERENCES)
def test_later_rows_change_no_score(market, start, name):
    history = market.history()
    cut = history.as_of((start + 9) * DAY_US)
    place = np.searchsorted(history.sellers, cut.sellers)
    whole = fitted(name, history, start)(start + 9)
    assert np.array_equal(fitted(name, cut, start)(start + 9), whole[place])


def test_references_are_named_by_words():
    assert references_named("none") == ()
    assert len(references_named("all")) == len(REFERENCES)
    assert [r.name for r in references_named("ears-c3, ratio")] == ["EARS C3", "7-day/28-day ratio"]
    with pytest.raises(BadInput, match="there are counts-forest"):
        references_named("oracle")


def test_each_says_what_it_does_and_where_it_is_from():
    for reference in REFERENCES.values():
        assert reference.does.endswith((".", ",", ":"))
        assert len(reference.source) > 20
