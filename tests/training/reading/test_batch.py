import numpy as np
import pyarrow as pa
import pytest

from detector.errors import BadInput
from training.reading.batch import Batch, ahead, within


def test_reasons_are_found_for_the_rows_of_the_batch_and_no_others():
    columns = pa.record_batch({"x": [1, 2, 3]})
    batch = Batch("f", np.arange(11, 14), 10, columns)
    reasons = {9: "before", 10: "first", 12: "last", 13: "after"}
    assert within(reasons, batch) == {0: "first", 2: "last"}


def batches(count, fails=False):
    for number in range(count):
        yield Batch("f", np.arange(1), number, pa.record_batch({"x": [number]}))
    if fails:
        raise BadInput("broken off")


def test_batches_fetched_ahead_are_the_same_in_the_same_order():
    assert [batch.offset for batch in ahead(batches(5))] == [0, 1, 2, 3, 4]
    assert list(ahead(batches(0))) == []


def test_what_goes_wrong_ahead_is_told_after_the_batches_before_it():
    coming = ahead(batches(2, fails=True))
    assert [next(coming).offset, next(coming).offset] == [0, 1]
    with pytest.raises(BadInput, match="broken off"):
        next(coming)


def test_one_may_stop_in_between():
    coming = ahead(batches(3))
    next(coming)
    coming.close()
    assert list(coming) == []
