"""What is kept beside a version comes back as it was, or is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadArtifact
from models.budgets import Budget, BudgetCurve, SharePlanted, curve_of, text_of_curve
from models.manifest import Manifest, seal_of

NUMBERS = st.floats(0, 1e6)
SHARES = st.builds(
    SharePlanted, st.integers(0, 999), st.floats(0, 1), st.floats(-1, 1), st.floats(0, 1)
)
BUDGETS = st.builds(
    Budget,
    looks=st.integers(1, 99),
    found=SHARES,
    found_in_a_week=st.floats(0, 1),
    delay_days_median=st.none() | NUMBERS,
    alerts_a_day=NUMBERS,
    false_a_day=NUMBERS,
    by_weekday=st.tuples(*[NUMBERS] * 7),
    more=SHARES,
)


def curve_with(*budgets: Budget) -> BudgetCurve:
    return BudgetCurve(
        version="v0001",
        arrays_sha256="aa",
        created_at=5,
        span=(0, 10),
        learnt_days=3,
        sellers=100,
        spikes=300,
        seed=1,
        fdr=0.1,
        p_max=0.01,
        minutes=20.0,
        minutes_from="asked",
        more_looks=3,
        budgets=budgets,
    )


def budget(looks: int) -> Budget:
    share = SharePlanted(300, 0.5, 0.4, 0.6)
    return Budget(looks, share, 0.3, 4.0, 1.5, 0.5, (1.5,) * 7, share)


@pytest.fixture
def manifest(facts):
    return Manifest(version="v0001", facts=facts, arrays_sha256="aa", libraries={})


@given(st.lists(BUDGETS, min_size=1, max_size=4))
def test_a_curve_comes_back_as_it_was(budgets):
    curve = curve_with(*budgets)
    known = Manifest(version="v0001", facts=None, arrays_sha256="aa", libraries={})
    assert curve_of(text_of_curve(curve), known, "here") == curve


def test_a_changed_curve_is_refused(manifest):
    text = text_of_curve(curve_with(budget(1))).replace('"minutes": 20.0', '"minutes": 2.0')
    with pytest.raises(BadArtifact, match=r"here: was changed .* detector capacity --keep"):
        curve_of(text, manifest, "here")


@pytest.mark.parametrize("change", [{"version": "v0002"}, {"arrays_sha256": "bb"}])
def test_a_curve_of_another_version_is_refused(manifest, change):
    text = text_of_curve(replace(curve_with(budget(1)), **change))
    with pytest.raises(BadArtifact, match="was measured with"):
        curve_of(text, manifest, "here")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', "[" * 100_000])
def test_what_is_no_curve_is_refused(manifest, text):
    with pytest.raises(BadArtifact, match="here: is no budget curve"):
        curve_of(text, manifest, "here")


@pytest.mark.parametrize(
    ("name", "value"), [("budgets", []), ("budgets", [{}]), ("budgets", None), ("span", 3)]
)
def test_a_sealed_curve_without_its_parts_is_refused(manifest, name, value):
    content = json.loads(text_of_curve(curve_with(budget(1)))) | {name: value}
    content.pop("seal")
    text = json.dumps(content | {"seal": seal_of(content)})
    with pytest.raises(BadArtifact, match="here: "):
        curve_of(text, manifest, "here")


def test_a_number_of_looks_takes_the_budget_at_or_below_it():
    curve = curve_with(*map(budget, (1, 2, 5)))
    assert [curve.at(looks).looks for looks in (0, 1, 1.9, 4, 5, 50)] == [1, 1, 1, 2, 5, 5]


def test_an_hour_is_stated_by_the_looks_that_it_buys():
    curve = curve_with(budget(1))
    assert curve.more_hours == pytest.approx(1.0)
    assert budget(1).hours_a_day(curve.minutes) == pytest.approx(0.5)
