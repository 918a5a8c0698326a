"""What people found where a challenger and the version in use differ."""

import json

import pytest

from detector.durations import HOUR_US
from detector.two_shares import difference
from service.assessments import exploration_store
from service.assessments.differences import compared
from service.assessments.shadow_store import runs_of
from service.assessments.shadows import ShadowRun, keep
from service.cases.store import insert_cases

NOW = 1_000 * 24 * HOUR_US


def case(name, *, opened_at, label=None, status="closed", seller=None, opening=None):
    return {
        "case_id": name, "seller_id": seller or name, "status": status, "suspicion": "seller",
        "opened_at": opened_at, "due_at": NOW, "base": "{}", "order_key": 0.0, "reasons": "[]",
        "closed_at": NOW if status == "closed" else None, "label": label,
        "opening": opening or json.dumps(name),
    }  # fmt: skip


def told(service, ours, theirs, *, kept=(), others=()):
    """What is said of cases that a lot drew, and of cases of sellers whom the other names alone."""
    named = frozenset(row["seller_id"] for row in theirs)
    with service.context.database.writing() as connection:
        for at, sellers in ((NOW, named), (NOW + 2 * HOUR_US, named)):
            keep(connection, ShadowRun(at, "v0001", "v0002", 9, 9, sellers))
        insert_cases(connection, [*ours, *theirs, *others])
        lot = {
            "day": 1_000, "drawn_at": NOW, "challenger": "v0002", "champion": "v0001", "seed": 1,
            "room": 1, "sellers": "[]", "chance": 1.0,
            "cases": json.dumps({row["seller_id"]: row["case_id"] for row in ours}),
        }  # fmt: skip
        exploration_store.keep(connection, lot, before=0)
        runs = runs_of(connection, "v0002", since=0, until=NOW + 3 * HOUR_US)
        return compared(connection, runs, "v0002", kept=kept)


def some(name, count, label, at=NOW + HOUR_US):
    return [case(f"{name} {label} {n}", opened_at=at, label=label) for n in range(count)]


def test_both_sides_are_counted_and_their_difference_has_an_exact_interval(either):
    ours = [*some("ours", 11, "problem"), *some("ours", 1, "false_alarm"), *some("ours", 2, None)]
    ours.append(case("open", opened_at=NOW, status="open"))
    theirs = [*some("theirs", 3, "problem"), *some("theirs", 9, "false_alarm")]
    theirs += some("theirs", 1, "unclear")
    found = told(either, ours, theirs)
    assert found.only_challenger.model_dump() == {
        "cases": 15, "upheld": 11, "not_upheld": 1, "unclear": 2, "pending": 1,
    }  # fmt: skip
    assert found.only_champion.upheld == 3
    exact = difference(11, 12, 3, 12)
    assert (found.difference, found.low, found.high) == (exact.value, exact.low, exact.high)
    assert found.better == "challenger"
    assert "Upheld where only it looks: 11 of 12, 2 unclear, 1 pending" in found.in_words
    assert "Difference: +67 points (" in found.in_words


def test_next_to_no_difference_is_none(either):
    ours = [*some("ours", 10, "problem"), *some("ours", 11, "false_alarm")]
    theirs = [*some("theirs", 11, "problem"), *some("theirs", 12, "false_alarm")]
    found = told(either, ours, theirs)
    assert found.difference == pytest.approx(-0.002, abs=1e-4)
    assert "Difference: +0 points (" in found.in_words


@pytest.mark.parametrize("judged", [9, 10])
def test_below_ten_judged_cases_nothing_is_told(either, judged):
    ours = [*some("ours", judged, "problem"), *some("ours", 5, "unclear")]
    found = told(either, ours, some("theirs", 10, "problem"))
    assert found.better == "cannot_tell"
    assert (found.difference is None) == (judged < 10)
    assert ("10 judged cases of each are needed" in found.in_words) == (judged < 10)


def test_what_counts_is_whom_the_first_run_after_an_opening_names(either):
    early, late = NOW - HOUR_US, NOW + 2 * HOUR_US
    before = case("before", opened_at=early, label="problem")
    after = case("after", opened_at=late, label="problem")
    between = case("between", opened_at=NOW, label="false_alarm")
    # An appeal opened it again: one case, and what it came to at last.
    again = case("again", opened_at=NOW + 1, seller="between", label="problem", opening='"between"')
    shared = case("shared", opened_at=NOW + 1, label="problem")
    found = told(either, [], [before, after, between, again], others=[shared])
    assert found.only_champion.model_dump() == {
        "cases": 1, "upheld": 1, "not_upheld": 0, "unclear": 0, "pending": 0,
    }  # fmt: skip


def test_what_is_kept_from_a_reader_is_pending(either):
    found = told(either, some("ours", 2, "problem"), [], kept={"ours problem 0"})
    assert (found.only_challenger.upheld, found.only_challenger.pending) == (1, 1)
