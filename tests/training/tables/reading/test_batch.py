import numpy as np
import pyarrow as pa

from training.tables.reading.batch import Batch, within


def test_reasons_are_found_for_the_rows_of_the_batch_and_no_others():
    columns = pa.record_batch({"x": [1, 2, 3]})
    batch = Batch("f", np.arange(11, 14), 10, columns)
    reasons = {9: "before", 10: "first", 12: "last", 13: "after"}
    assert within(reasons, batch) == {0: "first", 2: "last"}
