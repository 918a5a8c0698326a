"""Two transactions about the same sellers lock them in one order, whatever the collation."""

from threading import Thread

import pytest
from sqlalchemy import text

from service.assessments.store import forget_assessments, outdated_sellers, replace_assessments
from service.database.engine import Database
from service.sellers.store import lock_sellers
from service.tables import assessments, sellers
from tests.service.until import until

NOW = 1_772_452_800_000_000
NAMES = ("B", "a")
"""By code points; a dictionary has them the other way round."""


@pytest.fixture
def database(fresh_postgres_url):
    """A store whose sellers are ordered as in a dictionary, and two of them."""
    database = Database(fresh_postgres_url)
    retyped = 'ALTER COLUMN seller_id TYPE varchar(200) COLLATE "und-x-icu"'
    with database.writing() as connection:
        for table in (assessments, sellers):
            connection.execute(text(f"ALTER TABLE {table.name} {retyped}"))
        connection.execute(
            sellers.insert(), [{"seller_id": name, "recorded_at": NOW} for name in NAMES]
        )
        replace_assessments(connection, [row(name) for name in NAMES], now=NOW)
    yield database
    database.close()


def row(seller_id):
    return {column.name: column.type.python_type() for column in assessments.columns} | {
        "seller_id": seller_id,
        "as_of": NOW,
    }


def has_waiter(connection):
    waits = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # it is taken once a transaction
    return bool(connection.execute(text(waits)).scalar())


def write(connection, name):
    replace_assessments(connection, [row(name)], now=NOW)


def lock(connection, name):
    lock_sellers(connection, [name])


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (write, lambda connection: forget_assessments(connection, NAMES)),
        (write, lambda connection: outdated_sellers(connection, dict.fromkeys(NAMES, 0), now=NOW)),
        (lock, lambda connection: lock_sellers(connection, NAMES)),
    ],
    ids=["forget", "outdated", "lock"],
)
def test_two_that_lock_the_same_sellers_never_wait_in_a_circle(database, first, second):
    ended = []

    def run():
        with database.writing() as connection:
            second(connection)
            ended.append(True)

    other = Thread(target=run)
    with database.writing() as connection:
        first(connection, NAMES[0])
        other.start()
        until(lambda: has_waiter(connection), "nobody waits for the lock")
        first(connection, NAMES[1])
    other.join()
    assert ended == [True]
