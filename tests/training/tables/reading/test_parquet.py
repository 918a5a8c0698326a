import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.reading import parquet


def test_rows_are_numbered_within_the_file_and_placed_within_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 4)
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": range(10), "b": range(10)}), path)
    batches = list(parquet.batches_in(path, ("b",), offset=100))
    assert parquet.shape_of(path) == (("a", "b"), 10)
    assert [n for batch in batches for n in batch.numbers.tolist()] == list(range(1, 11))
    assert [batch.offset for batch in batches] == [100, 104, 108]
    assert batches[0].columns.schema.names == ["b"]


def test_what_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1nonsensePAR1")
    with pytest.raises(BadInput, match=r"x\.parquet: cannot be read"):
        parquet.shape_of(tmp_path / "x.parquet")
