import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.reading import parquet
from training.tables.reading.loaded_complaints import read_complaints
from training.tables.reading.refusals import Refusals
from training.tables.reading.source import source_of


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 2)
    ids = ["a", "b", "c", "b", "d", "a"]
    table = {
        "complaint_id": ids,
        "seller_id": [f"s{n}" for n in range(6)],
        "filed_at": [f"2024-05-0{n}" for n in range(1, 7)],
        "category": ["x", "y"] * 3,
        "buyer_id": ["p", None, "p", "q", "q", "p"],
    }
    pq.write_table(pa.table(table), tmp_path / "c.parquet")
    return source_of(tmp_path / "c.parquet")


def test_an_id_there_twice_over_batches_is_refused_with_both_places(source):
    with pytest.raises(BadInput, match="row 4: column complaint_id: 'b' is already on row 2 of"):
        read_complaints(source, Refusals(), until=None, now=None)


def test_only_the_later_rows_are_left_out_when_skipping(source):
    refusals = Refusals(strict=False)
    loaded = read_complaints(source, refusals, until=None, now=None)
    assert loaded.sellers.decode(loaded.seller.values()) == ["s0", "s1", "s2", "s4"]
    assert refusals.count == 2


def test_rows_at_or_after_until_leave_no_seller_and_no_category(source):
    until = 1_714_521_600_000_000  # 2024-05-01
    loaded = read_complaints(source, Refusals(strict=False), until=until + 1, now=None)
    assert loaded.sellers.ascending()[0] == ("s0",)
    assert loaded.categories.ascending()[0] == ("x",)
    assert len(read_complaints(source, Refusals(strict=False), until=until, now=None).sellers) == 0
