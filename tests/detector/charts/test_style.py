"""Charts can be read on light and dark paper, and by who tells some colours from no others."""

import itertools
import re

import numpy as np
import pytest

from detector.charts.style import DARK, LIGHT, style_sheet

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
PROTANOPIA = [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
DEUTERANOPIA = [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
TRITANOPIA = [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]
"""How colours are seen at severity 1: Machado, Oliveira and Fernandes (2009), on linear RGB."""


def linear(colour):
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the contrast of WCAG 2."""
    light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    whole = (xyz @ np.clip(rgb, 0, 1)) / [0.9505, 1.0, 1.089]
    f = np.where(whole > 0.008856, np.cbrt(whole), 7.787 * whole + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one, other, seen):
    """Return CIE 1976 distance of two colours as somebody sees them; 2.3 is just noticed."""
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


@THEMES
def test_text_has_four_and_a_half_to_one(colours):
    assert contrast(colours["ink"], colours["paper"]) >= 7
    assert contrast(colours["soft"], colours["paper"]) >= 4.5


@THEMES
def test_marks_have_three_to_one(colours):
    marks = set(colours) - {"paper", "hair"}
    low = {name: contrast(colours[name], colours["paper"]) for name in marks}
    assert {name: value for name, value in low.items() if value < 3} == {}


@THEMES
@pytest.mark.parametrize(
    "seen",
    [np.eye(3), PROTANOPIA, DEUTERANOPIA, TRITANOPIA],
    ids=["all", "protanopia", "deuteranopia", "tritanopia"],
)
def test_the_marks_of_one_chart_differ_for_everybody(colours, seen):
    for one, other in itertools.combinations(("count", "spike", "expected"), 2):
        assert difference(colours[one], colours[other], np.array(seen)) > 20, (one, other)


def test_explicit_colours_need_no_browser():
    for theme, colours, others in (("light", LIGHT, DARK), ("dark", DARK, LIGHT)):
        sheet = style_sheet(theme)
        assert "var(" not in sheet
        assert "prefers-color-scheme" not in sheet
        assert colours["paper"] in sheet
        assert others["paper"] not in sheet


def test_the_readers_machine_decides_unless_the_page_says_so():
    sheet = style_sheet("auto")
    assert sheet.index("prefers-color-scheme: dark") < sheet.index("[data-jp-theme-light=false]")
    assert "[data-theme=light] .detector-chart.auto" in sheet


@pytest.mark.parametrize("theme", ["auto", "light", "dark", "page"])
def test_rules_stay_inside_charts(theme):
    sheet = re.sub(r"@media [^{]*\{|\{[^{}]*\}", "\n", style_sheet(theme))
    rules = [rule.strip() for rule in sheet.replace("}", "").split("\n") if rule.strip()]
    assert rules
    assert all(f".detector-chart.{theme}" in one for rule in rules for one in rule.split(","))


def test_every_variable_is_defined():
    sheet = style_sheet("page", ":root")
    assert set(re.findall(r"var\(--(\w+)\)", sheet)) <= set(LIGHT)
    assert set(LIGHT) == set(DARK)
    assert sheet.startswith(":root { --paper: #ffffff;")
