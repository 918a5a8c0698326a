"""Days written with the year last are read in the one order that their column allows."""

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detector.errors import BadInput
from training.tables.importers.day_order import day_order_of, is_slashed

moments = st.lists(
    st.dates(date(1970, 1, 1), date(2100, 1, 1)).flatmap(
        lambda day: st.builds(datetime.combine, st.just(day), st.times())
    ),
    min_size=1,
    max_size=20,
)


def written(moment, *, day_first, mark="/", timed=False):
    first, second = (moment.day, moment.month) if day_first else (moment.month, moment.day)
    clock = f" {moment:%I:%M:%S %p}" if timed else ""
    return f"{first}{mark}{second}{mark}{moment.year}{clock}"


@given(moments, st.booleans(), st.sampled_from("/.-"), st.booleans())
def test_a_column_that_tells_its_order_is_read_back(times, day_first, mark, timed):
    assume(any(moment.day > 12 for moment in times))
    texts = [written(m, day_first=day_first, mark=mark, timed=timed) for m in times]
    order = day_order_of("column filed_at", texts)
    form = "%Y-%m-%dT%H:%M:%SZ" if timed else "%Y-%m-%dT00:00:00Z"
    assert [order.rewritten(text) for text in texts] == [m.strftime(form) for m in times]


@given(moments)
def test_a_column_that_tells_no_order_is_refused(times):
    pairs = [(m.month, min(m.day, 12), m.year) for m in times]
    texts = ["{}/{}/{}".format(*pair) for pair in pairs]
    if all(month == day for month, day, _ in pairs):
        order = day_order_of("column filed_at", texts)
        month, day, year = pairs[0]
        assert order.rewritten(texts[0]) == f"{year}-{month:02}-{day:02}T00:00:00Z"
        return
    with pytest.raises(BadInput, match=r"column filed_at: .* no row of the column tells"):
        day_order_of("column filed_at", texts)


def test_a_column_of_both_orders_is_refused_with_one_of_each():
    with pytest.raises(BadInput, match="'29/7/2013' begins with the day, '7/29/2013' with"):
        day_order_of("column filed_at", ["1/1/2013", "29/7/2013", "7/29/2013"])


def test_other_texts_say_nothing_and_stay():
    assert day_order_of("x", ["2013-07-29", "", "soon", "7/29/13"]) is None
    order = day_order_of("x", ["7/29/2013"])
    for text in ("2013-07-29", "2/30/2013", "13/13/2013", "7/29/2013 25:00", "7/29/2013 13:00 PM"):
        assert order.rewritten(text) == text
    found = [is_slashed(text) for text in ("7/29/2013", "7/29-2013", "2013-07-29")]
    assert found == [True, False, False]
