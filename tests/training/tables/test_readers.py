"""Reading files as people have them: right answers, or one clear error."""

import gzip
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.building import history_of
from detector.history.history import UNDECIDED, UNKNOWN, Outcome
from tests.parts import IN_CI
from training.simulator import Marketplace, simulate
from training.tables.instants import instant_of
from training.tables.readers import read_history

REAL = Path(__file__).parents[4] / "shared/data/consumidor-gov-br/complaints.parquet"
HEADER = "complaint_id,seller_id,filed_at,category\n"
GOOD = HEADER + "c1,s1,2024-05-01,damaged\nc2,s2,2024-05-02T10:00:00Z,not_received\n"
DAILY = "seller_id,day,orders\n"
RAW = "order_id,seller_id,ordered_at\n"


def file(tmp_path, content, name="complaints.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(tmp_path, name="complaints.parquet", rows=2, **columns):
    usual = {
        "complaint_id": [f"c{n}" for n in range(rows)],
        "seller_id": ["s1"] * rows,
        "filed_at": [datetime(2024, 5, 1, tzinfo=UTC)] * rows,
        "category": ["damaged"] * rows,
    }
    table = {k: v for k, v in (usual | columns).items() if v is not None}
    pq.write_table(pa.table(table), tmp_path / name)
    return tmp_path / name


def same(first, second):
    assert first.sellers == second.sellers
    assert first.categories == second.categories
    for name in ("seller", "filed_at", "category", "evidence", "outcome", "decided_at"):
        np.testing.assert_array_equal(
            getattr(first.complaints, name), getattr(second.complaints, name)
        )
    if first.complaints.buyer is not None:
        pairs = set(
            zip(first.complaints.buyer.tolist(), second.complaints.buyer.tolist(), strict=True)
        )
        assert len(pairs) == len(set(first.complaints.buyer.tolist()))
        assert len(pairs) == len(set(second.complaints.buyer.tolist()))
    for name in ("seller", "day", "count"):
        np.testing.assert_array_equal(getattr(first.orders, name), getattr(second.orders, name))


@pytest.fixture(scope="module")
def market():
    return simulate(Marketplace(sellers=60, days=120), 3)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "csv.gz"])
def test_every_kind_of_file_gives_the_same_history(market, tmp_path, suffix):
    for name in ("complaints", "orders"):
        table = getattr(market, name)
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "parquet":
            pq.write_table(table, path)
            continue
        plain = pa.table({n: table[n].cast(pa.string()) for n in table.column_names})
        with (
            pa.CompressedOutputStream(str(path), "gzip")
            if suffix == "csv.gz"
            else path.open("wb") as out
        ):
            pa_csv.write_csv(plain, out)
    read = read_history(tmp_path / f"complaints.{suffix}", tmp_path / f"orders.{suffix}")
    same(read, market.history())


def test_rows_in_any_order_give_the_same_history(market, tmp_path):
    rng = np.random.default_rng(1)
    for name in ("complaints", "orders"):
        table = getattr(market, name)
        pq.write_table(table.take(rng.permutation(table.num_rows)), tmp_path / f"{name}.parquet")
    read = read_history(tmp_path / "complaints.parquet", tmp_path / "orders.parquet")
    same(read, market.history())


def test_a_directory_of_parts_is_one_table(market, tmp_path):
    parts = tmp_path / "complaints"
    parts.mkdir()
    for number in range(3):
        rows = market.complaints.slice(number * 100, 100)
        pq.write_table(rows, parts / f"part-{number}.snappy.parquet")
    (parts / "_SUCCESS").write_text("")
    assert len(read_history(parts).complaints) == 300


def test_until_leaves_no_trace_of_what_comes_later(market, tmp_path):
    pq.write_table(market.complaints, tmp_path / "c.parquet")
    pq.write_table(market.orders, tmp_path / "o.parquet")
    until = instant_of("2024-02-10T12:00:00")
    read = read_history(tmp_path / "c.parquet", tmp_path / "o.parquet", until=until)
    same(read.as_of(until), market.history().as_of(until))
    assert read.complaints.filed_at.max() < until
    assert (int(read.orders.day.max()) + 1) * DAY_US <= until
    assert read.sellers == market.history().as_of(until).sellers


