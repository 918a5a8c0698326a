"""Rows whose key may be there already."""

from service.database.engine import Database
from service.database.upsert import insert_new
from service.tables import sellers


def test_rows_whose_key_is_there_stay_as_they_are_and_are_not_counted(database_url):
    database = Database(database_url)
    first = [{"seller_id": "s1", "recorded_at": 1}, {"seller_id": "s2", "recorded_at": 1}]
    again = [{"seller_id": "s2", "recorded_at": 9}, {"seller_id": "s3", "recorded_at": 9}]
    with database.writing() as connection:
        assert insert_new(connection, sellers, []) == 0
        assert insert_new(connection, sellers, first) == 2
        assert insert_new(connection, sellers, again) == 1
    with database.reading() as connection:
        stored = connection.execute(sellers.select().order_by(sellers.c.seller_id)).all()
    database.close()
    assert [tuple(row) for row in stored] == [("s1", 1), ("s2", 1), ("s3", 9)]
