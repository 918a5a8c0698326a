"""A calibration chart shows each level beside what fell below it, and refuses what is no share."""

import itertools
import re
from xml.etree import ElementTree as ET

import pytest

from detector.charts import calibration_chart
from detector.errors import BadInput


def points(svg):
    tree = ET.fromstring(svg)
    observed = next(one for one in tree.iter() if one.get("class") == "mark detector")
    circles = (one for one in observed.iter() if one.tag.endswith("circle"))
    return [(float(one.get("cx")), float(one.get("cy"))) for one in circles]


def test_what_is_calibrated_lies_on_the_dashed_line():
    levels = [10.0**-n for n in range(4)]
    svg = calibration_chart(levels, levels)
    places = points(svg)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.pairwise(places)]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=0.01)
    dashed = re.search(r'class="mark ceiling"><path d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)', svg)
    ends = [float(end) for end in dashed.groups()]
    assert [*places[0], *places[-1]] == pytest.approx(ends, abs=0.1)


def test_claiming_too_much_lies_above():
    fair = points(calibration_chart([0.01, 0.1], [0.01, 0.1]))
    much = points(calibration_chart([0.01, 0.1], [0.01, 0.5]))
    assert much[0] == fair[0]
    assert much[1][1] < fair[1][1]


def test_levels_that_nothing_fell_below_are_left_out():
    assert len(points(calibration_chart([0.001, 0.01, 0.1, 1.0], [0.0, 0.0, 0.2, 1.0]))) == 2
    assert "uniform" in calibration_chart([], [])


@pytest.mark.parametrize(
    ("levels", "observed", "message"),
    [
        ([0.1], [], "observed: 0 shares beside 1 levels"),
        ([0.0], [0.1], "level 0 with share 0.1"),
        ([0.1], [float("nan")], "level 0.1 with share nan"),
    ],
)
def test_what_is_no_share_is_refused(levels, observed, message):
    with pytest.raises(BadInput, match=message):
        calibration_chart(levels, observed)
