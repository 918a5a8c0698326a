"""Connections and transactions."""

from uuid import uuid4

import pytest
from psycopg import ConnectionInfo
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import IntegrityError

from detector.errors import BadInput
from service.clock import Reach
from service.database.engine import Database, audit_key_of, in_portions, reach_of, url_of
from service.database.revisions import upgrade
from service.settings import Settings


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("store.db", "sqlite+pysqlite"),
        ("sqlite:///store.db", "sqlite+pysqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_a_url_names_its_driver(given, driver):
    assert url_of(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "://"])
def test_other_databases_are_refused(given):
    with pytest.raises(BadInput, match="--database"):
        url_of(given)


@pytest.mark.postgres
def test_a_url_may_leave_everything_to_the_drivers_own_variables(postgres_url, monkeypatch):
    url = make_url(postgres_url)
    for name, value in (
        ("PGHOST", url.host),
        ("PGPORT", url.port or 5432),
        ("PGUSER", url.username),
        ("PGDATABASE", url.database),
        ("PGPASSWORD", url.password or "any: /@%"),
    ):
        monkeypatch.setenv(name, str(value))
    database = Database("postgresql:///")
    with database.reading() as connection:
        found = connection.execute(text("SELECT current_database()")).scalar_one()
    database.close()
    assert found == url.database


def test_a_store_is_used_as_its_installation_wants_by_every_process(tmp_path):
    given = {"audit_key": "an installation's key", "clock_skew_seconds": 1, "lease_minutes": 2}
    database = Database.of(Settings(database=str(tmp_path / "s"), **given))
    with database.writing() as connection:
        assert audit_key_of(connection) == b"an installation's key"
        assert reach_of(connection) == Reach(1_000_000, 120_000_000)
    with database.reading() as connection:
        assert reach_of(connection) == Reach(1_000_000, 120_000_000)
    usual = Database.of(Settings(database=str(tmp_path / "s")))
    with usual.reading() as connection:
        assert reach_of(connection) == Reach()


def test_a_failed_transaction_leaves_nothing(database_url):
    database = Database(database_url)

    def fail_half_way():
        with database.writing() as connection:
            connection.execute(text("INSERT INTO sellers VALUES ('s', 0)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sellers")).scalar_one() == 0
    database.close()


def test_a_statement_alone_is_stored_and_what_follows_on_its_connection_is_a_transaction(
    database_url,
):
    database = Database(database_url, pool_size=1)
    with database.writing_alone() as connection:
        connection.execute(text("INSERT INTO sellers VALUES ('alone', 0)"))

    def fail_half_way():
        with database.writing() as connection:
            connection.execute(text("INSERT INTO sellers VALUES ('lost', 0)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.reading() as connection:
        assert connection.execute(text("SELECT seller_id FROM sellers")).scalars().all() == [
            "alone"
        ]
    database.close()


def test_a_statement_alone_that_fails_leaves_its_connection_usable(database_url):
    database = Database(database_url, pool_size=1)

    def file_twice():
        with database.writing_alone() as connection:
            connection.execute(text("INSERT INTO sellers VALUES ('s', 0), ('s', 0)"))

    for _ in range(2):
        with pytest.raises(IntegrityError):
            file_twice()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sellers")).scalar_one() == 0
    database.close()


@pytest.mark.postgres
def test_a_whole_table_is_read_in_portions(postgres_url):
    database = Database(postgres_url)
    many = select(func.generate_series(1, 2_500))
    with database.reading() as connection:
        rows = in_portions(connection, many)
        assert next(rows) == (1,)
        left_there = "SELECT count(*) FROM pg_cursors WHERE name <> ''"
        assert connection.execute(text(left_there)).scalar_one() == 1
        assert [number for (number,) in rows] == list(range(2, 2_501))
    database.close()


def test_sqlite_keeps_foreign_keys_and_survives_power_cuts(sqlite_url):
    database = Database(sqlite_url)
    with database.reading() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("foreign_keys", "journal_mode", "synchronous")
        }
    assert told == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused(postgres_url, encoding):
    url = make_url(postgres_url).set(database=f"detector_{encoding.lower()}_{uuid4().hex[:8]}")
    name = url.database
    server = Database(postgres_url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        locale = f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" {locale}')
        database = Database(url.render_as_string(hide_password=False))
        try:
            with pytest.raises(BadInput, match=f"{name}' has the encoding {encoding}"):
                upgrade(database)
        finally:
            database.close()
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


@pytest.mark.postgres
def test_a_pooler_that_keeps_the_encoding_to_itself_is_taken(postgres_url, monkeypatch):
    monkeypatch.setattr(ConnectionInfo, "parameter_status", lambda *_: None)
    database = Database(postgres_url)
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.close()