def test_optional_columns_are_read_and_may_be_empty(tmp_path):
    text = (
        HEADER.strip() + ",buyer_id,evidence_count,outcome,decided_at\n"
        "c1,s1,2024-05-01,damaged,b1,2,upheld,2024-05-03\n"
        "c2,s1,2024-05-02,damaged,,,,\n"
        "c3,s1,2024-05-03,damaged,b1,0,pending,\n"
    )
    table = read_history(file(tmp_path, text)).complaints
    assert table.buyer[0] == table.buyer[2] != UNKNOWN
    assert table.buyer[1] == UNKNOWN
    assert table.evidence.tolist() == [2, UNKNOWN, 0]
    assert table.outcome.tolist() == [Outcome.UPHELD, Outcome.PENDING, Outcome.PENDING]
    assert table.decided_at.tolist() == [instant_of("2024-05-03"), UNDECIDED, UNDECIDED]


def test_absent_optional_columns_are_none(tmp_path):
    table = read_history(file(tmp_path, GOOD)).complaints
    assert table.buyer is table.evidence is table.outcome is table.decided_at is None
    assert table.delay_days is None


def test_unknown_columns_are_left_out_with_a_warning(tmp_path):
    said = []
    read_history(file(tmp_path, "x y," + GOOD.replace("\nc", "\n?,c")), warn=said.append)
    assert len(said) == 1
    assert "column 'x y' is unknown and left out" in said[0]


@pytest.mark.parametrize(
    "ids",
    [
        ["a,b", 'quo"ted', "line\nbreak", "two\r\nlines"],
        ["émoji 😀", "日本", "\u202eright", " spaces "],
        ["x" * 10_000_000, "x" * 9_999_999, "y", "z"],
        ["1", "01", "1.0", "-1"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_strange_ids_are_ids_like_any_other(tmp_path, ids, kind):
    table = pa.table(
        {
            "complaint_id": ids,
            "seller_id": ids,
            "filed_at": ["2024-05-01"] * 4,
            "category": ["damaged"] * 4,
        }
    )
    path = tmp_path / f"c.{kind}"
    (pa_csv.write_csv if kind == "csv" else pq.write_table)(table, path)
    assert read_history(path).sellers == tuple(sorted(ids))


def test_bom_and_carriage_returns_are_no_matter(tmp_path):
    path = file(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_history(path).sellers == ("s1", "s2")


@pytest.mark.parametrize("header", [HEADER, HEADER.strip(), "\n\n" + HEADER])
def test_a_table_without_rows_is_an_empty_history(tmp_path, header):
    history = read_history(file(tmp_path, header))
    assert history.sellers == ()
    assert len(history.complaints) == 0


def test_an_empty_parquet_table_is_an_empty_history(tmp_path):
    path = parquet(tmp_path, rows=0)
    orders = file(tmp_path, DAILY, "orders.csv")
    assert len(read_history(path, orders).complaints) == 0


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1_714_564_800] * 2, pa.timestamp("s")),
        pa.array([1_714_564_800_000] * 2, pa.timestamp("ms", "UTC")),
        pa.array([1_714_564_800_000_000_001] * 2, pa.timestamp("ns")),
        pa.array([1_714_564_800_000_000] * 2, pa.timestamp("us", "America/Sao_Paulo")),
        ["2024-05-01T12:00:00Z", "2024-05-01 14:00:00+02:00"],
        ["2024-05-01T12", "2024-05-01T12:00:00.0000000001"],
        pa.array(["2024-05-01T12:00:00"] * 2).dictionary_encode(),
        pa.array([b"2024-05-01T12:00:00"] * 2),
    ],
    ids=lambda values: str(getattr(values, "type", values[0])),
)
def test_times_of_any_precision_and_zone_are_instants(tmp_path, values):
    history = read_history(parquet(tmp_path, filed_at=values))
    assert history.complaints.filed_at.tolist() == [1_714_564_800_000_000] * 2


def test_dates_are_midnights(tmp_path):
    history = read_history(parquet(tmp_path, filed_at=[date(2024, 5, 1), date(2024, 5, 2)]))
    assert history.complaints.filed_at.tolist() == [
        instant_of("2024-05-01"),
        instant_of("2024-05-02"),
    ]


