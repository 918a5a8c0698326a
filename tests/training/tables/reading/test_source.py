import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.reading.refusals import Refusals
from training.tables.reading.source import check_columns, source_of


def test_parts_in_folders_are_one_table_in_the_order_of_their_names(tmp_path):
    for number, folder in enumerate(("b", "a")):
        (tmp_path / folder).mkdir()
        pq.write_table(pa.table({"x": [number]}), tmp_path / folder / "part.parquet")
    (tmp_path / "_temporary.parquet").write_text("not a table")
    source = source_of(tmp_path)
    assert source.rows == 2
    batches = list(source.batches(None, Refusals()))
    assert [batch.columns["x"].to_pylist() for batch in batches] == [[1], [0]]
    assert [batch.offset for batch in batches] == [0, 1]


def test_a_csv_does_not_know_its_rows_before_they_are_read(tmp_path):
    (tmp_path / "x.CSV").write_text("a,b\n1,2\n")
    source = source_of(tmp_path / "x.CSV")
    assert (source.names, source.rows) == (("a", "b"), None)


def test_a_missing_column_is_told_with_those_there_are(tmp_path):
    (tmp_path / "x.csv").write_text(",".join(f"c{n}" for n in range(20)) + "\n")
    with pytest.raises(BadInput, match=r"missing column seller_id; found c0, .* c11 and 8 more"):
        check_columns(source_of(tmp_path / "x.csv"), ("seller_id", "c3"))


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_wrong_separator_is_guessed(tmp_path, mark):
    (tmp_path / "x.csv").write_text(f"seller_id{mark}day\n")
    with pytest.raises(BadInput, match="separate columns by commas"):
        check_columns(source_of(tmp_path / "x.csv"), ("day",))


def test_a_part_may_lack_an_optional_column_and_no_required_one(tmp_path):
    pq.write_table(pa.table({"x": [1], "y": ["a"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"z": [2.0], "x": [2]}), tmp_path / "2.parquet")
    source = source_of(tmp_path)
    assert source.names == ("x", "y", "z")
    for wanted in (None, ("x", "y", "z")):
        rows = [
            row for batch in source.batches(wanted, Refusals()) for row in batch.columns.to_pylist()
        ]
        assert rows == [{"x": 1, "y": "a", "z": None}, {"x": 2, "y": None, "z": 2.0}]
    check_columns(source, ("x",))
    with pytest.raises(BadInput, match=r"2\.parquet: missing column y, which others have"):
        check_columns(source, ("x", "y"))


def test_columns_without_a_name_are_no_columns_of_one_name(tmp_path):
    (tmp_path / "x.csv").write_text("a,b,,\n1,2,,\n")
    (batch,) = source_of(tmp_path / "x.csv").batches(None, Refusals())
    assert batch.columns.to_pylist() == [{"a": b"1", "b": b"2"}]
