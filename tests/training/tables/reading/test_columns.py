from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.instants import LATEST
from training.tables.reading.columns import counts_in, instants_in, texts_in
from training.tables.reading.refusals import Refusals, Rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(1, LATEST - 1).map(
    lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
)


def rows_of(column):
    batch = pa.record_batch({"x": column})
    return Rows("f", np.arange(1, batch.num_rows + 1), batch)


def instants(column, **options):
    return instants_in(rows_of(column), "x", required=True, now=None, **options)[0].tolist()


@given(st.lists(MOMENTS, min_size=1))
def test_a_moment_is_the_same_instant_in_every_type(moments):
    wanted = [(moment - EPOCH) // timedelta(microseconds=1) for moment in moments]
    written = [moment.isoformat() for moment in moments]
    assert instants(pa.array(wanted, pa.timestamp("us"))) == wanted
    assert instants(pa.array(wanted, pa.timestamp("us", "Asia/Tokyo"))) == wanted
    assert instants(pa.array(written)) == wanted
    assert instants(pa.array([text.replace("+00:00", "Z") for text in written])) == wanted
    assert instants(pa.array([text.replace("+00:00", "") for text in written])) == wanted
    assert instants(pa.array([text.encode() for text in written]).dictionary_encode()) == wanted


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_times_are_rounded_down_to_the_microsecond(unit):
    ticks = {"s": 7, "ms": 7_001, "ns": 7_000_001_999}[unit]
    wanted = {"s": 7_000_000, "ms": 7_001_000, "ns": 7_000_001}[unit]
    assert instants(pa.array([ticks], pa.timestamp(unit))) == [wanted]


def test_one_text_that_is_no_time_refuses_its_row_and_leaves_the_others():
    rows = rows_of(["2024-05-01", "soon", "2024-05-01T00:00:00+01:00"])
    found, present = instants_in(rows, "x", required=True, now=None)
    assert present.all()
    assert rows.good.tolist() == [True, False, True]
    assert found[0] - found[2] == 3_600_000_000


@pytest.mark.parametrize(
    "late",
    [
        pa.array(["9000-01-01"]),
        pa.array(["9999-12-31T23:59:59-23:59"]),
        pa.array(["9999-12-31T23:59:59.9999999-23:59"]),
        pa.array([LATEST], pa.timestamp("us", "UTC")),
    ],
)
def test_a_time_after_the_last_year_refuses_its_row(late):
    rows = rows_of(late)
    instants_in(rows, "x", required=True, now=None)
    assert not rows.good.any()


@pytest.mark.parametrize("number", ["1714564800000", "1714564800", " 1714564800.5 ", "0"])
def test_a_number_for_a_time_is_refused_for_what_it_leaves_open(number):
    rows, refusals = rows_of(pa.array([number])), Refusals()
    instants_in(rows, "x", required=True, now=None)
    with pytest.raises(BadInput, match="does not say whether it counts seconds, milliseconds"):
        rows.report(refusals)


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        (pa.array(["0", " 7 ", "3.0", "+4"]), [0, 7, 3, 4]),
        (pa.array([1, 2], pa.uint64()), [1, 2]),
        (pa.array([1.0, 2.0], pa.float32()), [1, 2]),
        (pa.array([1, 2], pa.int8()).dictionary_encode(), [1, 2]),
    ],
    ids=["text", "uint64", "float32", "dictionary"],
)
def test_counts_are_whole_numbers_however_they_are_written(column, wanted):
    assert counts_in(rows_of(column), "x", required=True)[0].tolist() == wanted


@pytest.mark.parametrize("text", ["", "1e3", "１", "0x1", "1.5", "-1", "9999999999999999999999"])
def test_what_is_no_count_refuses_its_row(text):
    rows = rows_of([text, "1"])
    counts_in(rows, "x", required=True)
    assert rows.good.tolist() == [False, True]


def test_infinite_counts_are_refused_and_nan_is_missing():
    rows = rows_of([float("inf"), float("nan"), 1.0])
    _, present = counts_in(rows, "x", required=False)
    assert present.tolist() == [True, False, True]
    assert rows.good.tolist() == [False, True, True]


def test_an_empty_text_is_a_missing_one():
    assert texts_in(rows_of(["", "a", None]), "x", required=False).null_count == 2
    assert texts_in(rows_of(pa.nulls(3)), "x", required=False).null_count == 3


@pytest.mark.parametrize("reader", [texts_in, counts_in, instants_in])
def test_a_column_of_a_wrong_type_refuses_the_table(reader):
    options = {"now": None} if reader is instants_in else {}
    with pytest.raises(BadInput, match="f: column x is of type bool"):
        reader(rows_of([True]), "x", required=True, **options)


@given(st.lists(st.none() | st.uuids()))
def test_uuids_are_their_usual_writing(ids):
    storage = pa.array([one and one.bytes for one in ids], pa.binary(16))
    column = pa.ExtensionArray.from_storage(pa.uuid(), storage)
    wanted = [one and str(one) for one in ids]
    assert texts_in(rows_of(column), "x", required=False).to_pylist() == wanted
    half = len(ids) // 2
    assert texts_in(rows_of(column[half:]), "x", required=False).to_pylist() == wanted[half:]
