import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from training.tables.reading.dictionary_encoder import DictionaryEncoder, encode

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=3))


@given(st.lists(TEXTS))
def test_equal_names_have_equal_codes_over_all_batches(batches):
    names = DictionaryEncoder()
    codes = [names.codes_of(encode(pa.array(batch, pa.large_string()))) for batch in batches]
    ascending, place = names.ascending()
    assert list(ascending) == sorted({name for batch in batches for name in batch})
    for batch, found in zip(batches, codes, strict=True):
        assert names.decode(found) == batch
        assert [ascending[place[code]] for code in found] == batch


def test_unused_names_are_left_out():
    names = DictionaryEncoder()
    names.codes_of(encode(pa.array(["b", "c", "a"], pa.large_string())))
    ascending, place = names.ascending(np.array([True, False, True]))
    assert ascending == ("a", "b")
    assert place.tolist() == [1, -1, 0]


def test_names_that_share_a_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(
        "training.tables.reading.dictionary_encoder.hashes_of",
        lambda texts, seed=0: np.array(
            [len(t) if seed == 0 else hash(t) % 2**60 for t in texts.to_pylist()], dtype=np.uint64
        ),
    )
    names = DictionaryEncoder()
    batches = [["a", "b", "aa"], ["c", "b", "a"], ["bb", "aa", "c"]]
    codes = [names.codes_of(encode(pa.array(batch, pa.large_string()))) for batch in batches]
    assert [names.decode(found) for found in codes] == batches
    assert len(names) == 5
