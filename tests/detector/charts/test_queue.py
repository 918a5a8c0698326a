"""A queue chart shows what looking further costs, by rank or by budget."""

from math import nan
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.charts import queue_chart
from detector.errors import BadInput


def kinds(svg):
    return [one.get("class") for one in ET.fromstring(svg).iter()]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.floats(0.5, 1e4))
def test_any_queue_is_drawn_and_described(shares, budget):
    svg = queue_chart(np.arange(1, len(shares) + 1), shares, budget=budget, rate=0.05)
    description = ET.fromstring(svg)[1].text
    assert f"false alarms: {shares[0]:.3g} at 1, {shares[-1]:.3g} at {len(shares)}." in description
    assert "asked: 5%: 0.05" in description


def test_budget_rate_and_interval_are_drawn_where_they_are_given():
    assert not {"band", "as-of", "mark ceiling"} & set(kinds(queue_chart([2, 5], [0.1, 0.2])))
    whole = queue_chart([2, 5], [0.1, 0.2], low=[0, 0], high=[1, 1], budget=5, rate=0.1)
    assert {"band", "as-of", "mark ceiling"} <= set(kinds(whole))


def test_ranks_without_a_share_are_left_out():
    svg = queue_chart([1, 2, 3], [nan, 0.1, 0.2])
    assert "0.1 at 2, 0.2 at 3" in ET.fromstring(svg)[1].text


def test_a_long_queue_gives_its_first_ranks_room():
    assert ">5<" in queue_chart([1, 100], [0, 0.1])
    assert ">5<" not in queue_chart([10, 100], [0, 0.1])


@pytest.mark.parametrize(
    ("looked_at", "shares", "more", "message"),
    [
        ([1, 2], [0.1], {}, "false_share: 1 numbers beside 2"),
        ([1], [0.1], {"low": []}, "low: 0 numbers beside 1"),
        ([2, 1], [0.1, 0.2], {}, "rising numbers"),
        ([0, 1], [0.1, 0.2], {}, "rising numbers"),
        ([0], [0.1], {}, "rising numbers"),
        ([1], [1.1], {}, "at 1 a share lies outside"),
        ([1], [nan], {}, "there is no share"),
        ([], [], {}, "there is no share"),
    ],
)
def test_what_cannot_be_drawn_is_refused(looked_at, shares, more, message):
    with pytest.raises(BadInput, match=message):
        queue_chart(looked_at, shares, **more)
