"""A sparkline has a bar a day with complaints, and marks those above the band."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from detector.charts.sparkline import HEIGHT, WIDTH, sparkline

DAYS = st.lists(
    st.tuples(st.integers(0, 10_000), st.floats(0.0, 10_000.0, allow_nan=False)), max_size=60
)


def bars(svg, kind):
    found = [p for p in ET.fromstring(svg).iter() if p.get("class") == kind]
    return "".join(p.get("d") for p in found)


@given(DAYS)
def test_each_day_is_a_bar_of_its_kind_and_none_leaves_the_picture(days):
    complaints, high = [count for count, _ in days], [top for _, top in days]
    svg = sparkline(complaints, high, "name")
    above = sum(count > top for count, top in days)
    # A day above the band has a second shape, the mark on its bar.
    assert bars(svg, "spike").count("M") == 2 * above
    assert bars(svg, "count").count("M") == sum(count > 0 for count in complaints) - above
    numbers = [
        float(one)
        for kind in ("count", "spike")
        for step in bars(svg, kind).replace("M", " ").split("V")[:1]
        for one in step.strip().split(",")
        if one
    ]
    assert all(0.0 <= one <= max(WIDTH, HEIGHT) for one in numbers)


@given(st.text())
def test_any_name_stays_text(name):
    root = ET.fromstring(sparkline([1, 0, 3], [0.5, 0.5, 4.0], name))
    assert len(root.findall("*")) == 5
