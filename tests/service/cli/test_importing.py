import json

import pytest
from typer.testing import CliRunner

from detector.durations import DAY_US
from detector.instants import text_of
from service.cli import app
from service.database.engine import Database
from service.tables import complaints, orders
from training.tables.readers import read_history


def run(*words):
    return CliRunner().invoke(app, ["import", *map(str, words)])


def test_import_writes_tables_and_says_so(tmp_path):
    dump = tmp_path / "complaints.csv"
    dump.write_text("Date received,Product,Company,Complaint ID\n2020-01-01,Loan,Bank,1\n")
    result = run("cfpb", dump, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{tmp_path}/out/complaints.parquet: 1 row",
        "1 complaint about 1 seller, 2020-01-01 to 2020-01-01; category loan 1",
    ]


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
    assert first.stdout.splitlines()[0] == "complaints: 2 stored"
    again = run("cfpb", dump, "--database", database_url, "--json")
    assert json.loads(again.stdout) == {
        "stored": {"complaints": 0},
        "summary": {
            "complaints": 2,
            "sellers": 1,
            "first": "2020-01-01T00:00:00Z",
            "last": "2020-01-02T00:00:00Z",
            "categories": {"loan": 2},
            "groups": {},
        },
        "warnings": [],
    }
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
    assert result.stdout.splitlines() == [
        "complaints: 1 stored",
        "orders: 2 stored",
        "1 complaint about 1 seller, 2020-01-01 to 2020-01-01; category damaged 1",
    ]
    found = [(row["seller_id"], row["day"], row["orders"]) for row in stored(database_url, orders)]
    assert found == [("s1", 18262, 2.0), ("s1", 18264, 1.0)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cfpb"], "say where to"),
        (["cfpb", "--out", "out", "--map", "Company=seller_id"], "layout are known"),
        (["tables", "--out", "out", "--map", "seller"], "theirs before ours"),
        (["tables", "--out", "out", "--map", "=day"], "theirs before ours"),
        (["tables", "--out", "out", "--map", "a=day,b=day"], "name each column once"),
        (
            ["tables", "--out", "out", "--map", "Company=,Issue=,Product="],
            "--map names Issue, which the file does not have",
        ),
        (["cfpb", "--database", "x.sqlite3", "--on-bad-rows", "skip"], "name --out as well"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path, words, told):
    dump = dump_of(tmp_path, ["2020-01-01,Loan,Bank,1\n"])
    assert told in str(run(words[0], dump, *words[1:]).exception)


FOREIGN = (
    "complaint,seller,date,kind\n"
    "1,Itaú,7/29/2013,damaged\n2,Ita\ufffd,7/3/2013,damaged\n3,Banco,12/1/2013,late\n"
)
NAMES = "complaint=complaint_id,seller=seller_id,date=filed_at,kind=category"


@pytest.mark.parametrize("is_stdin", [False, True])
def test_a_table_by_other_names_goes_into_the_store(tmp_path, database_url, is_stdin):
    path = tmp_path / "filed.csv"
    path.write_text(FOREIGN)
    words = ["tables", "-" if is_stdin else path, "--database", database_url, "--map", NAMES]
    given = FOREIGN.encode() if is_stdin else None
    result = CliRunner().invoke(app, ["import", *map(str, words)], input=given)
    assert result.exit_code == 0, result.output
    rows = stored(database_url, complaints)
    found = {(r["complaint_id"], r["seller_id"], text_of(r["filed_at"])[:10]) for r in rows}
    assert found == {
        ("1", "Itaú", "2013-07-29"),
        ("2", "Itaú", "2013-07-03"),
        ("3", "Banco", "2013-12-01"),
    }
    assert "1 name was matched to whole ones in 1 complaint: 'Ita\ufffd' is" in result.stderr
    assert "3 complaints about 2 sellers, 2013-07-03 to 2013-12-01" in result.stdout


def test_counts_become_complaints_that_a_history_reads(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("seller_id,day,category,n\ns1,2020-01-01,late,3\ns2,2020-01-02,late,0\n")
    said = json.loads(run("tables", path, "--out", tmp_path / "out", "--json").stdout)
    assert said["rows"] == {"complaints": 3}
    assert "numbered by file and row (counts-1, …)" in said["warnings"][0]
    history = read_history(tmp_path / "out" / "complaints.parquet")
    assert history.complaints.filed_at.tolist() == [18_262 * DAY_US] * 3


def test_a_table_like_ours_is_stored_the_same_straight_or_by_way_of_files(tmp_path, sqlite_url):
    path = tmp_path / "filed.csv"
    path.write_text(
        "complaint_id,seller_id,filed_at,category,order_id,buyer_id,listing_id,evidence_count,"
        "outcome,decided_at,source,source_identity\n"
        "a,s1,2020-01-01T10:00:00Z,late,o1,b1,l1,2,upheld,2020-01-05,trusted_flagger,Fair Trade\n"
        "b,s1,2020-01-02,late,,,,,,,notice,\n"
    )
    assert run("tables", path, "--database", sqlite_url).exit_code == 0
    assert run("tables", path, "--out", tmp_path / "out").exit_code == 0
    rewritten = tmp_path / "out" / "complaints.parquet"
    again = run("tables", rewritten, "--database", sqlite_url, "--json")
    assert json.loads(again.stdout)["stored"] == {"complaints": 0}


NUMBERED = "seller_id,filed_at,category\n{0},2020-01-01,late\n"


def given(text, *words):
    return CliRunner().invoke(app, ["import", "tables", "-", *map(str, words)], input=text)


@pytest.mark.parametrize("is_stdin", [True, False])
def test_other_complaints_under_numbers_that_are_taken_are_told_how_to_come_in(
    tmp_path, sqlite_url, is_stdin
):
    def imported(text, folder):
        if is_stdin:
            return given(text, "--database", sqlite_url)
        path = tmp_path / folder / "march.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return run("tables", path, "--database", sqlite_url)

    assert imported(NUMBERED.format("s1"), "a").exit_code == 0
    assert imported(NUMBERED.format("s1"), "a").exit_code == 0
    refused = str(imported(NUMBERED.format("s2"), "b").exception)
    assert "-1' is there with another body; complaints without complaint_id are numb" in refused
    assert "give these as a file of another name" in refused
    other = tmp_path / "april.csv"
    other.write_text(NUMBERED.format("s2"))
    assert run("tables", other, "--database", sqlite_url).exit_code == 0
    assert len(stored(sqlite_url, complaints)) == 2


def test_another_body_under_an_id_of_their_own_is_refused_without_a_word_of_numbers(
    tmp_path, sqlite_url
):
    path = tmp_path / "filed.csv"
    for seller in ("s1", "s2"):
        path.write_text(f"complaint_id,seller_id,filed_at,category\na,{seller},2020-01-01,late\n")
        result = run("tables", path, "--database", sqlite_url)
    assert str(result.exception) == "complaint 'a' is there with another body"


def test_no_temporary_file_is_named(tmp_path, sqlite_url):
    out = tmp_path / "out"
    written = given(NUMBERED.format("s1"), "--out", out)
    assert "warning: stdin: has no complaint_id" in written.stderr
    left = given(NUMBERED.format(""), "--out", out, "--on-bad-rows", "skip")
    assert "detector-import-" not in left.stderr
    assert "\nstdin,1,column seller_id" in (out / "refused.csv").read_text()
    no_table = str(given("a,b\n1,2\n", "--database", sqlite_url).exception)
    assert no_table.startswith("stdin: neither complaints")
    long = f"complaint_id,shop,filed_at,category\na,{'s' * 300},2020-01-01,late\n"
    words = ("--map", "shop=seller_id", "--database", sqlite_url)
    refused = str(given(long, *words).exception)
    assert refused.startswith("the imported complaints: row 1: column seller_id")
    bad = "complaint_id,seller_id,filed_at,category\na,,2020-01-01,late\n"
    assert str(given(bad, "--database", sqlite_url).exception).startswith("stdin: row 1: column")
