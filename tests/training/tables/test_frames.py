"""Data frames of every kind give what files give, or one clear error."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from detector.history.history import UNDECIDED, UNKNOWN
from models.detectors import fingerprint_of
from tests.frames import FRAMES, arrow
from training.simulator import Marketplace, simulate
from training.tables.frames import KINDS, RowsLeftOut, history_of_frames, in_kind, kind_of
from training.tables.instants import instant_of
from training.tables.readers import read_history
from training.tables.reading.complaints import TIMES as COMPLAINT_TIMES

UNTIL = instant_of("2024-03-10T12:00:00")


@pytest.fixture(scope="module")
def market():
    return simulate(Marketplace(sellers=60, days=120, linked_share=0.5, groups=3), 3)


def rows(**columns):
    usual = {
        "complaint_id": ["c0", "c1", "c2"],
        "seller_id": ["s1", "s2", "s1"],
        "filed_at": ["2024-05-01", "2024-05-02", "2024-05-03"],
        "category": ["damaged"] * 3,
    }
    return {name: value for name, value in (usual | columns).items() if value is not None}


def read(complaints, orders=None, **options):
    return history_of_frames(complaints, orders, warn=pytest.fail, **options)


def refusal(complaints, orders=None):
    with pytest.raises(BadInput) as caught:
        read(complaints, orders)
    return str(caught.value)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("until", [None, UNTIL])
def test_every_kind_of_frame_gives_the_history_of_the_files(market, tmp_path, kind, until):
    for name in ("complaints", "orders"):
        pq.write_table(getattr(market, name), tmp_path / f"{name}.parquet")
    files = read_history(tmp_path / "complaints.parquet", tmp_path / "orders.parquet", until=until)
    made = FRAMES[kind]
    frames = read(made(market.complaints), made(market.orders), until=until)
    assert fingerprint_of(frames) == fingerprint_of(files)
    assert (frames.sellers, frames.groups) == (files.sellers, files.groups)


def test_a_frame_that_was_read_is_as_it_was(market):
    complaints, orders = market.complaints.to_pandas(), market.orders.to_pandas()
    complaints["filed_at"] = complaints["filed_at"].astype("int64")
    before = complaints.copy(deep=True), orders.copy(deep=True)
    read(complaints, orders)
    pd.testing.assert_frame_equal(complaints, before[0])
    pd.testing.assert_frame_equal(orders, before[1])


TOKYO = timezone(timedelta(hours=9))
TIMES = {
    "texts": ["2024-05-01T03:00:00Z", "2024-05-01T12:00:00+09:00", "2024-05-01T03:00:00"],
    "microseconds": [1_714_532_400_000_000] * 3,
    "naive": [pd.Timestamp("2024-05-01T03:00").to_pydatetime()] * 3,
    "zoned": [datetime(2024, 5, 1, 12, tzinfo=TOKYO)] * 3,
    "mixed zones": [
        datetime(2024, 5, 1, 12, tzinfo=TOKYO),
        datetime(2024, 5, 1, 3, tzinfo=UTC),
        pd.Timestamp("2024-05-01T05:00", tz="Europe/Berlin"),
    ],
    "nanoseconds": np.array(["2024-05-01T03:00:00.000000999"] * 3, dtype="datetime64[ns]"),
    "seconds": np.array(["2024-05-01T03:00:00"] * 3, dtype="datetime64[s]"),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_of_every_kind_are_the_same_instant(kind):
    series = pd.Series(TIMES[kind], dtype=object if kind == "mixed zones" else None)
    found = read(pd.DataFrame(rows(filed_at=series))).complaints.filed_at
    assert set(found.tolist()) == {instant_of("2024-05-01T03:00:00")}


@pytest.mark.parametrize("column", COMPLAINT_TIMES)
def test_every_time_of_a_complaint_may_be_whole_microseconds(column):
    said = {"outcome": ["upheld"] * 3, "decided_at": ["2024-06-02"] * 3, "evidence_count": [1] * 3}
    texts = pd.DataFrame(rows(**said) | {column: ["2024-06-01"] * 3})
    numbers = texts.assign(**{column: [instant_of("2024-06-01")] * 3})
    assert fingerprint_of(read(numbers)) == fingerprint_of(read(texts))


def test_dates_are_their_midnights():
    found = read(pd.DataFrame(rows(filed_at=[date(2024, 5, 1)] * 3))).complaints.filed_at
    assert set(found.tolist()) == {instant_of("2024-05-01")}


@pytest.mark.parametrize("kind", ["Int64", "float64", "datetime64[us]"])
def test_missing_times_of_a_decision_are_pending_ones(kind):
    decided = pd.Series([instant_of("2024-05-09"), None, None], dtype="Int64")
    outcome = ["upheld", None, None]
    frame = pd.DataFrame(rows(decided_at=decided.astype(kind), outcome=outcome))
    found = sorted(read(frame).complaints.decided_at.tolist())
    assert found == [instant_of("2024-05-09"), UNDECIDED, UNDECIDED]


@pytest.mark.parametrize(
    "sellers",
    [
        pd.Categorical(["s1", "s2", "s1"]),
        pd.array(["s1", "s2", "s1"], dtype="string"),
        pd.Series(["s1", "s2", "s1"], dtype=pd.ArrowDtype(pa.large_string())),
        pd.Series(["s1", "s2", "s1"], dtype=object),
    ],
)
def test_sellers_may_be_categories_and_texts_of_any_kind(sellers):
    assert read(pd.DataFrame(rows(seller_id=sellers))).sellers == ("s1", "s2")


@pytest.mark.parametrize(
    "sellers",
    [[7, 8, 7], pd.Categorical([7, 8, 7]), pd.array([7, 8, 7], dtype="Int64")],
)
def test_sellers_may_be_whole_numbers(sellers):
    assert read(pd.DataFrame(rows(seller_id=sellers))).sellers == ("7", "8")


def test_sellers_of_a_polars_enum_are_texts():
    frame = pl.DataFrame(rows()).with_columns(pl.col("seller_id").cast(pl.Enum(["s2", "s1", "x"])))
    assert read(frame).sellers == ("s1", "s2")


def test_uuids_are_texts():
    ids = [UUID(int=number) for number in range(3)]
    assert read(pd.DataFrame(rows(seller_id=ids))).sellers == tuple(map(str, ids))


def test_nullable_integers_count_and_may_be_missing():
    evidence = pd.array([2, None, 0], dtype="Int64")
    found = read(pd.DataFrame(rows(evidence_count=evidence))).complaints.evidence
    assert sorted(found.tolist()) == [UNKNOWN, 0, 2]


@pytest.mark.parametrize(
    "groups",
    [
        pd.Series(["north", None, "south"]),
        pd.Series(["north", np.nan, "south"], dtype="category"),
        pd.Series(["north", pd.NA, "south"], dtype="string"),
    ],
)
def test_groups_of_any_kind_are_texts_and_missing_ones_none(groups):
    history = read(pd.DataFrame(rows(group=groups)))
    assert history.groups == ("north", "south")
    # By seller: the second complaint is about another one.
    assert history.complaints.group.tolist() == [0, 1, UNKNOWN]


def test_a_frame_of_one_row_is_a_history():
    history = read(pd.DataFrame(rows()).head(1))
    assert history.sellers == ("s1",)


@pytest.mark.parametrize("kind", FRAMES)
def test_an_empty_frame_is_an_empty_history(market, kind):
    made = FRAMES[kind]
    history = read(made(market.complaints.slice(0, 0)), made(market.orders.slice(0, 0)))
    assert history.sellers == ()
    assert len(history.complaints) == 0


def test_a_frame_without_columns_lacks_them():
    missing = "missing column complaint_id, seller_id, filed_at, category; found none"
    assert refusal(pd.DataFrame()) == f"complaints: {missing}"


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_of_foreign_columns_lacks_ours(kind):
    made, foreign = FRAMES[kind], pa.table({"when": ["2024-05-01"], "whom": ["s1"]})
    missing = "missing column complaint_id, seller_id, filed_at, category; found when, whom"
    assert refusal(made(foreign)) == f"complaints: {missing}"
    said = refusal(made(pa.table(rows())), made(foreign))
    assert said.startswith("orders: no orders table; it needs columns seller_id, day, orders")


def at(label, frame=None):
    """Three good rows and one whose index is `label`."""
    return pd.DataFrame(rows() if frame is None else frame, index=["a", "b", label])


BAD = {
    "a missing column": (
        pd.DataFrame(rows(category=None)),
        "complaints: missing column category; found complaint_id, seller_id, filed_at",
    ),
    "two columns of one name": (
        pd.concat([pd.DataFrame(rows()), pd.DataFrame(rows())[["category"]]], axis=1),
        "complaints: two columns are named 'category'; keep one",
    ),
    "two columns of one name in Arrow": (
        pa.table([["c0"], ["c1"]], names=["category", "category"]),
        "complaints: two columns are named 'category'; keep one",
    ),
    "NaT": (
        pd.DataFrame(rows(filed_at=pd.to_datetime(["2024-05-01", None, "2024-05-02"]))),
        "complaints: row 1: column filed_at: is missing",
    ),
    "a missing text": (
        pd.DataFrame(rows(seller_id=["s1", None, "s2"]), index=[10, 1_200, 30]),
        "complaints: row 1,200: column seller_id: is missing",
    ),
    "an index of texts": (
        at("the last", rows(filed_at=["2024-05-01", "2024-05-02", "31/05/2024"])),
        "complaints: row 'the last': column filed_at: '31/05/2024' is not a time; ISO 8601 is "
        "wanted, such as 2024-05-01 or 2024-05-01T12:00:00Z",
    ),
    "an index of times": (
        at("x", rows(category=["damaged", "damaged", ""])).set_index(
            pd.date_range("2024-05-01", periods=3)
        ),
        "complaints: row '2024-05-03T00:00:00",
    ),
    "an index of two levels": (
        pd.DataFrame(
            rows(category=["damaged", "damaged", ""]),
            index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
        ),
        "complaints: row \"('b', 1)\": column category: is missing",
    ),
    "Polars": (
        pl.DataFrame(rows(filed_at=["2024-05-01", "2024-05-02", "soon"])),
        "complaints: row 2: column filed_at: 'soon' is not a time",
    ),
    "repeated ids": (
        at("x", rows(complaint_id=["c0", "c1", "c0"])),
        "complaints: row 'x': column complaint_id: 'c0' is already on row 'a' of complaints",
    ),
    "numbers for sellers": (
        pd.DataFrame(rows(seller_id=[1.5, 2.5, 3.5])),
        "complaints: column seller_id is of type double; text or whole numbers are wanted",
    ),
    "booleans for sellers": (
        pd.DataFrame(rows(seller_id=[True, False, True])),
        "complaints: column seller_id is of type bool; text or whole numbers are wanted",
    ),
    "periods for times": (
        pd.DataFrame(rows(filed_at=pd.period_range("2024-05-01", periods=3))),
        "complaints: column filed_at is of type extension<pandas.period<ArrowPeriodType>>; "
        "timestamps, dates or ISO 8601 texts are wanted",
    ),
    "fractions for times": (
        pd.DataFrame(rows(filed_at=[1e15 + 0.5] * 3)),
        "complaints: column filed_at is of type double; timestamps, dates or ISO 8601 texts are",
    ),
    "seconds for microseconds": (
        at("x", rows(filed_at=[1_714_532_400_000_000, 1_714_532_400_000_000, 1_714_532_400])),
        "complaints: row 'x': column filed_at: 1714532400 would lie before March 1973 as "
        "microseconds; multiply seconds by 1,000,000",
    ),
    "nanoseconds for microseconds": (
        pd.DataFrame(rows(filed_at=[1_714_532_400_000_000_000] * 3)),
        "complaints: row 0: column filed_at: 1714532400000000000 would lie after the year 8999 as "
        "microseconds; divide nanoseconds by 1,000",
    ),
    "texts and numbers": (
        at("x", rows(seller_id=["s1", None, 7])),
        "complaints: column seller_id: row 'x' holds 7 (int) and row 'a' 's1' (str); make it one",
    ),
    "dates and texts": (
        pd.DataFrame(rows(filed_at=[date(2024, 5, 1), "2024-05-02", "2024-05-03"])),
        "complaints: column filed_at: row 1 holds '2024-05-02' (str) and row 0 ",
    ),
    "complex numbers": (
        pd.DataFrame(rows(seller_id=[1j, 2j, 3j])),
        "complaints: column seller_id: cannot be read (Unsupported numpy type",
    ),
    "lone surrogates": (
        pd.DataFrame(rows(seller_id=pd.Series(["a", "b", "\ud800"], dtype=object))),
        "complaints: column seller_id: cannot be read ('utf-8' codec can't encode",
    ),
    "numbers too large": (
        pd.DataFrame(rows(seller_id=pd.Series([1, 2, 2**70], dtype=object))),
        "complaints: column seller_id: cannot be read (Python int too large",
    ),
    "objects of Polars": (
        pl.DataFrame(rows(seller_id=[object()] * 3)),
        "complaints: column seller_id is of type fixed_size_binary[8]; text or whole numbers are",
    ),
    "structures": (
        pl.DataFrame(rows(seller_id=[{"id": 1}] * 3)),
        "complaints: column seller_id is of type struct<id: int64>; text or whole numbers are",
    ),
    "a path": (
        "complaints.csv",
        "complaints: is of type str; read the file first: a data frame of pandas, Polars, PyArrow",
    ),
    "a list": ([{"seller_id": "s1"}], "complaints: is of type list; a data frame of pandas,"),
    "a series": (pl.Series([1]), "complaints: is of type Series; a data frame of pandas,"),
    "nothing": (None, "complaints: is of type NoneType; a data frame of pandas,"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_frame_is_refused_in_one_clear_sentence(fault):
    frame, said = BAD[fault]
    found = refusal(frame)
    assert said in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ({"seller_id": ["s1"], "day": ["2024-05-01"]}, "orders: missing column orders; found"),
        (
            {"seller_id": ["s1"] * 2, "day": ["2024-05-01"] * 2, "orders": [1, 2]},
            "orders: row 1: column day: '2024-05-01' is already on row 0 of orders",
        ),
        (
            {"seller_id": ["s1"], "day": [19_844], "orders": [1]},
            "orders: row 0: column day: 19844 would lie before March 1973 as microseconds",
        ),
        (
            {"seller_id": ["s1"], "day": ["2024-05-01"], "orders": [-1]},
            "orders: row 0: column orders: -1 is negative",
        ),
        (
            {"seller_id": ["s1"], "day": ["2024-05-01"], "orders": [1.5]},
            "orders: row 0: column orders: 1.5 is not a whole number",
        ),
    ],
)
def test_bad_orders_are_refused_as_well(orders, said):
    assert said in refusal(pd.DataFrame(rows()), pd.DataFrame(orders))


@pytest.mark.parametrize(("column", "shape"), [("day", "orders"), ("ordered_at", "order_id")])
def test_every_time_of_an_order_may_be_whole_microseconds(column, shape):
    texts = pd.DataFrame({"seller_id": ["s1"], column: ["2024-06-01"], shape: [1]})
    numbers = texts.assign(**{column: [instant_of("2024-06-01")]})
    found = [read(pd.DataFrame(rows()), orders).orders for orders in (texts, numbers)]
    assert found[0].day.tolist() == found[1].day.tolist() == [19_875]


def bad_rows():
    """Two good complaints and, between them, one for each kind of fault."""
    return rows(
        complaint_id=["c0", "c1", "c0", "c3", "c4"],
        seller_id=["s1", "s2", "s3", None, "s1"],
        filed_at=["2024-05-01", "soon", "2024-05-03", "2024-05-04", "2024-05-05"],
        category=["damaged"] * 5,
    )


def skipped(complaints, orders=None):
    """What is read, the rows left out of both tables, and what is said."""
    said = []
    left_out = [RowsLeftOut(name, strict=False) for name in ("bad complaints", "bad orders")]
    found = history_of_frames(
        complaints, orders, refused=left_out[0], refused_orders=left_out[1], warn=said.append
    )
    return found, *(one.table() for one in left_out), said


@pytest.mark.parametrize("kind", FRAMES)
def test_bad_rows_are_left_out_as_those_of_a_file_are(tmp_path, kind):
    table = pa.table(bad_rows())
    pq.write_table(table, tmp_path / "x.parquet")
    of_file = read_history(tmp_path / "x.parquet", on_bad_rows="skip", beside=tmp_path / "out")
    refused = pd.read_csv(tmp_path / "out.refused-complaints.csv")
    frame = FRAMES[kind](table)
    found, left_out, _, said = skipped(frame)
    assert fingerprint_of(found) == fingerprint_of(of_file)
    assert said == ["complaints: 3 bad rows were left out; see bad complaints"]
    index = frame.index if isinstance(frame, pd.DataFrame) else range(5)
    assert left_out["row"].to_pylist() == [index[row - 1] for row in refused["row"]]
    file, first = f"row 1 of {tmp_path / 'x.parquet'}", f"row {index[0]} of complaints"
    assert left_out["why"].to_pylist() == [why.replace(file, first) for why in refused["why"]]
    for name in table.column_names:
        assert left_out[name].to_pylist() == refused[name].replace({np.nan: None}).tolist()


def test_bad_orders_are_left_out_as_well():
    orders = {"seller_id": ["s1"] * 3, "day": ["2024-05-01", "2024-05-02", "2024-05-02"]}
    frame = pd.DataFrame(orders | {"orders": [2, 3, -1]}, index=["a", "b", "b"])
    found, complaints, left_out, said = skipped(pd.DataFrame(rows()), frame)
    assert complaints.to_pydict() == {"row": [], "why": []}
    assert left_out["row"].to_pylist() == ["b"]
    assert left_out["why"].to_pylist() == ["column orders: -1 is negative"]
    assert found.orders.count.tolist() == [2.0, 3.0]
    assert said == ["orders: 1 bad row was left out; see bad orders"]


def test_numbers_that_are_no_microseconds_are_left_out_and_the_others_read():
    good = instant_of("2024-05-01")
    times = [good, good // 1_000_000, good * 1_000]
    found, left_out, *_ = skipped(pd.DataFrame(rows(filed_at=times), index=["a", 2, "c"]))
    assert found.complaints.filed_at.tolist() == [good]
    assert left_out["row"].to_pylist() == ["2", "c"]
    assert left_out["filed_at"].to_pylist() == times[1:]
    assert [why[: why.index("as")] for why in left_out["why"].to_pylist()] == [
        f"column filed_at: {times[1]} would lie before March 1973 ",
        f"column filed_at: {times[2]} would lie after the year 8999 ",
    ]


def test_a_column_of_a_wrong_type_is_refused_all_the_same():
    with pytest.raises(BadInput, match="column seller_id is of type double"):
        skipped(pd.DataFrame(rows(seller_id=[1.5, 2.5, 3.5])))


def test_times_after_now_are_refused():
    with pytest.raises(BadInput, match="row 2: column filed_at: '2024-05-03' lies in the future"):
        read(pd.DataFrame(rows()), now=instant_of("2024-05-02"))


def test_unknown_columns_are_left_out_with_a_warning():
    said = []
    history_of_frames(pd.DataFrame(rows(order_ID=["o1", "o2", "o3"])), warn=said.append)
    assert said == ["complaints: column 'order_ID' is unknown and left out"]


def test_columns_of_any_names_and_types_may_stand_beside():
    frame = pd.DataFrame(rows())
    frame[0] = [object(), 1, "x"]
    said = []
    history_of_frames(frame, warn=said.append)
    assert said == ["complaints: column '0' is unknown and left out"]


TABLE = pa.table({"seller_id": ["s1", "s2", "s3"], "score": [0.1, 2.0, 3.0], "n": [1, 2, 3]})
LISTS = TABLE.append_column("reasons", pa.array([["a", "b"], [], ["c"]], pa.list_(pa.string())))


@pytest.mark.parametrize("kind", FRAMES)
def test_results_come_in_the_callers_kind(kind):
    handed_back = in_kind(LISTS, kind_of(FRAMES[kind](TABLE)))
    library = type(handed_back).__module__.partition(".")[0].removeprefix("_")
    wanted = {"batches": "pyarrow", "stream": "pyarrow"}.get(kind, kind.partition(",")[0])
    assert library == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_of_each_kind_holds_the_tables_values(kind):
    assert arrow(in_kind(LISTS, kind)).to_pydict() == LISTS.to_pydict()


def test_there_are_no_other_kinds():
    with pytest.raises(BadInput, match="'dask' is no kind of frame; there are pandas, polars"):
        in_kind(TABLE, "dask")
