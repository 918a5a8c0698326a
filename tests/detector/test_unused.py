"""What scoring could not use is counted, to the complaint."""

from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.expectation.panel import ALL, OTHER, REPEAT_BUYER, categories_in, column_of_each
from detector.history.building import history_of
from detector.unused import unused_in

T = 20_000 * DAY_US


@pytest.fixture
def trained(training):
    """A detector that counts two categories by themselves and has no column for the rest."""
    settings = replace(training.trained.settings, windows_days=(1, 7, 28))
    return replace(training.trained, columns=(ALL, "late", "fake"), settings=settings)


def history(complaints, orders=None):
    """Complaints as (seller, category, days before T); orders as (seller, days before T, count)."""
    sellers, categories, ages = zip(*complaints, strict=True)
    filed_at = np.array([T - int(age * DAY_US) - 1 for age in ages])
    given = {"seller_id": sellers, "filed_at": filed_at, "category": categories}
    if orders is None:
        return history_of(given)
    sellers, ages, counts = zip(*orders, strict=True)
    days = np.array([T // DAY_US - age for age in ages])
    return history_of(given, {"seller_id": sellers, "day": days, "orders": np.array(counts)})


def test_categories_are_told_by_the_columns_that_count_them():
    columns = (ALL, "late", OTHER, REPEAT_BUYER)
    assert categories_in(columns) == ("late",)
    assert column_of_each(("late", "odd", REPEAT_BUYER), columns).tolist() == [1, 2, -1]
    assert column_of_each(("late", "odd"), (ALL, "late")).tolist() == [1, -1]


def test_complaints_of_categories_without_any_column_are_counted(trained):
    filed = [("s1", "late", 1), ("s1", "odd", 2), ("s2", "odd", 3), ("s2", "new", 27)]
    found = unused_in(history([*filed, ("s2", "old", 28)]), T, trained)
    assert (found.days, found.complaints) == (28, 4)
    assert (found.unknown_categories, found.unknown_complaints) == (2, 3)
    assert (found.pooled_categories, found.pooled_complaints) == (0, 0)


def test_categories_among_the_rest_are_counted_once_they_have_two_in_a_hundred(trained):
    known = replace(trained, columns=(ALL, "late", OTHER))
    filed = [("s1", "late", 1)] * 96 + [("s1", "grown", 1)] * 3 + [("s1", "rare", 1)]
    found = unused_in(history(filed), T, known)
    assert (found.pooled_categories, found.pooled_complaints) == (1, 3)
    assert found.unknown_complaints == 0


def test_sellers_without_orders_are_counted_where_orders_are_known(trained):
    filed = [("s1", "late", 1), ("s2", "late", 1), ("s2", "late", 2), ("s3", "late", 40)]
    found = unused_in(history(filed, [("s1", 3, 5), ("s2", 3, 0)]), T, trained)
    assert (found.sellers_without_orders, found.complaints_without_orders) == (1, 2)
    assert found.orders_until == T - 2 * DAY_US
    nobody_knows = unused_in(history(filed), T, trained)
    assert (nobody_knows.sellers_without_orders, nobody_knows.has_orders) == (0, False)
    assert nobody_knows.orders_until is None


def test_orders_that_can_draw_no_complaint_any_more_are_none(trained):
    reach = trained.settings.baseline_days + len(trained.delay.probabilities) - 1
    for age, without in ((reach // 2, 0), (reach + 60, 1)):
        found = unused_in(history([("s1", "late", 1)], [("s1", age, 5)]), T, trained)
        assert found.sellers_without_orders == without


def test_a_silence_is_measured_by_the_rate_before_it(trained):
    filed = [("s1", "late", 10 + age / 2) for age in range(56)]  # two a day for 28 days
    found = unused_in(history(filed), T, trained)
    assert found.last == T - 10 * DAY_US - 1
    assert found.due_since == pytest.approx(20, rel=0.05)


def test_an_empty_history_has_used_all(trained):
    found = unused_in(history([("s1", "late", 1)]).as_of(0), T, trained)
    assert (found.complaints, found.last, found.due_since) == (0, None, 0.0)
