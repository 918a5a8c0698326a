import json

import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.backtest.writing import FILES, check_directory, write_backtest

ABOUT = {"title": "t", "truth": "", "background": None, "command": ""}


def test_three_files_appear_together(tested, tmp_path):
    summary = write_backtest(tested, tmp_path / "new" / "report", ABOUT)
    assert {p.name for p in (tmp_path / "new" / "report").iterdir()} == set(FILES)
    stored = json.loads((tmp_path / "new/report/backtest.json").read_text())
    assert stored == json.loads(json.dumps(summary))
    assert pq.read_table(tmp_path / "new/report/alerts.parquet").num_rows > 0


def test_a_file_is_no_directory(tested, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInput, match="is a file"):
        check_directory(tmp_path / "taken")
    with pytest.raises(BadInput, match="cannot write"):
        write_backtest(tested, tmp_path / "taken", ABOUT)
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
