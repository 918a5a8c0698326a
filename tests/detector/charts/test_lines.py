"""Line charts and rows of dots: well-formed, told in words, and with names that lie apart."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.charts.drawing import Axis
from detector.charts.lines import Dot, Line, LineWords, dot_rows, line_chart, spread

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
def test_a_line_chart_is_svg_and_tells_its_ends(steps):
    lines = [Line("a <b>", "r0", [(1, 0.2), (10, 0.9)], steps), Line("none", "r1", [], steps)]
    tree = ET.fromstring(line_chart("t", X, Y, lines))
    assert tree[0].text == "t"
    assert tree[1].text == "Across: days. Up: share. a <b>: 0.2 at 1, 0.9 at 10."
    assert {one.get("class") for one in tree.iter()} >= {"mark r0", "name r0"}


def test_a_line_chart_is_told_in_another_language():
    axis = Axis("x", [], 0.0, 1.0)
    words = LineWords(axes="Quer {x}, hoch {y}.", ends="{name}: {last} bei {end}.")
    line = Line("found", "detector", [(0.0, 0.25), (1.0, 0.75)])
    shown = line_chart("Chart", axis, axis, [line], words=words)
    assert "Quer x, hoch x. found: 0.75 bei 1." in shown
    assert "Across" not in shown


def test_a_band_lies_around_its_line():
    line = Line("a", "r0", [(1, 0.2), (10, 0.9)], around=[(1, 0.1, 0.3), (10, 0.8, 1.0)])
    tree = ET.fromstring(line_chart("t", X, Y, [line]))
    bands = [one.get("d") for one in tree.iter() if one.get("class") == "band"]
    assert [band.count("L") for band in bands] == [3, 3]


def test_dot_rows_tell_their_numbers():
    rows = [("kind", "3 episodes", [Dot("m", "r0", 0.5, 0.2, 0.8)])]
    tree = ET.fromstring(dot_rows("t", rows, Y))
    assert tree[1].text == "Across: share. kind (3 episodes): m: 50% (20% to 80%)."
    assert "m: 50% (20% to 80%)" in [one.text for one in list(tree.iter())[3:]]


def test_ticks_without_room_are_left_out_and_the_last_stays():
    ticks = [(n, f"{n:,.0f} complaints") for n in range(1, 101)]
    svg = line_chart("t", Axis("c", ticks, 1, 100), Y, [Line("a", "r0", [(1, 0.5)])])
    narrow = svg[svg.index('class="narrow"') :]
    assert (
        1 <= narrow.count(" complaints<") < svg.count(" complaints<") - narrow.count(" complaints<")
    )
    assert narrow.count("100 complaints<") == 1
