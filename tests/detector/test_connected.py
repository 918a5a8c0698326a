"""Groups are what a search from place to place finds, whatever the names and their order."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from detector.connected import groups_of, portions_of

COUNT = 12
NAMED = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(-6, 6)), max_size=14)


def found_by_search(shared: list[list[tuple[int, int]]]) -> list[int]:
    """The first place that can be reached from each place, one step after the other."""
    first = list(range(COUNT))
    for _ in range(COUNT):
        for named in shared:
            for one, name in named:
                for other, same in named:
                    if name == same:
                        first[one] = first[other] = min(first[one], first[other])
    return first


@given(st.lists(NAMED, min_size=1, max_size=3))
def test_a_group_is_known_by_the_first_place_that_it_reaches(shared):
    arrays = [(array("q", [p for p, _ in one]), array("q", [n for _, n in one])) for one in shared]
    assert groups_of(COUNT, arrays).tolist() == found_by_search(shared)


def test_a_chain_of_all_places_is_one_group():
    count = 5_000
    places = [place for place in range(count) for _ in range(2)]
    names = [(place * 7_919 + step) % count for place in range(count) for step in (0, 7_919)]
    assert set(groups_of(count, [(array("q", places), array("q", names))])) == {0}


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 9), st.data())
def test_portions_hold_whole_groups_in_order_and_are_no_larger_than_they_must_be(
    numbers, size, data
):
    groups = array("q", [numbers.index(number) for number in numbers])
    places = array("q", [one for one in range(len(numbers)) if data.draw(st.booleans())])
    portions = portions_of(places, groups, size)
    assert sorted(place for one in portions for place in one) == places.tolist()
    held = [{groups[place] for place in one} for one in portions]
    assert sum(map(len, held)) == len({groups[place] for place in places})
    for portion, its in zip(portions, held, strict=True):
        assert portion.tolist() == sorted(portion)
        last = max(its)
        assert sum(groups[place] != last for place in portion) < size
    assert all(len(one) >= size for one in portions[:-1])
