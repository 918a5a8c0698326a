import json

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.database.engine import Database
from service.tables import complaints, orders


def run(*words):
    return CliRunner().invoke(app, ["import", *map(str, words)])


def test_import_writes_tables_and_says_so(tmp_path):
    dump = tmp_path / "complaints.csv"
    dump.write_text("Date received,Product,Company,Complaint ID\n2020-01-01,Loan,Bank,1\n")
    result = run("cfpb", dump, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path}/out/complaints.parquet: 1 rows\n"


def test_an_unknown_layout_is_a_usage_error(tmp_path):
    result = run("ebay", tmp_path, "--out", tmp_path)
    assert result.exit_code == 2
    assert "consumidor" in result.stderr


def stored(url, table):
    database = Database(url)
    with database.reading() as connection:
        rows = connection.execute(table.select()).mappings().all()
    database.close()
    return [dict(row) for row in rows]


def dump_of(tmp_path, lines):
    dump = tmp_path / "complaints.csv"
    dump.write_text("Date received,Product,Company,Complaint ID\n" + "".join(lines))
    return dump


def test_a_dump_goes_straight_into_the_store_and_again_changes_nothing(tmp_path, database_url):
    dump = dump_of(tmp_path, ["2020-01-01,Loan,Bank,1\n", "2020-01-02,Loan,Bank,2\n"])
    first = run("cfpb", dump, "--database", database_url)
    assert first.stdout == "complaints: 2 stored\n"
    again = run("cfpb", dump, "--database", database_url, "--json")
    assert json.loads(again.stdout) == {"stored": {"complaints": 0}}
    assert [row["seller_id"] for row in stored(database_url, complaints)] == ["Bank", "Bank"]
    assert list(tmp_path.glob("**/*.parquet")) == []


def test_a_file_that_fails_half_way_leaves_the_store_as_it_was(tmp_path, database_url):
    good = tmp_path / "complaints.csv"
    good.write_text("complaint_id,seller_id,filed_at,category\na,s1,2020-01-01,damaged\n")
    bad = tmp_path / "orders.csv"
    bad.write_text("seller_id,day,orders\ns1,2020-01-01,3\ns1,2020-01-02,-3\n")
    result = run("tables", bad, good, "--database", database_url)
    assert "row 2: column orders: '-3' is negative" in str(result.exception)
    assert stored(database_url, complaints) == stored(database_url, orders) == []


def test_our_own_tables_are_told_apart_and_single_orders_are_counted_by_day(tmp_path, database_url):
    filed = tmp_path / "filed.csv"
    filed.write_text("complaint_id,seller_id,filed_at,category\na,s1,2020-01-01,damaged\n")
    bought = tmp_path / "bought.csv"
    lines = ["o1,s1,2020-01-01T09:00:00Z\n", "o2,s1,2020-01-01T10:00:00Z\n", "o3,s1,2020-01-03\n"]
    bought.write_text("order_id,seller_id,ordered_at\n" + "".join(lines))
    result = run("tables", bought, filed, "--database", database_url)
    assert result.stdout == "complaints: 1 stored\norders: 2 stored\n"
    found = [(row["seller_id"], row["day"], row["orders"]) for row in stored(database_url, orders)]
    assert found == [("s1", 18262, 2.0), ("s1", 18264, 1.0)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cfpb"], "say where to"),
        (["tables", "--out", "out"], "into the store only"),
        (["cfpb", "--database", "x.sqlite3", "--on-bad-rows", "skip"], "name --out as well"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path, words, told):
    dump = dump_of(tmp_path, ["2020-01-01,Loan,Bank,1\n"])
    assert told in str(run(words[0], dump, *words[1:]).exception)