def test_whole_numbers_are_ids_by_their_digits(tmp_path):
    path = parquet(tmp_path, complaint_id=[1, 2], seller_id=[Decimal(7), Decimal(10)])
    assert read_history(path).sellers == ("10", "7")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"complaint_id,seller_id\n1,2\n", "missing column filed_at, category; found complaint_id"),
        (HEADER.replace(",", ";").encode(), "separate columns by commas"),
        (b"a,a,seller_id\n", "two columns are named 'a'"),
        (b"\xff\xfea\x00", "names are not UTF-8"),
        (
            GOOD.replace("c2,s2", "c2,Caf\xe9").encode("latin-1"),
            "row 2: column seller_id: .* is not UTF-8",
        ),
        (
            GOOD.replace("2024-05-02T10:00:00Z", "31/02/2024").encode(),
            "row 2: column filed_at: '31/02/2024' is not a time",
        ),
        (GOOD.replace("s2", "").encode(), "row 2: column seller_id: is missing"),
        (GOOD.replace("2024-05-01", "").encode(), "row 1: column filed_at: is missing"),
        (
            GOOD.replace("2024-05-01", "1969-05-01").encode(),
            "row 1: column filed_at: '1969-05-01' lies before 1970",
        ),
        (
            GOOD.replace("c2", "c1").encode(),
            "row 2: column complaint_id: 'c1' is already on row 1 of",
        ),
        (GOOD.encode() + b"c3,s3\n", "row 3: 'c3,s3' has 2 columns where 4 are named"),
        (GOOD.encode() + b'c3,s3,2024-05-01,"dam', "closing quote is missing"),
        (GOOD.replace("damaged", '"damaged').encode(), "closing quote is missing"),
        (GOOD.replace("s1", '"s1').encode(), "row 1: .* has 2 columns where 4"),
    ],
)
def test_a_malformed_csv_is_one_clear_error(tmp_path, content, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_history(file(tmp_path, content))
    assert "complaints.csv" in str(refused.value)
    assert "\n" not in str(refused.value)


OPTIONAL = [
    ("evidence_count", "-1", "'-1' is negative"),
    ("evidence_count", "1.5", "'1.5' is not a whole number"),
    ("evidence_count", "99999999999", "is too large"),
    ("outcome", "maybe", "'maybe' is none of pending, upheld"),
    ("outcome", "upheld", "'upheld' needs a time in decided_at"),
    ("decided_at", "soon", None),
]


@pytest.mark.parametrize(("column", "value", "said"), OPTIONAL[:5])
def test_a_wrong_optional_value_is_refused_where_it_stands(tmp_path, column, value, said):
    text = HEADER.strip() + f",{column}\nc1,s1,2024-05-01,damaged,{value}\n"
    with pytest.raises(BadInput, match=f"row 1: column {column}: .*{said}"):
        read_history(file(tmp_path, text))


def test_a_column_of_recorded_at_that_means_something_else_is_refused_with_what_to_do(tmp_path):
    text = HEADER.strip() + ",recorded_at\nc1,s1,2024-05-01,damaged,phone\n"
    todo = "rename a column .* or have it left out by detector import tables --map recorded_at="
    with pytest.raises(BadInput, match=f"row 1: column recorded_at: 'phone' is not .*{todo}"):
        read_history(file(tmp_path, text))
    with pytest.raises(BadInput, match=f"column recorded_at is of type int64; .*{todo}"):
        read_history(parquet(tmp_path, recorded_at=[1, 2]))
    # A time before the complaint was filed refuses nothing.
    assert read_history(file(tmp_path, text.replace("phone", "2024-01-01"))).sellers == ("s1",)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"seller_id": [True, False]}, "column seller_id is of type bool"),
        ({"seller_id": [1.0, 2.0]}, "column seller_id is of type double"),
        ({"seller_id": [Decimal("1.5")] * 2}, "column seller_id is of type decimal"),
        ({"seller_id": [["s1"], ["s2"]]}, "column seller_id is of type list"),
        ({"filed_at": [1, 2]}, "column filed_at is of type int64; timestamps"),
        ({"filed_at": [None, None]}, "row 1: column filed_at: is missing"),
        ({"filed_at": pa.array([2**62, 0], pa.timestamp("ms"))}, "is no time of this calendar"),
        ({"filed_at": pa.array([2**30, 0], pa.date32())}, "calendar|cannot be read"),
        ({"category": None}, "missing column category"),
        ({"category": ["damaged", None]}, "row 2: column category: is missing"),
        ({"evidence_count": [True, False]}, "column evidence_count is of type bool"),
        ({"evidence_count": [0.5, 1.0]}, "0.5 is not a whole number"),
        ({"evidence_count": [1, 2**40]}, "is too large"),
        ({"outcome": [1, 2]}, "'1' is none of|1 is none of"),
        ({"complaint_id": ["same", "same"]}, "'same' is already on row 1"),
    ],
)
def test_a_malformed_parquet_is_one_clear_error(tmp_path, columns, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_history(parquet(tmp_path, **columns))
    assert "complaints.parquet" in str(refused.value)


def test_counts_as_pandas_writes_them_are_read(tmp_path):
    history = read_history(parquet(tmp_path, evidence_count=[2.0, float("nan")]))
    assert history.complaints.evidence.tolist() == [2, UNKNOWN]


@pytest.mark.parametrize("name", ["c.parquet", "c.csv.gz"])
def test_a_file_cut_short_is_refused(tmp_path, name):
    whole = (
        parquet(tmp_path).read_bytes() if "parquet" in name else gzip.compress(GOOD.encode() * 9)
    )
    with pytest.raises(BadInput, match=f"{name}: cannot be read"):
        read_history(file(tmp_path, whole[:-15], name))


def test_a_damaged_page_is_refused(tmp_path, market):
    path = tmp_path / "c.parquet"
    pq.write_table(market.complaints, path)
    content = bytearray(path.read_bytes())
    content[2_000:30_000] = os.urandom(28_000)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"c\.parquet: "):
        read_history(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("c.txt", b"x", "neither .parquet, .csv nor .csv.gz"),
        ("c.parquet", GOOD.encode(), "cannot be read"),
        ("c.csv.gz", GOOD.encode(), "cannot be read"),
        ("c.parquet", b"", "the file is empty"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, content, said):
    with pytest.raises(BadInput, match=said):
        read_history(file(tmp_path, content, name))


def test_places_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_history(tmp_path / "nothing.csv")
    with pytest.raises(BadInput, match="a directory without Parquet files"):
        read_history(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = file(tmp_path, GOOD)
    path.chmod(0)
    with pytest.raises(BadInput, match="Permission denied"):
        read_history(path)


def test_parts_may_differ_by_an_optional_column(tmp_path):
    parquet(tmp_path, "a.parquet")
    parquet(tmp_path, "b.parquet", complaint_id=["c8", "c9"], buyer_id=["b1", None])
    for way in ("refuse", "skip"):
        complaints = read_history(tmp_path, on_bad_rows=way).complaints
        assert len(complaints) == 4
        assert (complaints.buyer == UNKNOWN).sum() == 3


def test_parts_that_lack_a_required_column_are_refused(tmp_path):
    parquet(tmp_path, "a.parquet")
    parquet(tmp_path, "b.parquet", category=None)
    with pytest.raises(BadInput, match=r"b\.parquet: missing column category, which others have"):
        read_history(tmp_path)


def test_times_after_now_are_refused_where_now_is_known(tmp_path):
    now = instant_of("2024-05-02T00:00:00")
    with pytest.raises(BadInput, match=r"row 2: column filed_at: .* lies in the future"):
        read_history(file(tmp_path, GOOD), now=now)
    assert len(read_history(file(tmp_path, GOOD)).complaints) == 2


def test_rows_that_are_not_utf8_can_be_skipped_whatever_their_shape(tmp_path, recwarn):
    foreign = "c3,Caf\xe9,2024-05-01,damaged\nc4,\xe9\n".encode("latin-1")
    path = file(tmp_path, GOOD.encode() + foreign)
    history = read_history(path, on_bad_rows="skip", beside=tmp_path / "out")
    assert history.sellers == ("s1", "s2")
    refused = (tmp_path / "out.refused-complaints.csv").read_text()
    assert "not UTF-8" in refused
    assert "has 2 columns where 4 are named" in refused
    assert not recwarn.list


def test_parquet_texts_that_are_not_utf8_are_refused(tmp_path):
    foreign = pa.array([b"Caf\xe9", b"ok"]).view(pa.string())
    with pytest.raises(BadInput, match=r"row 1: column seller_id: .* is not UTF-8"):
        read_history(parquet(tmp_path, seller_id=foreign))


def test_a_huge_cell_is_not_printed(tmp_path):
    text = GOOD.replace("2024-05-01", "x" * 10_000_000)
    with pytest.raises(BadInput, match="row 1: column filed_at: 'xxx") as refused:
        read_history(file(tmp_path, text))
    assert len(str(refused.value)) < 400


def test_a_complaint_counts_until_it_is_withdrawn(tmp_path):
    text = HEADER.strip() + ",withdrawn_at\n"
    text += "c1,s1,2024-05-01,damaged,2024-05-04T12:00:00Z\nc2,s1,2024-05-02,damaged,\n"
    said = []
    history = read_history(file(tmp_path, text), warn=said.append)
    counts = [
        len(history.as_of(instant_of(when)).complaints)
        for when in ("2024-05-03", "2024-05-04T12:00:00Z", "2024-05-04T12:00:01Z")
    ]
    assert (counts, said) == ([2, 2, 1], [])
    before = read_history(
        file(tmp_path, text.replace("05-04T12:00:00Z", "04-30")), on_bad_rows="skip"
    )
    assert len(before.complaints) == 1
    with pytest.raises(
        BadInput, match="row 1: column withdrawn_at: '2024-04-30' is before filed_at"
    ):
        read_history(file(tmp_path, text.replace("05-04T12:00:00Z", "04-30")))


def test_evidence_that_came_later_counts_from_then_on(tmp_path):
    text = HEADER.strip() + ",evidence_count,evidence_at\n"
    text += "c1,s1,2024-05-01,damaged,2,2024-05-04T12:00:00Z\nc2,s1,2024-05-02,damaged,1,\n"
    text += "c3,s1,2024-05-02,damaged,0,\nc4,s1,2024-05-03,damaged,,\n"
    said = []
    history = read_history(file(tmp_path, text), warn=said.append)
    counts = [
        history.as_of(instant_of(when)).complaints.evidence.tolist()
        for when in ("2024-05-03", "2024-05-04T12:00:00Z", "2024-05-04T12:00:01Z")
    ]
    assert (counts, said) == ([[0, 1, 0], [0, 1, 0, -1], [2, 1, 0, -1]], [])


def test_when_complaints_were_recorded_is_known_where_a_file_says_it(tmp_path):
    text = HEADER.strip() + ",recorded_at\n"
    text += "c2,s1,2024-05-02,damaged,\nc1,s1,2024-05-01,damaged,2024-05-09\n"
    recorded = read_history(file(tmp_path, text)).complaints.recorded_at
    assert recorded.tolist() == [instant_of("2024-05-09"), UNKNOWN]
    with pytest.raises(BadInput, match="row 2: column recorded_at: 'x' is not a time"):
        read_history(file(tmp_path, text.replace("2024-05-09", "x")))


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("evidence_count,evidence_at", "2,2024-04-30", "'2024-04-30' is before filed_at"),
        ("evidence_count,evidence_at", "0,2024-05-02", "'2024-05-02' needs a number above 0 in"),
        ("evidence_count,evidence_at", ",2024-05-02", "'2024-05-02' needs a number above 0 in"),
        ("evidence_at", "2024-05-02", "'2024-05-02' needs a number above 0 in evidence_count"),
    ],
)
def test_a_time_of_evidence_that_says_nothing_is_refused(tmp_path, header, cells, why):
    text = f"{HEADER.strip()},{header}\nc1,s1,2024-05-01,damaged,{cells}\n"
    with pytest.raises(BadInput, match=f"row 1: column evidence_at: {why}"):
        read_history(file(tmp_path, text))


