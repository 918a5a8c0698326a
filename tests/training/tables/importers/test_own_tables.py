"""Tables much like our own are read as if they were."""

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.errors import BadInput
from training.tables.importers import import_dumps
from training.tables.readers import read_history

HEADER = "complaint_id,seller_id,filed_at,category\n"
COUNTS = "seller_id,day,category,n\n"


def imported(tmp_path, *texts, said=None, **options):
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"file{number}.csv")
        paths[-1].write_text(text)
    warn = (lambda sentence: None) if said is None else said.append  # noqa: ARG005
    import_dumps("tables", paths, tmp_path / "out", warn=warn, **options)
    return pq.read_table(tmp_path / "out" / "complaints.parquet").to_pylist()


counted_days = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 28), st.integers(0, 4)),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[:2],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(counted_days)
def test_a_history_of_counts_is_that_of_the_complaints_they_count(tmp_path, counts):
    text = "".join(f"{who},2020-02-{day:02},late,{n}\n" for who, day, n in counts)
    imported(tmp_path, COUNTS + text)
    counted = read_history(tmp_path / "out" / "complaints.parquet")
    single = [(who, day) for who, day, n in counts for _ in range(n)]
    lines = "".join(f"c{i},{who},2020-02-{day:02},late\n" for i, (who, day) in enumerate(single))
    (tmp_path / "single.csv").write_text(HEADER + lines)
    each = read_history(tmp_path / "single.csv")
    assert counted.sellers == each.sellers
    assert counted.complaints.seller.tolist() == each.complaints.seller.tolist()
    assert counted.complaints.filed_at.tolist() == each.complaints.filed_at.tolist()


def test_counts_of_months_are_spread_over_them_and_it_is_said(tmp_path):
    said = []
    months = "".join(f"s,2024-{month:02}-01,late,{month}\n" for month in (1, 2, 3))
    found = imported(tmp_path, COUNTS + months, said=said)
    filed = [row["filed_at"] for row in found]
    assert [when.month for when in filed] == [1, 2, 2, 3, 3, 3]
    third = (filed[5] - filed[4]).total_seconds() / 86_400
    assert third == pytest.approx(31 / 3)
    assert any(
        "its counts are taken for whole months and spread over their days" in s for s in said
    )


def test_orders_of_months_are_spread_over_their_days(tmp_path):
    orders = "seller_id,day,orders,revenue\ns,2024-01-01,31,62\ns,2024-02-01,58,29\n"
    orders += "s,2024-03-01,3,31\n"
    imported(tmp_path, COUNTS + "s,2024-01-05,late,1\n", orders)
    rows = pq.read_table(tmp_path / "out" / "orders.parquet").to_pylist()
    assert len(rows) == 31 + 29 + 31
    assert [row["orders"] for row in rows[:31]] == [1] * 31
    assert [row["orders"] for row in rows[31:60]] == [2] * 29
    assert sum(row["orders"] for row in rows[60:]) == 3
    assert {row["revenue"] for row in rows} == {2.0, 1.0}


def test_revenue_of_months_that_is_no_number_is_refused_with_what_to_do(tmp_path):
    orders = "".join(f"s,2024-0{month}-01,31,abc\n" for month in (1, 2, 3))
    with pytest.raises(BadInput, match=r"file1.csv: column revenue .* --map revenue="):
        imported(
            tmp_path,
            COUNTS + "s,2024-01-05,late,1\n",
            "seller_id,day,orders,revenue\n" + orders,
        )


def test_counts_of_days_are_filed_when_their_day_begins(tmp_path):
    found = imported(tmp_path, COUNTS + "s,2024-01-01,late,1\ns,2024-02-01,late,1\n")
    assert [str(row["filed_at"])[:10] for row in found] == ["2024-01-01", "2024-02-01"]


def test_complaints_without_an_id_are_numbered_by_file_and_row_and_it_is_said(tmp_path):
    said = []
    text = "seller_id,filed_at,category\ns1,2020-01-01,late\ns2,2020-01-02,late\n"
    found = imported(tmp_path, text, text, said=said)
    assert [row["complaint_id"] for row in found] == ["file0-1", "file0-2", "file1-1", "file1-2"]
    assert len(said) == 2
    assert "has no complaint_id, so complaints are numbered by file and row (file1-1" in said[1]


