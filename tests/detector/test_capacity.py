"""Who comes into the queue: flagged sellers always, the next ones while there is room."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from detector.capacity import CAPACITY, CERTAINTY, Capacity


@dataclass(frozen=True)
class Seller:
    p_value: float
    flagged: bool
    reasons: tuple[str, ...]


sellers = st.lists(
    st.builds(Seller, st.floats(1e-9, 1.0), st.booleans(), st.sampled_from([(), ("A reason.",)])),
    max_size=30,
)


@given(sellers, st.integers(0, 10))
def test_flagged_sellers_always_come_in_and_the_best_others_take_what_room_is_left(ranked, cases):
    capacity = Capacity(cases_a_day=cases)
    ways = capacity.ways_in(ranked)
    flagged = [seller.flagged for seller in ranked]
    assert [way == CERTAINTY for way in ways] == flagged
    room = max(cases - sum(flagged), 0)
    enough = [i for i, s in enumerate(ranked) if not s.flagged and capacity.is_enough(s)]
    assert [i for i, way in enumerate(ways) if way == CAPACITY] == enough[:room]


def test_the_floor_asks_for_evidence_and_a_reason():
    capacity = Capacity()
    assert capacity.is_enough(Seller(0.01, False, ("A reason.",)))
    assert not capacity.is_enough(Seller(0.011, False, ("A reason.",)))
    assert not capacity.is_enough(Seller(1e-9, False, ()))


def test_half_a_case_a_day_is_one_in_two_days():
    capacity = Capacity(cases_a_day=0.5)
    assert capacity.days == 2.0
    assert (capacity.room(0), capacity.room(1)) == (1, 0)


def test_no_capacity_leaves_certainty_alone():
    capacity = Capacity(cases_a_day=0.0)
    assert (capacity.days, capacity.room(0)) == (1.0, 0)