def groups_in(history):
    codes = history.complaints.group.tolist()
    return [None if code == UNKNOWN else history.groups[code] for code in codes]


def test_groups_are_read_by_name_and_none_where_empty(tmp_path):
    rows = [("c1", "south"), ("c2", ""), ("c3", "north"), ("c4", "south")]
    table = "".join(f"{one},s1,2024-05-0{one[1]},damaged,{group}\n" for one, group in rows)
    csv = read_history(file(tmp_path, HEADER.strip() + ",group\n" + table))
    assert csv.groups == ("north", "south")
    assert groups_in(csv) == ["south", None, "north", "south"]
    of_each = ["south", None, "north", "south"]
    other = read_history(parquet(tmp_path, rows=4, group=of_each))
    assert (other.groups, groups_in(other)) == (csv.groups, of_each)


def test_groups_that_are_numbers_are_named_by_their_digits(tmp_path):
    history = read_history(parquet(tmp_path, group=[7, None]))
    assert (history.groups, groups_in(history)) == (("7",), ["7", None])


def test_a_column_of_groups_without_any_is_as_none(tmp_path):
    history = read_history(parquet(tmp_path, group=pa.nulls(2, pa.string())))
    assert (history.groups, groups_in(history)) == ((), [None, None])


def test_a_column_that_holds_only_nan_is_one_that_nobody_filled(tmp_path):
    nan = [float("nan")] * 2
    history = read_history(parquet(tmp_path, group=nan, buyer_id=nan, evidence_count=nan))
    assert (history.groups, groups_in(history)) == ((), [None, None])
    with pytest.raises(BadInput, match=r"column seller_id: .* is missing"):
        read_history(parquet(tmp_path, seller_id=nan))