def test_files_of_one_name_cannot_be_numbered(tmp_path):
    paths = [tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv"]
    for path in paths:
        path.parent.mkdir()
        path.write_text("seller_id,filed_at,category\ns1,2020-01-01,late\n")
    with pytest.raises(BadInput, match="two files are called x; complaints are numbered by file"):
        import_dumps("tables", paths, tmp_path / "out")


def test_dates_are_read_in_the_order_of_their_whole_column(tmp_path):
    text = HEADER + "1,s1,7/3/2013,late\n2,s1,7/29/2013 14:05,late\n3,s1,2013-08-01,late\n"
    found = [str(row["filed_at"])[:16] for row in imported(tmp_path, text)]
    assert found == ["2013-07-03 00:00", "2013-07-29 14:05", "2013-08-01 00:00"]


REFUSED = [
    (HEADER + "1,s1,7/3/2013,late\n", {}, "no row of the column tells"),
    (HEADER + "1,s1,29/3/2013,a\n2,s1,3/29/2013,a\n", {}, "mixes two orders"),
    (HEADER + "1,s,29/3/2013,a\n2,s,30/2/2013,a\n", {}, "row 2: .*'30/2/2013' is not a time"),
    (COUNTS + "s,2020-01-01,late,1000001\n", {}, "row 1: column n: .*is over 1,000,000"),
    (COUNTS + "s,2020-01-01,late,-1\n", {}, "row 1: column n: .*negative"),
    (HEADER, {"renamed": {"x": "seller_id"}}, "no file has a column x; there are complaint_id"),
    (HEADER, {"renamed": {"category": "kind"}}, "there is no column kind; there are amount"),
    (HEADER, {"renamed": {"category": "seller_id"}}, "which the table has already"),
]


@pytest.mark.parametrize(("text", "options", "why"), REFUSED)
def test_what_cannot_be_understood_is_refused(tmp_path, text, options, why):
    with pytest.raises(BadInput, match=why):
        imported(tmp_path, text, **options)
    assert not (tmp_path / "out" / "complaints.parquet").exists()


@pytest.mark.parametrize("second", ["", "2"])
def test_complaints_that_lack_an_id_are_refused_with_a_way_to_number_them(tmp_path, second):
    text = "complaint_id,seller_id,filed_at,category\n,s1,2020-01-01,a\n"
    text += f"{second},s1,2020-01-02,a\n"
    why = "row 1: column complaint_id: is missing; give each .* tables --map complaint_id=, which"
    with pytest.raises(BadInput, match=why):
        imported(tmp_path, text)
    found = imported(tmp_path, text, renamed={"complaint_id": ""})
    assert [row["complaint_id"].rpartition("-")[2] for row in found] == ["1", "2"]


def test_bad_rows_can_be_left_out(tmp_path):
    text = HEADER + "1,s1,29/3/2013,a\n2,s1,30/2/2013,a\n3,,1/3/2013,a\n"
    assert [r["complaint_id"] for r in imported(tmp_path, text, skip_bad_rows=True)] == ["1"]
    assert (tmp_path / "out" / "refused.csv").read_text().count("\n") == 3


def test_who_brought_a_complaint_is_kept_under_another_name_and_a_stranger_left_out(tmp_path):
    header = HEADER.strip() + ",origin,flagger\n"
    rows = (
        "1,s,2020-01-01,late,trusted_flagger,Fair Trade\n"
        "2,s,2020-01-01,late,a friend,\n"
        "3,s,2020-01-01,late,,Bea\n"
        "4,s,2020-01-01,late,,\n"
    )
    names = {"origin": "source", "flagger": "source_identity"}
    found = imported(tmp_path, header + rows, renamed=names, skip_bad_rows=True)
    told = [(row["complaint_id"], row["source"], row["source_identity"]) for row in found]
    assert told == [("1", "trusted_flagger", "Fair Trade"), ("4", None, None)]
    refused = (tmp_path / "out" / "refused.csv").read_text()
    assert "is none of notice, trusted_flagger, other_notification, own_initiative" in refused
    assert "goes with trusted_flagger or other_notification as source" in refused


def test_optional_columns_are_kept_and_missing_ones_null(tmp_path):
    header = HEADER.strip() + ",listing_id,evidence_count,evidence_at,outcome,recorded_at\n"
    rows = "1,s,2020-01-01,late,l1,2,2020-01-02,,2020-01-03\n2,s,2020-01-01,late,,0,,pending,\n"
    found = imported(tmp_path, header + rows, HEADER + "3,s,2020-01-01,late\n")
    kept = [(r["listing_id"], r["evidence_count"], str(r["evidence_at"])[:10]) for r in found]
    assert kept == [("l1", 2, "2020-01-02"), (None, 0, "None"), (None, None, "None")]
    assert [row["outcome"] for row in found] == ["pending", "pending", None]
    assert [str(row["recorded_at"])[:10] for row in found] == ["2020-01-03", "None", "None"]


def test_a_carrier_may_be_the_group_of_complaints_and_of_counts(tmp_path):
    filed = HEADER.strip() + ",carrier\n1,s,2020-01-01,late,sea\n2,s,2020-01-01,late,\n"
    counts = COUNTS.strip() + ",carrier\ns,2020-01-02,late,2,air\n"
    found = imported(tmp_path, filed, counts, renamed={"carrier": "group"})
    assert [row["group"] for row in found] == ["sea", None, "air", "air"]


def test_a_column_that_is_mapped_to_nothing_is_left_out(tmp_path):
    text = HEADER.strip() + ",recorded_at,source\n1,s,2020-01-01,late,phone,web\n"
    [row] = imported(tmp_path, text, renamed={"recorded_at": "", "source": ""})
    assert list(row) == ["complaint_id", "seller_id", "filed_at", "category"]
    with pytest.raises(BadInput, match="missing column category"):
        imported(tmp_path, text, renamed={"recorded_at": "", "source": "", "category": ""})


def test_orders_are_written_too(tmp_path):
    imported(
        tmp_path,
        "date,shop,orders,revenue\n1/29/2020,s1,3,9.5\n",
        "complaint_id,shop,filed_at,category\n1,s1,2020-01-30,late\n",
        renamed={"date": "day", "shop": "seller_id"},
    )
    history = read_history(tmp_path / "out/complaints.parquet", tmp_path / "out/orders.parquet")
    assert history.orders.count.tolist() == [3]
    assert history.orders.day.tolist() == [18_290]
    assert pq.read_table(tmp_path / "out/orders.parquet")["revenue"].to_pylist() == ["9.5"]
