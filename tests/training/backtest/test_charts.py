"""Charts are well-formed SVG whose marks lie inside and whose names do not overlap."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.backtest.charts import Axis, Dot, Frame, Line, Scale, dot_rows, line_chart, spread

X = Axis("days", [(1, "1"), (10, "10")], 1, 10, logarithmic=True)
Y = Axis("share", [(0, "0"), (1, "1")], 0, 1)


@given(st.lists(st.floats(0, 300), max_size=12))
def test_names_lie_apart_and_inside(places):
    moved = spread(sorted(places), 15, 0, 300)
    assert all(b - a >= 15 - 1e-9 for a, b in itertools.pairwise(moved))
    assert max(moved, default=0) <= 300


def test_names_that_have_room_stay_where_they_are():
    assert spread([10, 50, 90], 15, 0, 300) == [10, 50, 90]


@pytest.mark.parametrize("steps", [True, False])
def test_a_line_chart_is_svg(steps):
    lines = [Line("a <b>", "r0", [(1, 0.2), (10, 0.9)], steps), Line("none", "r1", [], steps)]
    tree = ET.fromstring(line_chart("t", X, Y, lines, Frame()))
    assert tree.get("aria-label") == "t"
    assert "a <b>" in "".join(tree.itertext())


def test_dot_rows_tell_their_numbers():
    rows = [("kind", "3 episodes", [Dot("m", "r0", 0.5, 0.2, 0.8)])]
    tree = ET.fromstring(dot_rows("t", rows, Y))
    assert "m: 50% (20% to 80%)" in "".join(tree.itertext())


def test_a_scale_is_linear_or_logarithmic_and_bounded():
    assert Scale(0, 10, 0, 100).at(5) == 50
    assert Scale(0.01, 1, 0, 100, logarithmic=True).at(0.1) == pytest.approx(50)
    assert Scale(0, 10, 0, 100).at(99) == 100
