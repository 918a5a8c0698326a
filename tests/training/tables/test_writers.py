import csv
import gzip
import json
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.instants import instant_of
from training.tables.writers import SCORES, scores_writer


@dataclass(frozen=True)
class Assessed:
    """Two sellers' assessments, the second one first by rank."""

    as_of: int
    seller_ids: tuple[str, ...] = ('"', "a,😀\n")
    score: np.ndarray = field(default_factory=lambda: np.array([0.25, 0.5]))
    surprise: np.ndarray = field(default_factory=lambda: np.array([0.0, 12.25]))
    p_value: np.ndarray = field(default_factory=lambda: np.array([0.5, 1e-300]))
    q_value: np.ndarray = field(default_factory=lambda: np.array([1.0, 0.1]))
    flagged: np.ndarray = field(default_factory=lambda: np.array([False, True]))
    rank: np.ndarray = field(default_factory=lambda: np.array([2, 1]))
    reasons: tuple[tuple[str, ...], ...] = ((), ('78 "offers", not 15',))


FIRST = Assessed(instant_of("2024-05-01T00:00:00"))
SECOND = Assessed(instant_of("2024-05-02T12:00:00"), reasons=(("a", "b"), ()))


def test_parquet_has_the_columns_of_the_format(tmp_path):
    with scores_writer(tmp_path / "s.parquet") as write:
        write(FIRST)
        write(SECOND)
    table = pq.read_table(tmp_path / "s.parquet")
    assert table.schema.equals(SCORES)
    assert table["seller_id"].to_pylist() == [*FIRST.seller_ids[::-1], *SECOND.seller_ids[::-1]]
    assert table["rank"].to_pylist() == [1, 2, 1, 2]
    assert table["score"].to_pylist() == [0.5, 0.25, 0.5, 0.25]
    assert table["reasons"].to_pylist() == [['78 "offers", not 15'], [], [], ["a", "b"]]
    as_of = [FIRST.as_of] * 2 + [SECOND.as_of] * 2
    assert table["as_of"].cast("int64").to_pylist() == as_of


@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz"])
def test_csv_has_iso_times_and_json_reasons(tmp_path, name):
    with scores_writer(tmp_path / name) as write:
        write(FIRST)
    opened = gzip.open if name.endswith("gz") else open
    with opened(tmp_path / name, "rt", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert list(first) == SCORES.names
    assert first["seller_id"] == FIRST.seller_ids[1]
    assert first["as_of"] == "2024-05-01T00:00:00Z"
    assert float(first["p_value"]) == 1e-300
    assert (first["flagged"], second["flagged"]) == ("true", "false")
    assert json.loads(first["reasons"]) == list(FIRST.reasons[1])
    assert json.loads(second["reasons"]) == []


@pytest.mark.parametrize("name", ["s.parquet", "s.csv"])
def test_no_rows_is_a_table_of_column_names(tmp_path, name):
    with scores_writer(tmp_path / name):
        pass
    assert (tmp_path / name).stat().st_size > 0


def test_nothing_is_left_of_an_output_that_was_not_finished(tmp_path):
    (tmp_path / "s.csv").write_text("before")
    with pytest.raises((TypeError, ValueError)), scores_writer(tmp_path / "s.csv") as write:
        write(replace(FIRST, score=None))
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
