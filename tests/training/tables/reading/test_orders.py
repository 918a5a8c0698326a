import pytest

from detector.errors import BadInput
from training.tables.reading.orders import checked_batches, is_daily
from training.tables.reading.refusals import Refusals
from training.tables.reading.source import source_of


def source(tmp_path, text):
    (tmp_path / "o.csv").write_text(text)
    return source_of(tmp_path / "o.csv")


def test_both_shapes_are_told_by_their_columns(tmp_path):
    assert is_daily(source(tmp_path, "seller_id,day,orders\n"))
    assert not is_daily(source(tmp_path, "order_id,seller_id,ordered_at\n"))
    with pytest.raises(BadInput, match="one row a seller and day"):
        is_daily(source(tmp_path, "a,b\n"))


def test_a_day_given_as_a_time_is_its_day(tmp_path):
    table = source(tmp_path, "seller_id,day,orders\ns,2024-05-01T17:00:00Z,3\n")
    (part,) = checked_batches(table, Refusals(), now=None, duplicates={})
    assert part.at.tolist() == [1_714_521_600_000_000]
    assert part.count.tolist() == [3]
