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
