import json

import pyarrow.parquet as pq
from typer.testing import CliRunner

from service.cli import app


def test_simulate_writes_three_tables_and_says_so(tmp_path):
    asked = ["simulate", "--sellers", "50", "--days", "90", "--out", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["rows"]
    assert set(rows) == {"complaints", "orders", "episodes"}
    assert {p.name for p in tmp_path.iterdir()} == {f"{name}.parquet" for name in rows}


def test_complaints_name_as_many_groups_as_asked_for(tmp_path):
    asked = ["simulate", "--sellers", "50", "--days", "90", "--groups", "4"]
    assert CliRunner().invoke(app, [*asked, "--out", str(tmp_path)]).exit_code == 0
    groups = pq.read_table(tmp_path / "complaints.parquet")["group"]
    assert sorted(groups.unique().to_pylist()) == ["g0", "g1", "g2", "g3"]


def test_no_sellers_is_a_usage_error(tmp_path):
    result = CliRunner().invoke(app, ["simulate", "--sellers", "0", "--out", str(tmp_path)])
    assert result.exit_code == 2
