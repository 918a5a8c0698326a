"""A seller's chart: every fact is drawn, told in words, and of no kind that can hurt a page."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta
from math import nan
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.charts import SellerWords, seller_chart
from detector.errors import BadInput

FIRST = date(2024, 3, 11)
SVG = "{http://www.w3.org/2000/svg}"
COUNTS = [1, 0, 2, 0, 0, 5, 7, 6, 1]
WHOLE = {
    "expected": [1.0] * 9,
    "low": [0.0] * 9,
    "high": [3.0] * 9,
    "orders": [10.0, 12.0, nan, 14.0, 9.0, 8.0, 11.0, 10.0, 10.0],
    "spike": (date(2024, 3, 16), date(2024, 3, 19)),
    "guard": (date(2024, 3, 14), date(2024, 3, 16)),
    "as_of": date(2024, 3, 19),
}


def shapes(svg, drawing="wide"):
    """Return the classes and paths of one of the two drawings."""
    tree = ET.fromstring(svg)
    group = next(g for g in tree.iter(f"{SVG}g") if g.get("class") == drawing)
    return [(one.get("class"), one.get("d")) for one in group.iter(f"{SVG}path")]


def texts(svg, drawing="wide"):
    tree = ET.fromstring(svg)
    group = next(g for g in tree.iter(f"{SVG}g") if g.get("class") == drawing)
    return ["".join(one.itertext()) for one in group.iter(f"{SVG}text")]


def heights(svg, kind):
    """Return how high the bars of a kind are."""
    found = [re.match(r"M[\d.]+,([\d.]+)V([\d.]+)h", d) for c, d in shapes(svg) if c == kind]
    return [float(one[1]) - float(one[2]) for one in found]


@pytest.mark.parametrize("drawing", ["wide", "narrow"])
def test_band_spike_guard_orders_and_instant_are_drawn(drawing):
    kinds = {kind for kind, _ in shapes(seller_chart("s1", FIRST, COUNTS, **WHOLE), drawing)}
    drawn = {"band", "expected", "count", "spike", "edge", "guard", "as-of", "orders", "later"}
    assert drawn <= kinds


def test_what_is_not_given_is_not_drawn():
    kinds = {kind for kind, _ in shapes(seller_chart("s1", FIRST, COUNTS))}
    assert kinds == {"grid", "count"}


def test_bars_are_as_high_as_their_counts():
    svg = seller_chart("s1", FIRST, COUNTS, **WHOLE)
    spike = heights(svg, "spike")
    assert np.array(spike) / spike[0] == pytest.approx([1, 7 / 5, 6 / 5], rel=0.01)
    assert len(heights(svg, "count")) == 2
    assert heights(svg, "later") == pytest.approx([spike[0] / 5], abs=0.15)


def test_marks_are_told_without_colour():
    words = texts(seller_chart("s1", FIRST, COUNTS, **WHOLE))
    assert words.count("spike") == 2  # its key, and its name over its days
    assert {"as of 19 Mar", "not learnt from", "later", "orders a day"} <= set(words)


def test_the_description_gives_the_numbers():
    tree = ET.fromstring(seller_chart("s1", FIRST, COUNTS, **WHOLE))
    assert tree.get("role") == "img"
    assert tree[0].text == "Complaints about seller s1 by day, 11 Mar 2024 to 19 Mar 2024"
    assert tree[1].text == (
        "Complaints in 9 days: 22; expected: 9. Most on one day: 7, on 17 Mar 2024. Days above "
        "the band: 3. Spike from 16 Mar 2024 to 18 Mar 2024: 18 complaints, 3 expected. "
        "Not learnt from: 14 Mar 2024 to 15 Mar 2024. As of 19 Mar 2024. Orders in these days: 84."
    )


def test_a_day_tells_its_numbers_under_the_pointer():
    svg = seller_chart("s1", FIRST, COUNTS, **WHOLE)
    assert "<title>17 Mar 2024: complaints 7, expected 1 (0 to 3)</title>" in svg
    assert "expected unknown" in seller_chart("s1", FIRST, [1])


def test_a_day_that_is_half_over_counts_as_known():
    noon = datetime(2024, 3, 18, 12, tzinfo=UTC)
    dates = [
        seller_chart("s1", FIRST, COUNTS, as_of=one)
        for one in (date(2024, 3, 18), noon, date(2024, 3, 19))
    ]
    places = [float(d[1:].split(",")[0]) for svg in dates for c, d in shapes(svg) if c == "as-of"]
    assert places[1] == pytest.approx((places[0] + places[2]) / 2, abs=0.1)
    assert [len(heights(svg, "later")) for svg in dates] == [2, 1, 1]


def test_unknown_days_leave_gaps():
    expected = [1.0, nan, 1.0, 1.0, nan, nan, 1.0, 1.0, 1.0]
    svg = seller_chart("s1", FIRST, COUNTS, expected=expected, low=expected, high=expected)
    drawn = {kind: d for kind, d in shapes(svg) if kind in ("band", "expected")}
    assert drawn["band"].count("M") == 3
    runs = [d for kind, d in shapes(svg) if kind == "expected" and "V" in d]
    assert runs[0].count("M") == 3


def test_spans_outside_the_shown_days_are_cut():
    before, after = FIRST - timedelta(9), FIRST + timedelta(90)
    svg = seller_chart("s1", FIRST, COUNTS, spike=(before, FIRST), guard=(after, after))
    assert {kind for kind, _ in shapes(svg)} == {"grid", "count"}
    svg = seller_chart("s1", FIRST, COUNTS, spike=(before, after), as_of=after)
    assert len(heights(svg, "spike")) == sum(count > 0 for count in COUNTS)


@pytest.mark.parametrize("name", ["<b>&'\"]]>", "\x00\x1b\ud800", "\u202eabc", "ن" * 300, "{day}"])
def test_hostile_names_stay_text(name):
    svg = seller_chart(name, FIRST, COUNTS, **WHOLE)
    tree = ET.fromstring(svg.encode())
    assert {one.tag for one in tree.iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "style", "rect", "g", "path", "text")
    }
    assert max(map(len, texts(svg))) < 100


def test_every_word_can_be_another_languages():
    marked = {
        one: f"¡{getattr(SellerWords, one)}!"
        for one in SellerWords.__slots__
        if one not in ("months", "short_date", "full_date", "title", "unknown")
    }
    marked |= {"title": "¡!", "unknown": "¡!"}
    months = tuple(f"m{n}" for n in range(1, 13))
    svg = seller_chart("s1", FIRST, COUNTS, **WHOLE, words=SellerWords(**marked, months=months))
    words = re.sub(
        r"\d+( m\d+)?( 2024)?|, ", "", re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)
    )
    left = re.sub(r"¡[^!]*!", "", re.sub(r"<[^>]*>", " ", words))
    assert not re.findall(r"[a-z]{2,}", left)


def test_the_same_days_give_the_same_chart():
    assert seller_chart("s1", FIRST, COUNTS, **WHOLE) == seller_chart(
        "s1", FIRST, np.array(COUNTS), **WHOLE | {"orders": np.array(WHOLE["orders"])}
    )


def test_a_chart_has_no_identifier_that_two_on_one_page_would_share():
    svg = seller_chart("s1", FIRST, COUNTS, **WHOLE)
    assert not re.search(r"\bid=|url\(|href", svg)


def test_a_chart_for_a_page_brings_no_style_of_its_own():
    svg = seller_chart("s1", FIRST, COUNTS, **WHOLE, theme="page")
    assert "style" not in svg


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"complaints": []}, "complaints: there is no day to draw"),
        ({"complaints": [1, nan]}, "complaints of 2024-03-12: nan is not a count"),
        ({"complaints": [-1]}, "complaints of 2024-03-11: -1 is not a count"),
        ({"complaints": [1], "high": [1, 2]}, "high: 2 days beside 1 of complaints"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        seller_chart("s1", FIRST, **arguments)


days = st.integers(1, 400)


@given(
    days,
    st.floats(0, 1e7),
    st.integers(-20, 420),
    st.integers(-20, 420),
    st.integers(-20, 420),
    st.booleans(),
)
def test_everything_lies_inside_whatever_the_days(n, most, start, end, known, with_orders):
    counts = np.floor(np.linspace(0, most, n))
    svg = seller_chart(
        "seller",
        FIRST,
        counts,
        expected=counts / 2,
        low=counts / 3,
        high=counts * 2,
        orders=counts if with_orders else None,
        spike=(FIRST + timedelta(start), FIRST + timedelta(end)),
        guard=(FIRST + timedelta(end), FIRST + timedelta(start)),
        as_of=FIRST + timedelta(known),
    )
    for drawing, width, height in (("wide", 720, 440), ("narrow", 360, 220)):
        for _, d in shapes(svg, drawing):
            for x, y in re.findall(r"[ML]([-\d.]+),([-\d.]+)", d):
                assert 0 <= float(x) <= width
                assert 0 <= float(y) <= height
            assert all(0 <= float(y) <= height for y in re.findall(r"V([-\d.]+)", d))
            assert all(0 <= float(x) <= width for x in re.findall(r"H([-\d.]+)", d))


@given(days, st.integers(1, 400))
def test_dates_lie_apart(n, known):
    svg = seller_chart("s", FIRST, [1] * n, as_of=FIRST + timedelta(min(known, n)))
    for drawing, type_ in (("wide", 13), ("narrow", 11)):
        tree = ET.fromstring(svg)
        group = next(g for g in tree.iter(f"{SVG}g") if g.get("class") == drawing)
        below = [one for one in group.iter(f"{SVG}text") if one.get("text-anchor") == "middle"]
        placed = sorted((float(one.get("x")), len(one.text)) for one in below)
        for (a, one), (b, two) in itertools.pairwise(placed):
            assert b - a >= (one + two) / 2 * type_ * 0.55
