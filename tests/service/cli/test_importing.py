from typer.testing import CliRunner

from service.cli import app


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