def test_parts_without_the_column_have_no_groups(tmp_path):
    (tmp_path / "parts").mkdir()
    parquet(tmp_path, "parts/a.parquet", complaint_id=["a", "b"], group=["north", "south"])
    parquet(tmp_path, "parts/b.parquet", complaint_id=["c", "d"])
    history = read_history(tmp_path / "parts")
    assert sorted(groups_in(history), key=str) == [None, None, "north", "south"]


def test_a_file_may_have_as_many_categories_as_rows(tmp_path):
    words = [f"text {n:06}" for n in range(70_000)]
    history = read_history(parquet(tmp_path, rows=len(words), category=words))
    assert history.categories == tuple(words)
    assert sorted(history.complaints.category.tolist()) == list(range(len(words)))


def test_skipping_writes_the_refused_rows_beside_the_output_and_goes_on(tmp_path):
    text = GOOD + "c3,s3,never,damaged\nc4\nc1,s4,2024-05-04,damaged\n,s5,2024-05-05,damaged\n"
    said = []
    path = file(tmp_path, text)
    history = read_history(path, on_bad_rows="skip", beside=tmp_path / "out.csv", warn=said.append)
    assert history.sellers == ("s1", "s2")
    lines = (tmp_path / "out.csv.refused-complaints.csv").read_text().splitlines()
    assert lines[0] == "file,row,why,complaint_id,seller_id,filed_at,category,text"
    assert {line.split(",")[1] for line in lines[1:]} == {"3", "4", "5", "6"}
    assert any("c3,s3,never,damaged" in line for line in lines)
    assert said == [
        f"{path}: 4 bad rows were left out; see {tmp_path}/out.csv.refused-complaints.csv"
    ]


