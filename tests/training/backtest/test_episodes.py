"""Reading the truth: simulated, from a file, and refused with the place of the fault."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from training.backtest.episodes import UNNAMED, check_days, episodes_in
from training.tables.reading.source import source_of

SELLERS = ("a", "b")


def read(tmp_path, text: str, until=30_000 * DAY_US):
    path = tmp_path / "episodes.csv"
    path.write_text(text)
    return episodes_in(source_of(path), SELLERS, until=until)


def test_the_simulators_table_reads_back(tmp_path, busy, busy_episodes):
    path = tmp_path / "episodes.parquet"
    pq.write_table(busy.episodes, path)
    again = episodes_in(source_of(path), busy.history().sellers, until=30_000 * DAY_US)
    assert again.kind == busy_episodes.kind
    assert again.episode_id == busy_episodes.episode_id
    for column in ("seller", "start", "end"):
        assert np.array_equal(getattr(again, column), getattr(busy_episodes, column))


def test_dates_alone_are_enough(tmp_path):
    found = read(tmp_path, "seller_id,starts_at,ends_at\nb,1970-01-11,1970-01-13T12:00:00Z\n")
    assert (found.start.tolist(), found.end.tolist()) == ([10.0], [12.5])
    assert (found.seller.tolist(), found.kind) == ([1], (UNNAMED,))


def test_episodes_after_the_test_are_left_out(tmp_path):
    text = "seller_id,starts_at,ends_at\nnobody,1970-03-01,1970-03-02\n"
    assert len(read(tmp_path, text, until=40 * DAY_US)) == 0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("c,1970-01-11,1970-01-12", r"row 1: column seller_id: 'c' has neither"),
        ("a,1970-01-11,1970-01-11", r"row 1: column ends_at: .* is not after starts_at"),
        ("a,soon,1970-01-11", r"row 1: column starts_at: 'soon' is not a time"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, row, why):
    with pytest.raises(BadInput, match=why):
        read(tmp_path, f"seller_id,starts_at,ends_at\n{row}\n")


def test_a_test_goes_by_whole_days():
    with pytest.raises(BadInput, match="whole days"):
        check_days(DAY_US, 3 * DAY_US + 1)
    with pytest.raises(BadInput, match="must come after"):
        check_days(DAY_US, DAY_US)
