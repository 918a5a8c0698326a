"""What is read of a store is what was put in, on either store, missing values included."""

import pyarrow as pa
import pytest

from service.intake.bulk.load import load_complaints, load_orders
from service.scoring.history.store import complaint_table, order_table

LATE = 4_000_000_000_000_000


@pytest.fixture
def filled(either, tmp_path):
    filed = tmp_path / "complaints.csv"
    filed.write_text(
        "complaint_id,seller_id,filed_at,category,buyer_id,evidence_count,outcome,decided_at\n"
        'a,"s,1",2020-01-01,not received,,,,\n'
        'b,"s,1",2020-01-02,damaged,b1,0,upheld,2020-02-01\n'
        "c,ß,2020-01-03T00:00:00.000001Z,damaged,,3,,\n"
    )
    bought = tmp_path / "orders.csv"
    bought.write_text('seller_id,day,orders\nß,2020-01-01,3\nß,2020-01-02,0\n"s,1",2020-01-01,5\n')
    with either.context.database.writing() as connection:
        load_complaints(connection, filed, now=either.clock.now)
        load_orders(connection, bought, now=either.clock.now)
    return either


def rows(service, reads, *given):
    with service.context.database.reading() as connection:
        table = reads(connection, *given)
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_all_is_read_and_nulls_stay_nulls(filled):
    found = rows(filled, complaint_table, LATE)
    day = 86_400_000_000
    first = 18_262 * day
    assert found == [
        ("s,1", first, "not received", None, None, "pending", None, None),
        ("s,1", first + day, "damaged", "b1", 0, "upheld", first + 31 * day, None),
        ("ß", first + 2 * day + 1, "damaged", None, 3, "pending", None, None),
    ]
    assert rows(filled, order_table) == [("s,1", 18262, 5), ("ß", 18262, 3), ("ß", 18263, 0)]


def test_some_sellers_and_only_what_was_filed_before_an_instant_are_read(filled):
    first = 18_262 * 86_400_000_000
    assert [row[1] for row in rows(filled, complaint_table, first + 1, ["s,1", "ß"])] == [first]
    assert rows(filled, order_table, ["s,1", "unknown"]) == [("s,1", 18262, 5)]


def test_of_nobody_there_is_nothing(filled):
    with filled.context.database.reading() as connection:
        for table in (complaint_table(connection, 1), order_table(connection, [])):
            assert isinstance(table, pa.Table)
            assert table.num_rows == 0
