import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.tables.reading.duplicates import IdHashes, KeyedRows, confirmed_duplicates


def keyed(keys, start=0):
    rows = np.arange(start, start + len(keys))
    return KeyedRows("f", rows + 1, rows, keys)


@given(st.lists(st.integers(0, 20)))
def test_repeated_hashes_are_those_met_twice(hashes):
    seen = IdHashes()
    for h in hashes:
        seen.add(np.array([h], dtype=np.uint64))
    assert seen.repeated().tolist() == sorted({h for h in hashes if hashes.count(h) > 1})


def test_the_later_rows_are_the_ones_there_twice_and_say_where_the_first_is():
    parts = [keyed(["a", "b", "a"]), keyed(["c", "b", "a"], start=3)]
    duplicates = confirmed_duplicates(parts, first_only=False)
    assert list(duplicates) == [2, 4, 5]
    assert duplicates[4] == "is already on row 2 of f"
    assert list(confirmed_duplicates(parts, first_only=True)) == [2]


def test_different_keys_of_one_hash_are_no_duplicates():
    assert confirmed_duplicates([keyed(["a", "b"])], first_only=False) == {}
