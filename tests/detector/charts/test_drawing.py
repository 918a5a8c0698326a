"""What all charts are made of: scales, ticks, text, and the picture around them."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.charts.drawing import Frame, Scale, escaped, picture, round_ticks


def test_a_scale_is_linear_or_logarithmic_and_bounded():
    assert Scale(0, 10, 0, 100).at(5) == 50
    assert Scale(0.01, 1, 0, 100, logarithmic=True).at(0.1) == pytest.approx(50)
    assert Scale(0, 10, 0, 100).at(99) == 100


@given(st.floats(1, 1e12), st.integers(3, 8))
def test_ticks_are_round_few_and_rise_from_nothing(high, most):
    ticks = [value for value, _ in round_ticks(high, most)]
    step = ticks[1] if len(ticks) > 1 else 1.0
    assert ticks == pytest.approx([n * step for n in range(len(ticks))])
    assert 1 <= len(ticks) <= most + 1
    assert high - step <= ticks[-1] <= high
    assert f"{step:.0e}"[0] in "125"


@given(st.text())
def test_text_stays_text(text):
    tree = ET.fromstring(f'<a b="{escaped(text)}">{escaped(text)}</a>')
    kept = [a for a, b in zip(tree.text or "", text, strict=True) if a == b or b == "\r"]
    assert len(kept) + (tree.text or "").count("�") - text.count("�") == len(text)


def test_a_picture_is_drawn_for_a_wide_and_for_a_narrow_place():
    seen = []
    svg = picture("a", "b", 300, lambda frame: seen.append(frame) or ["<g/>"], "light")
    tree = ET.fromstring(svg)
    assert (tree.get("role"), tree[0].text, tree[1].text) == ("img", "a", "b")
    assert [(one.width, one.height, one.narrow) for one in seen] == [
        (720, 300, False),
        (360, 150, True),
    ]


def test_a_long_text_is_cut_with_an_ellipsis():
    frame = Frame(720, 300)
    assert frame.cut("short", 100) == "short"
    assert frame.cut("x" * 99, 100) == "x" * 12 + "…"
    assert frame.length(frame.cut("x" * 99, 100)) <= 100
