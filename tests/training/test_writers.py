import csv
import gzip
import json
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.instants import instant_of
from training.writers import SCORES, scores_writer


@dataclass(frozen=True)
class Assessed:
    seller_id: str
    as_of: int
    score: float = 0.5
    surprise: float = 12.25
    p_value: float = 1e-300
    q_value: float = 0.1
    flagged: bool = True
    rank: int = 1
    reasons: tuple[str, ...] = ('78 "offers", not 15',)


ROWS = [
    Assessed("a,😀\n", instant_of("2024-05-01T00:00:00")),
    Assessed('"', instant_of("2024-05-02T12:00:00"), flagged=False, rank=2, reasons=()),
]


def test_parquet_has_the_columns_of_the_format(tmp_path):
    with scores_writer(tmp_path / "s.parquet") as write:
        write(ROWS[:1])
        write(ROWS[1:])
    table = pq.read_table(tmp_path / "s.parquet")
    assert table.schema.equals(SCORES)
    assert table["reasons"].to_pylist() == [list(row.reasons) for row in ROWS]
    assert table["as_of"].cast("int64").to_pylist() == [row.as_of for row in ROWS]


@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz"])
def test_csv_has_iso_times_and_json_reasons(tmp_path, name):
    with scores_writer(tmp_path / name) as write:
        write(ROWS)
    opened = gzip.open if name.endswith("gz") else open
    with opened(tmp_path / name, "rt", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert list(first) == SCORES.names
    assert first["seller_id"] == ROWS[0].seller_id
    assert first["as_of"] == "2024-05-01T00:00:00Z"
    assert float(first["p_value"]) == 1e-300
    assert (first["flagged"], second["flagged"]) == ("true", "false")
    assert json.loads(first["reasons"]) == list(ROWS[0].reasons)
    assert json.loads(second["reasons"]) == []


@pytest.mark.parametrize("name", ["s.parquet", "s.csv"])
def test_no_rows_is_a_table_of_column_names(tmp_path, name):
    with scores_writer(tmp_path / name):
        pass
    assert (tmp_path / name).stat().st_size > 0


def test_nothing_is_left_of_an_output_that_was_not_finished(tmp_path):
    (tmp_path / "s.csv").write_text("before")
    with pytest.raises(AttributeError), scores_writer(tmp_path / "s.csv") as write:
        write([*ROWS, None])
    assert [p.read_text() for p in tmp_path.iterdir()] == ["before"]


def test_places_that_cannot_be_written_are_refused_first(tmp_path):
    (tmp_path / "d.csv").mkdir()
    for path, said in (
        (tmp_path / "s.xlsx", "neither .parquet, .csv nor .csv.gz"),
        (tmp_path / "d.csv", "is a directory"),
        (tmp_path / "none" / "s.csv", "there is no directory"),
    ):
        with pytest.raises(BadInput, match=said), scores_writer(path):
            pass
