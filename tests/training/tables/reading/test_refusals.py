import csv

import numpy as np
import pyarrow as pa
import pytest

from detector.errors import BadInput
from training.tables.reading.refusals import Refusals, Rows, left_out, row_named, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a'b", '"a\'b"'),
        (b"Caf\xe9", "'Caf\\\\xe9'"),
        ("line\nbreak", "'line\\nbreak'"),
        (1.5, "1.5"),
        ("x" * 1_000_000, "'" + "x" * 59 + "…"),
    ],
    ids=["quote", "bytes", "line", "number", "long"],
)
def test_a_value_is_shown_on_one_short_line(value, text):
    assert shown(value) == text


def rows():
    return Rows("f.csv", np.array([4, 5, 6]), pa.record_batch({"x": ["a", "b", None]}))


def test_the_first_bad_row_is_told_whichever_column_was_looked_at_first():
    batch = rows()
    batch.refuse(np.array([False, False, True]), "x", "is missing")
    batch.refuse(np.array([True, False, True]), "x", "is odd")
    with pytest.raises(BadInput, match=r"^f\.csv: row 4: column x: 'a' is odd$"):
        batch.report(Refusals())


def test_a_row_is_refused_once_and_for_its_first_reason(tmp_path):
    batch = rows()
    batch.refuse(np.array([False, True, True]), "x", "is wrong")
    batch.refuse_each({1: "is wrong again", 0: "is late"}, "x")
    refusals = Refusals(tmp_path / "r.csv", strict=False)
    refusals.start(["x"])
    batch.report(refusals)
    refusals.refuse("f.csv", 9, "has 3 columns", {}, "1,2,3")
    assert not (tmp_path / "r.csv").exists()
    assert refusals.keep() == tmp_path / "r.csv"
    with (tmp_path / "r.csv").open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [(r["row"], r["why"], r["x"], r["text"]) for r in found] == [
        ("4", "column x: 'a' is late", "a", ""),
        ("5", "column x: 'b' is wrong", "b", ""),
        ("6", "column x: is wrong", "", ""),
        ("9", "has 3 columns", "", "1,2,3"),
    ]
    assert refusals.count == 4
    assert batch.good.tolist() == [False, False, False]


def test_a_pass_without_columns_of_its_own_keeps_the_row_as_a_line_of_csv(tmp_path):
    cells = {"x": pa.array([b"a", b'say "b"', None]), "y": pa.array([1, 2, 3])}
    batch = Rows("f.csv", np.array([4, 5, 6]), pa.record_batch(cells | {"id": ["i", "j", "k"]}))
    batch.refuse(np.array([False, True, True]), "x", "is wrong")
    refusals = Refusals(tmp_path / "r.csv", strict=False)
    refusals.start(())
    batch.report(refusals, pa.record_batch(cells))
    refusals.refuse("f.csv", 9, "has 3 columns", {}, "1,2,3")
    refusals.keep()
    with (tmp_path / "r.csv").open(newline="") as stream:
        texts = [row["text"] for row in csv.DictReader(stream)]
    assert texts == ['"say ""b""",2', ",3", "1,2,3"]


def test_starting_again_forgets_what_was_gathered(tmp_path):
    refusals = Refusals(tmp_path / "r.csv", strict=False)
    refusals.start(["x"])
    refusals.refuse("f", 1, "is wrong", {"x": 1})
    refusals.start(["x"])
    assert refusals.count == 0
    assert refusals.keep() is None
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_refused_rows_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    refusals = Refusals(tmp_path / "file" / "r.csv", strict=False)
    refusals.start(["x"])
    with pytest.raises(BadInput, match="cannot write"):
        refusals.refuse("f", 1, "is wrong", {"x": 1})


def test_what_was_left_out_is_told_in_a_sentence(tmp_path):
    assert left_out(1, None) == "1 bad row was left out"
    assert left_out(1_234, tmp_path) == f"1,234 bad rows were left out; see {tmp_path}"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (1_234, "row 1,234"),
        (np.int64(0), "row 0"),
        ("a", "row 'a'"),
        (1.5, "row '1.5'"),
        (("a", 1), "row \"('a', 1)\""),
        ("x" * 100, f"row '{'x' * 59}…"),
    ],
)
def test_a_row_is_named_by_its_number_or_another_index(row, named):
    assert row_named(row) == named