def test_skipping_without_bad_rows_writes_nothing(tmp_path):
    read_history(file(tmp_path, GOOD), on_bad_rows="skip", beside=tmp_path / "out.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["complaints.csv"]


def test_a_refused_table_leaves_nothing_behind(tmp_path):
    path = file(tmp_path, GOOD + "c3,s3,never,damaged\n")
    orders = file(tmp_path, "what\n", "orders.csv")
    with pytest.raises(BadInput, match="no orders table"):
        read_history(path, orders, on_bad_rows="skip", beside=tmp_path / "out.csv")
    assert {p.name for p in tmp_path.iterdir()} == {"complaints.csv", "orders.csv"}


def test_raw_orders_are_counted_by_day_and_linked_to_complaints(tmp_path):
    text = (
        HEADER.strip() + ",order_id\n"
        "c1,s1,2024-05-04T12:00:00,damaged,o1\n"
        "c2,s1,2024-05-05,damaged,o9\n"
        "c3,s1,2024-05-06,damaged,\n"
        "c4,s1,2024-05-01,damaged,o3\n"
    )
    rows = (
        "o1,s1,2024-05-01T12:00:00\no2,s1,2024-05-01T18:00:00\no3,s1,2024-05-03\no4,s2,2024-05-03\n"
    )
    history = read_history(file(tmp_path, text), file(tmp_path, RAW + rows, "orders.csv"))
    assert history.sellers == ("s1", "s2")
    assert history.orders.count.tolist() == [2.0, 1.0, 1.0]
    by_time = history.complaints.delay_days[np.argsort(history.complaints.filed_at)]
    np.testing.assert_array_equal(by_time, np.array([np.nan, 3.0, np.nan, np.nan], np.float32))


def test_seller_days_with_revenue_are_read_as_they_are(tmp_path):
    orders = file(
        tmp_path, "day,seller_id,orders,revenue\n2024-05-02,s1,3,9.5\n2024-05-01,s1,2.0,\n", "o.csv"
    )
    said = []
    history = read_history(file(tmp_path, GOOD), orders, warn=said.append)
    assert history.orders.count.tolist() == [2.0, 3.0]
    assert said == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seller_id,day\n", "missing column orders"),
        ("order_id,seller_id\n", "missing column ordered_at"),
        ("a,b\n", "no orders table"),
        (DAILY + "s1,2024-05-01,-1\n", "row 1: column orders: '-1' is negative"),
        (DAILY + "s1,2024-05-01,\n", "row 1: column orders: is missing"),
        (DAILY + "s1,2024-05-01,many\n", "'many' is not a whole number"),
        (DAILY + "s1,May,1\n", "column day: 'May' is not a time"),
        (DAILY + ",2024-05-01,1\n", "column seller_id: is missing"),
        (
            DAILY + "s1,2024-05-01,1\ns2,2024-05-01,1\ns1,2024-05-01,2",
            "row 3: .*'2024-05-01' is already on row 1",
        ),
        (RAW + "o1,s1,2024-05-01\no1,s2,2024-05-02\n", "row 2: .*'o1' is already on row 1"),
        (RAW + "o1,s1,\n", "row 1: column ordered_at: is missing"),
        (RAW + "o1,s1\n", "has 2 columns where 3"),
    ],
)
def test_malformed_orders_are_one_clear_error(tmp_path, content, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_history(file(tmp_path, GOOD), file(tmp_path, content, "orders.csv"))
    assert "orders.csv" in str(refused.value)


def test_bad_orders_can_be_skipped_too(tmp_path):
    rows = "s1,2024-05-01,1\ns1,2024-05-01,2\ns3,2024-05-01,-4\n"
    orders = file(tmp_path, DAILY + rows, "orders.csv")
    out = tmp_path / "scores.parquet"
    history = read_history(file(tmp_path, GOOD), orders, on_bad_rows="skip", beside=out)
    assert history.orders.count.tolist() == [1.0]
    assert history.sellers == ("s1", "s2")
    refused = (tmp_path / "scores.parquet.refused-orders.csv").read_text().splitlines()
    assert len(refused) == 3


def test_another_way_with_bad_rows_is_refused(tmp_path):
    with pytest.raises(BadInput, match="one of refuse, skip"):
        read_history(file(tmp_path, GOOD), on_bad_rows="ignore")


def test_reading_agrees_with_building_from_columns(tmp_path):
    built = history_of(
        {
            "seller_id": ["s1", "s2"],
            "filed_at": [instant_of("2024-05-01"), instant_of("2024-05-02T10:00:00Z")],
            "category": ["damaged", "not_received"],
        },
        {"seller_id": ["s1"], "day": [19_844], "orders": [2]},
    )
    orders = file(tmp_path, DAILY + "s1,2024-05-01,2\n", "orders.csv")
    same(read_history(file(tmp_path, GOOD), orders), built)


@pytest.mark.real_data
@pytest.mark.skipif(
    not REAL.exists() and not IN_CI, reason="the real complaints are not beside the project"
)
def test_the_real_complaints_are_read():
    history = read_history(REAL)
    assert len(history.complaints) == 45_772
    assert len(history.sellers) == 179
    assert history.orders is None
