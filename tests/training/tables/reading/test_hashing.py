import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from training.tables.reading.hashing import LONG_BYTES, hashes_of

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), min_size=1))


def hashed(texts):
    return hashes_of(pa.array(texts, pa.large_string()))


@given(TEXTS)
def test_hashes_are_equal_exactly_where_texts_are(texts):
    found = hashed(texts)
    assert len(set(found.tolist())) == len(set(texts))
    assert [h == 0 for h in found.tolist()] == [text is None for text in texts]


@given(TEXTS, st.integers(0, 5), st.integers(0, 5))
def test_a_texts_hash_does_not_depend_on_where_it_stands(texts, skipped, following):
    array = pa.array(["pad"] * skipped + texts + ["x" * following], pa.large_string())
    sliced = array.slice(skipped, len(texts))
    np.testing.assert_array_equal(hashes_of(sliced), hashed(texts))


def test_texts_that_differ_in_one_place_differ_in_their_hash():
    for length in (1, 7, 8, 9, 64, LONG_BYTES, LONG_BYTES + 1, LONG_BYTES + 9):
        texts = ["a" * length] + ["a" * n + "b" + "a" * (length - n - 1) for n in range(length)]
        texts += ["a" * (length + 1), "a" * length + "\0"]
        assert len(set(hashed(texts).tolist())) == len(texts)


def test_a_million_ids_do_not_collide():
    ids = pa.array(np.arange(1_000_000)).cast(pa.large_string())
    assert len(np.unique(hashes_of(ids))) == 1_000_000
