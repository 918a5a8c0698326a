import json

from typer.testing import CliRunner

from service.cli import app


def test_simulate_writes_three_tables_and_says_so(tmp_path):
    asked = ["simulate", "--sellers", "50", "--days", "90", "--out", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["rows"]
    assert set(rows) == {"complaints", "orders", "episodes"}
    assert {p.name for p in tmp_path.iterdir()} == {f"{name}.parquet" for name in rows}


def test_no_sellers_is_a_usage_error(tmp_path):
    result = CliRunner().invoke(app, ["simulate", "--sellers", "0", "--out", str(tmp_path)])
    assert result.exit_code == 2
