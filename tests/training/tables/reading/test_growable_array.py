import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.tables.reading.growable_array import GrowableArray


@given(st.lists(st.lists(st.integers(-100, 100))), st.none() | st.integers(0, 50))
def test_what_is_put_in_comes_out_in_order_whatever_was_expected(parts, expected):
    column = GrowableArray(np.int16, expected)
    for part in parts:
        column.extend(np.array(part, dtype=np.int64))
    everything = [value for part in parts for value in part]
    assert column.values().tolist() == everything
    taken = column.release()
    assert taken.tolist() == everything
    assert taken.dtype == np.int16
    assert len(column.release()) == 0
