import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from training.tables.reading.sorting import dense_codes, sort_order

PAIRS = st.lists(st.tuples(st.sampled_from([0, 1, 65_535, 65_536, 200_000]), st.integers(-3, 3)))


@given(PAIRS)
def test_rows_are_sorted_by_both_keys_and_ties_stay_as_they_came(pairs):
    seller = np.array([pair[0] for pair in pairs], dtype=np.int32)
    then = np.array([pair[1] for pair in pairs], dtype=np.int64)
    order = sort_order(seller, then)
    wanted = np.lexsort((then, seller))
    if order is None:
        order = np.arange(len(pairs))
    np.testing.assert_array_equal(order, wanted)


def test_sorted_rows_need_no_order():
    assert sort_order(np.array([1, 1, 2], np.int32), np.array([3, 3, 0])) is None


@given(hnp.arrays(np.uint64, st.integers(0, 40), elements=st.integers(0, 5)))
def test_numbers_are_small_and_equal_exactly_where_hashes_are(hashes):
    codes = dense_codes(hashes, -1)
    assert ((codes == -1) == (hashes == 0)).all()
    pairs = set(zip(hashes.tolist(), codes.tolist(), strict=True))
    assert len(pairs) == len(set(hashes.tolist())) == len(set(codes.tolist()))
    assert codes.max(initial=-1) < len(hashes)
