"""Cases under a budget: never more than there is room for, and one more spike as if played out."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.capacity import QUIET_DAYS, Capacity
from training.backtest.measures import GRACE_DAYS
from training.backtest.opened import first_case, opened
from training.backtest.watched import Row, Watched

P_MAX = 0.01


@st.composite
def watched(draw) -> Watched:
    """Up to 40 days of up to 6 sellers; who is flagged is worth a look as well."""
    shape = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    score = draw(arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, 2.0, 3.0])))
    worth = score >= draw(st.sampled_from([1.0, 2.0]))
    flagged = score >= draw(st.sampled_from([2.0, 3.0, 9.0]))
    days = 100 + np.arange(shape[0])
    return Watched(days, score, flagged & worth, worth, np.ones(shape))


LOOKS = st.integers(1, 4)


@given(watched(), LOOKS)
def test_only_flagged_sellers_go_beyond_the_budget(seen, looks):
    cases = opened(seen, looks, p_max=P_MAX)
    for at, day in enumerate(seen.days):
        sellers = cases.seller[cases.day == day]
        flagged = int(seen.flagged[at, sellers].sum())
        assert len(sellers) <= max(looks, flagged)
        assert seen.worth[at, sellers].all()


@given(watched(), LOOKS)
def test_no_seller_has_a_second_case_while_one_is_open(seen, looks):
    cases = opened(seen, looks, p_max=P_MAX)
    for seller in np.unique(cases.seller):
        assert (np.diff(cases.day[cases.seller == seller]) >= QUIET_DAYS).all()


@given(watched(), LOOKS)
def test_a_first_day_opens_what_the_queue_lets_in(seen, looks):
    order = np.argsort(-seen.score[0], kind="stable")
    order = np.concatenate([order[seen.flagged[0, order]], order[~seen.flagged[0, order]]])
    rows = [
        SimpleNamespace(
            p_value=P_MAX if seen.worth[0, s] else 1.0,
            flagged=bool(seen.flagged[0, s]),
            reasons=("a reason",),
        )
        for s in order
    ]
    ways = Capacity(looks, P_MAX).ways_in(rows)
    let_in = {int(s) for s, way in zip(order, ways, strict=True) if way}
    cases = opened(seen, looks, p_max=P_MAX)
    assert set(cases.seller[cases.day == seen.days[0]].tolist()) == let_in


@given(watched(), LOOKS, st.data())
def test_one_more_spike_is_found_when_the_queue_played_with_it_finds_it(seen, looks, data):
    seller = data.draw(st.integers(0, seen.score.shape[1] - 1))
    start = int(data.draw(st.sampled_from(seen.days.tolist())))
    end = start + data.draw(st.integers(1, 20))
    during = (seen.days > start) & (seen.days <= end + GRACE_DAYS)
    more = data.draw(arrays(np.float64, len(seen.days), elements=st.sampled_from([0.0, 1.0, 2.0])))
    row = seen.seller(seller)
    row = Row(
        np.where(during, row.score + more, row.score),
        row.flagged | (during & (more >= 2)),
        row.worth | (during & (more >= 1)),
    )
    found = first_case(opened(seen, looks, p_max=P_MAX), seen, seller, row, start=start, end=end)
    assert found == _played(seen, looks, seller, row, start, end)


def _played(seen, looks, seller, row, start, end):
    score, flagged, worth = seen.score.copy(), seen.flagged.copy(), seen.worth.copy()
    score[:, seller], flagged[:, seller], worth[:, seller] = row.score, row.flagged, row.worth
    with_it = Watched(seen.days, score, flagged, worth, seen.false_chance)
    cases = opened(with_it, looks, p_max=P_MAX)
    days = cases.day[(cases.seller == seller) & (cases.day > start)]
    days = days[days <= end + GRACE_DAYS]
    return int(days[0]) if len(days) else None
