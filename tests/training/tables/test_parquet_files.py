import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.parquet_files import parquet_files


def test_files_appear_together_when_all_is_written(tmp_path):
    with parquet_files(tmp_path / "out") as files:
        files.write("a", pa.table({"x": [1]}))
        files.write("a", pa.table({"x": [2]}))
        files.write("b", pa.table({"y": ["z"]}))
        assert not list((tmp_path / "out").glob("*.parquet"))
    assert pq.read_table(tmp_path / "out" / "a.parquet").to_pydict() == {"x": [1, 2]}
    assert files.rows == {"a": 2, "b": 1}
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.parquet", "b.parquet"]


def test_what_stood_there_stays_when_writing_fails(tmp_path):
    with parquet_files(tmp_path) as files:
        files.write("a", pa.table({"x": [1]}))
    with pytest.raises(ValueError, match="schema"), parquet_files(tmp_path) as files:
        files.write("a", pa.table({"x": [2]})) or files.write("a", pa.table({"y": [2]}))
    assert pq.read_table(tmp_path / "a.parquet").to_pydict() == {"x": [1]}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot write to"), parquet_files(tmp_path / "file"):
        pass


def test_what_was_written_can_be_changed_before_it_appears(tmp_path):
    with parquet_files(tmp_path / "out") as files:
        files.write("a", pa.table({"n": [1, 2]}))
        files.write("a", pa.table({"n": [3]}))
        assert [n for b in files.batches("a") for n in b["n"].to_pylist()] == [1, 2, 3]
        files.rewrite("a", lambda batch: batch.set_column(0, "n", pc.add(batch["n"], 1)))
    assert pq.read_table(tmp_path / "out" / "a.parquet")["n"].to_pylist() == [2, 3, 4]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.parquet"]
