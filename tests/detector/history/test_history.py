"""A history at an instant holds nothing of what came at or after it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.building import history_of
from detector.history.history import UNDECIDED, UNKNOWN, Complaints, History, Orders, Outcome

rows = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 20 * DAY_US),
        st.sampled_from(["counterfeit", "damaged"]),
    ),
    min_size=1,
    max_size=30,
)


def as_history(complaints, orders=()) -> History:
    seller, filed_at, category = zip(*complaints, strict=True)
    columns = {"seller_id": seller, "filed_at": filed_at, "category": category}
    if not orders:
        return history_of(columns)
    who, day, count = zip(*orders, strict=True)
    return history_of(columns, {"seller_id": who, "day": day, "orders": count})


@given(rows, rows, st.integers(0, 20 * DAY_US))
def test_what_comes_at_or_after_an_instant_leaves_no_trace(before, after, instant):
    early = [row for row in before if row[1] < instant] or [("a", -1, "damaged")]
    late = [("z" + seller, instant + at, category + "!") for seller, at, category in after]
    alone = as_history(early).as_of(instant)
    among = as_history(early + late).as_of(instant)
    assert (alone.sellers, alone.categories) == (among.sellers, among.categories)
    assert np.array_equal(alone.complaints.seller, among.complaints.seller)
    assert np.array_equal(alone.complaints.filed_at, among.complaints.filed_at)
    assert np.array_equal(alone.complaints.category, among.complaints.category)


@given(rows, rows, st.integers(1, 20 * DAY_US), st.data())
def test_what_was_withdrawn_before_an_instant_leaves_no_trace(lasting, taken_back, instant, data):
    early = [row for row in lasting if row[1] < instant] or [("a", 0, "damaged")]
    gone = [("z" + who, at, category + "!") for who, at, category in taken_back if at < instant]
    withdrawn_at = [data.draw(st.integers(at, instant - 1)) for _, at, _ in gone]
    later = data.draw(st.integers(instant, 21 * DAY_US))
    seller, filed_at, category = zip(*early, *gone, strict=True)
    among = history_of(
        {
            "seller_id": seller,
            "filed_at": filed_at,
            "category": category,
            "withdrawn_at": [later] * len(early) + withdrawn_at,
        }
    )
    alone, known = as_history(early).as_of(instant), among.as_of(instant)
    assert (alone.sellers, alone.categories) == (known.sellers, known.categories)
    assert np.array_equal(alone.complaints.filed_at, known.complaints.filed_at)
    assert known.complaints.withdrawn_at is None


@st.composite
def with_evidence(draw):
    """Columns of complaints whose evidence came with them, came later, or never came."""
    complaints = draw(rows)
    seller, filed_at, category = zip(*complaints, strict=True)
    counts = draw(st.lists(st.integers(-1, 2), min_size=len(seller), max_size=len(seller)))
    waits = [draw(st.integers(0, 10 * DAY_US)) if count > 0 else 0 for count in counts]
    came = [at + wait for at, wait in zip(filed_at, waits, strict=True)]
    columns = {"seller_id": seller, "filed_at": filed_at, "category": category}
    return columns | {"evidence_count": counts, "evidence_at": came}


@given(with_evidence(), st.integers(1, 32 * DAY_US))
def test_evidence_counts_from_the_instant_at_which_it_is_on_file(columns, instant):
    on_file = [
        n if n <= 0 or at < instant else 0
        for n, at in zip(columns["evidence_count"], columns["evidence_at"], strict=True)
    ]
    said_at_once = {**columns, "evidence_count": on_file, "evidence_at": columns["filed_at"]}
    known, expected = (history_of(c).as_of(instant).complaints for c in (columns, said_at_once))
    assert np.array_equal(known.evidence, expected.evidence)
    late = [at for at in columns["evidence_at"] if at >= instant]
    assert known.evidence_at is None or not np.isin(known.evidence_at, late).any()


@given(with_evidence(), st.integers(1, 32 * DAY_US), st.integers(1, 32 * DAY_US))
def test_an_earlier_instant_is_known_as_well_by_way_of_a_later_one(columns, one, other):
    earlier, later = sorted((one, other))
    at_once, by_way = (
        history.as_of(earlier).complaints
        for history in (history_of(columns), history_of(columns).as_of(later))
    )
    assert np.array_equal(at_once.evidence, by_way.evidence)
    assert (at_once.evidence_at is None) == (by_way.evidence_at is None)
    if at_once.evidence_at is not None:
        assert np.array_equal(at_once.evidence_at, by_way.evidence_at)


UNSORTED = {
    "sellers": ([1, 0], [5, 6]),
    "times of a seller": ([0, 0], [6, 5]),
    "a seller that does not exist": ([0, 2], [5, 6]),
    "a negative seller": ([-1, 0], [5, 6]),
    "columns of two lengths": ([0, 1], [5]),
}


@pytest.mark.parametrize(("seller", "time"), UNSORTED.values(), ids=UNSORTED)
def test_rows_in_another_order_are_refused(seller, time):
    sellers, at = np.array(seller, dtype=np.int32), np.array(time)
    complaints = Complaints(sellers, at, np.zeros(2, dtype=np.int32))
    with pytest.raises(BadInput, match="complaints: "):
        History(("a", "b"), ("x",), complaints)
    none = Complaints(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int32))
    orders = Orders(sellers, at.astype(np.int32), np.ones(len(at)))
    with pytest.raises(BadInput, match="orders: "):
        History(("a", "b"), (), none, orders)


def test_there_may_be_as_many_categories_as_words():
    words = [f"word {number:05}" for number in range(40_000)]
    history = as_history([("a", at, word) for at, word in enumerate(words)])
    known = history.as_of(DAY_US).complaints
    assert [history.categories[code] for code in known.category.tolist()] == words


def test_a_day_of_orders_is_known_once_it_is_over():
    history = as_history([("a", 0, "x")], [("a", 3, 7), ("a", 4, 9)])
    noon = 4 * DAY_US + DAY_US // 2
    known = history.as_of(noon).orders
    assert known is not None
    assert known.day.tolist() == [3]


def test_a_verdict_to_come_is_still_pending():
    history = history_of(
        {
            "seller_id": ["a", "a"],
            "filed_at": [1, 2],
            "category": ["x", "x"],
            "outcome": [Outcome.UPHELD, Outcome.UPHELD],
            "decided_at": [5, 50],
        }
    )
    known = history.as_of(10).complaints
    assert known.outcome is not None
    assert known.decided_at is not None
    assert known.outcome.tolist() == [Outcome.UPHELD, Outcome.PENDING]
    assert known.decided_at.tolist() == [5, UNDECIDED]


def grouped(*of_each: str | None) -> History:
    number = len(of_each)
    return history_of(
        {
            "seller_id": [f"s{row % 2}" for row in range(number)],
            "filed_at": list(range(number)),
            "category": ["x"] * number,
            "group": of_each,
        }
    )


def groups_in(history: History) -> list[str | None]:
    assert history.complaints.group is not None
    codes = history.complaints.group.tolist()
    return [None if code == UNKNOWN else history.groups[code] for code in codes]


@given(st.lists(st.sampled_from(["north", "south", "west", None]), max_size=12), st.integers(0, 12))
def test_groups_that_come_later_are_not_known_yet(of_each, instant):
    known = grouped(*of_each).as_of(instant)
    same = grouped(*of_each[:instant])
    assert known.groups == same.groups
    assert groups_in(known) == groups_in(same)


def test_complaints_keep_their_groups_whatever_part_is_taken():
    history = grouped("north", "south", None, "south")
    assert groups_in(history) == ["north", None, "south", "south"]
    assert groups_in(history.part(1, 2)) == ["south", "south"]
    assert groups_in(history.only(["s0"])) == ["north", None]
    assert groups_in(history.rows(np.array([False, True, True, False]))) == [None, "south"]


def test_what_is_empty_or_no_text_names_no_group():
    history = grouped("north", "", None, float("nan"))
    assert history.groups == ("north",)
    assert groups_in(history) == ["north", None, None, None]


def test_without_the_column_nothing_has_a_group():
    history = as_history([("a", 0, "x")])
    assert history.complaints.group is None
    assert history.as_of(1).groups == ()


@given(rows, st.integers(0, 3), st.integers(0, 3))
def test_a_part_is_the_same_as_choosing_its_sellers(complaints, first, length):
    history = as_history(complaints)
    last = min(first + length, len(history.sellers))
    first = min(first, last)
    part, chosen = history.part(first, last), history.only(history.sellers[first:last])
    assert part.sellers == chosen.sellers
    assert np.array_equal(part.complaints.seller, chosen.complaints.seller)
    assert np.array_equal(part.complaints.filed_at, chosen.complaints.filed_at)
