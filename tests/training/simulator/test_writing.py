import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.simulator import Marketplace, simulate
from training.simulator.writing import write_market

SMALL = Marketplace(sellers=2_100, days=70)


def test_what_is_written_is_what_is_simulated(tmp_path):
    seen = []
    rows = write_market(SMALL, 7, tmp_path / "m", on_progress=lambda *step: seen.append(step))
    whole = simulate(SMALL, 7)
    for name in ("complaints", "orders", "episodes"):
        written = pq.read_table(tmp_path / "m" / f"{name}.parquet")
        assert written.to_pylist() == getattr(whole, name).to_pylist()
        assert rows[name] == written.num_rows
    assert seen == [(2_000, 2_100), (2_100, 2_100)]
    assert len(list((tmp_path / "m").iterdir())) == 3


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot write to"):
        write_market(SMALL, 7, tmp_path / "file")
