"""Who comes into the queue: flagged sellers always, the next ones while there is room."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from detector.capacity import CAPACITY, CERTAINTY, Capacity, by_lot


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


@given(st.integers(0, 12), st.integers(-1, 15), st.integers(0, 2**62))
def test_a_lot_draws_as_many_as_there_is_room_for_whatever_their_order(count, room, seed):
    sellers = {f"s{n}" for n in range(count)}
    drawn, chance = by_lot(sellers, room, seed=seed)
    assert len(drawn) == len(set(drawn)) == min(max(room, 0), len(sellers))
    assert set(drawn) <= sellers
    assert by_lot(sorted(sellers, reverse=True), room, seed=seed) == (drawn, chance)
    if drawn:
        assert chance == len(drawn) / len(sellers)


def test_each_seller_is_drawn_as_often_as_its_chance_says():
    sellers = [f"s{n}" for n in range(7)]
    lots = [by_lot(sellers, 2, seed=seed) for seed in range(4_000)]
    for seller in sellers:
        share = sum(seller in drawn for drawn, _ in lots) / len(lots)
        assert abs(share - lots[0][1]) < 4 * (lots[0][1] * (1 - lots[0][1]) / len(lots)) ** 0.5
    # Nor do two stand or fall together: each pair is one of 21.
    pairs = Counter(tuple(sorted(drawn)) for drawn, _ in lots)
    assert sum((n - 4_000 / 21) ** 2 for n in pairs.values()) / (4_000 / 21) < chi2.isf(1e-4, 20)
