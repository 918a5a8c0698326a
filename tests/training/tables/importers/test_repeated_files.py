from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from detector.errors import BadInput
from training.tables.importers.repeated_files import RepeatedFiles
from training.tables.reading.refusals import Rows

A, B = Path("a.csv"), Path("b.csv")


def rows_of(*texts):
    batch = pa.record_batch(
        {"x": pa.array([text.encode() for text in texts]), "y": [b"1"] * len(texts)}
    )
    return Rows("f", np.arange(len(texts)), batch)


def remembered(*files):
    repeated = RepeatedFiles()
    for path, texts in files:
        for part in np.array_split(np.array(texts), 3):
            repeated.add(path, rows_of(*part.tolist()))
    return repeated


def test_the_same_rows_in_another_order_are_the_same_file():
    texts = [f"row {n}" for n in range(5_000)]
    with pytest.raises(BadInput, match=r"b\.csv: holds the same complaints as a\.csv"):
        remembered((A, texts), (B, texts[::-1])).check(B)


@pytest.mark.parametrize(
    ("shared", "refused"), [(0.9, True), (0.4, True), (0.15, False), (0, False)]
)
def test_more_than_a_quarter_of_the_rows_make_it_so(shared, refused):
    texts = [f"row {n}" for n in range(10_000)]
    first = round((1 - shared) * 5_000)
    repeated = remembered((A, texts[:5_000]), (B, texts[first : first + 5_000]))
    if refused:
        with pytest.raises(BadInput):
            repeated.check(B)
    else:
        repeated.check(B)


def test_files_without_rows_are_no_files_of_the_same_rows():
    repeated = remembered((A, []), (B, []))
    repeated.check(A)
    repeated.check(Path("never seen.csv"))


@pytest.mark.parametrize("quarter_first", [True, False])
def test_a_month_within_a_longer_file_is_found_in_either_order(quarter_first):
    texts = [f"row {n}" for n in range(50_000)]
    files = [(A, texts), (B, texts[20_000:24_000])]
    repeated = remembered(*(files if quarter_first else files[::-1]))
    with pytest.raises(BadInput, match="holds the same complaints as"):
        repeated.check(B)
