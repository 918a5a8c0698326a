import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from training.reading.names import Names

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=3))


@given(st.lists(TEXTS))
def test_equal_names_have_equal_codes_over_all_batches(batches):
    names = Names()
    codes = [names.codes_of(pa.array(batch, pa.large_string())) for batch in batches]
    ascending, place = names.ascending()
    assert list(ascending) == sorted({name for batch in batches for name in batch})
    for batch, found in zip(batches, codes, strict=True):
        assert names.named(found) == batch
        assert [ascending[place[code]] for code in found] == batch


def test_unused_names_are_left_out():
    names = Names()
    names.codes_of(pa.array(["b", "c", "a"], pa.large_string()))
    ascending, place = names.ascending(np.array([True, False, True]))
    assert ascending == ("a", "b")
    assert place.tolist() == [1, -1, 0]
