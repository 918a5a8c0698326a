"""Connections and transactions: SQLite embedded, PostgreSQL in production, by URL.

One request is one transaction: an action runs inside `Database.reading` or `Database.writing` and
never commits by itself. On SQLite a writing transaction begins with BEGIN IMMEDIATE, so that it
waits its turn at the start instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeVarTuple

from pydantic import SecretStr
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Row,
    Select,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from detector.errors import BadInput
from service.clock import Reach
from service.settings import Settings

BUSY_TIMEOUT_MS: Final = 10_000
"""How long a SQLite writer waits for another; then the request is a 503."""

CONNECT_TIMEOUT_S: Final = 5
"""How long to wait for PostgreSQL to accept a connection."""

Columns = TypeVarTuple("Columns")
PORTION: Final = 1_000
"""Rows of a whole table held at a time."""

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables; each slice declares its own in `tables`."""


class Bounds(NamedTuple):
    """How long one statement of a request may take on PostgreSQL, in seconds."""

    lock_s: float
    """Waiting for a lock that somebody else has, such as an operator with an open transaction."""
    statement_s: float

    def words(self) -> Iterator[str]:
        """The bounds as PostgreSQL names them, each for a SET."""
        for name, seconds in (("lock", self.lock_s), ("statement", self.statement_s)):
            yield f"{name}_timeout = {round(seconds * 1_000)}"


UnsealedRows = dict[tuple[str, str], None]
"""Table and key of rows, in the order in which they were changed: `service.database.sealing`."""


class Database:
    """One store, reached through a pool of connections.

    Without `bounds` a statement may take as long as it needs: commands load and migrate whole
    tables. SQLite has no such bounds; its one lock is waited for BUSY_TIMEOUT_MS.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 20,
        bounds: Bounds | None = None,
        prepared: bool = True,
        audit_key: SecretStr | None = None,
        reach: Reach = Reach(),  # noqa: B008 - a constant
    ) -> None:
        self.url = url_of(url)
        self.audit_key = audit_key
        self.engine = _engine(self.url, pool_size, bounds, prepared=prepared)
        self.engine.update_execution_options(reach=reach)
        # Connections of their own, as each is set to commit by itself or not: to set it
        # before and after a statement took longer than all else around the statement.
        self._alone = (
            _postgresql(self.url, pool_size, bounds, prepared=prepared, alone=True)
            if self.is_postgresql
            else None
        )

    @classmethod
    def of(cls, settings: Settings, *, pool_size: int = 20, bounds: Bounds | None = None) -> Self:
        """The store that an installation names, as it wants it used."""
        return cls(
            settings.database,
            pool_size=pool_size,
            bounds=bounds,
            prepared=settings.prepared,
            audit_key=settings.audit_key,
            reach=Reach(settings.skew_us, settings.lease_us),
        )

    @property
    def is_postgresql(self) -> bool:
        """Whether the store is PostgreSQL rather than SQLite."""
        return self.url.get_backend_name() == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back on any error."""
        with self.engine.connect() as connection:
            unsealed: UnsealedRows = {}
            connection.execution_options(
                writes=True, audit_key=self.audit_key, unsealed_rows=unsealed
            )
            with connection.begin():
                yield connection
                if unsealed:
                    raise RuntimeError(f"changed without a record in the audit: {list(unsealed)}")

    @contextmanager
    def writing_alone(self) -> Iterator[Connection]:
        """A transaction of one statement: PostgreSQL is asked once, where `writing` asks it thrice.

        A statement after it is a transaction of its own there, so it may only read. SQLite has
        nobody to ask: there it is `writing`.
        """
        if self._alone is None:
            with self.writing() as connection:
                yield connection
            return
        with self._alone.connect() as connection:
            yield connection

    def is_behind_a_pooler(self) -> bool:
        """Whether a pooler hands connections on after each transaction: two share one session."""
        if not self.is_postgresql:
            return False
        sessions = set()
        with self.engine.connect() as one, self.engine.connect() as other:
            for connection in (one, other):
                with connection.begin():
                    sessions.add(connection.execute(select(func.pg_backend_pid())).scalar_one())
        return len(sessions) == 1

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        if self._alone is not None:
            self._alone.dispose()


def url_of(text: str) -> URL:
    """Parse a database URL; a bare path is a SQLite file, plain `postgresql://` uses psycopg.

    Raises BadInput when it is neither SQLite nor PostgreSQL.
    """
    try:
        url = make_url(text if "://" in text else f"sqlite:///{text}")
    except ArgumentError as error:
        raise BadInput("--database: not a database URL, such as sqlite:///FILE") from error
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise BadInput(
            f"--database: {backend} is not supported; use sqlite:///FILE or postgresql://…"
        )
    if not url.database or url.database == ":memory:":
        raise BadInput("--database: an in-memory SQLite cannot be shared; name a file")
    return url.set(drivername="sqlite+pysqlite")


def unsealed_rows(connection: Connection) -> UnsealedRows:
    """The rows that a transaction changed and that no record of the audit has sealed yet."""
    rows: UnsealedRows = connection.get_execution_options()["unsealed_rows"]
    return rows


def audit_key_of(connection: Connection) -> bytes | None:
    """The key that this installation seals the audit chain with, if it has one."""
    key: SecretStr | None = connection.get_execution_options().get("audit_key")
    return None if key is None else key.get_secret_value().encode()


def is_writing(connection: Connection) -> bool:
    """Whether a connection's transaction may write, and so hold locks that others wait for."""
    writes: bool = connection.get_execution_options().get("writes", False)
    return writes


def reach_of(connection: Connection) -> Reach:
    """How far ahead of now what other hosts stored may lie."""
    reach: Reach = connection.get_execution_options()["reach"]
    return reach


def is_postgresql(connection: Connection) -> bool:
    """Whether a connection leads to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def in_portions(connection: Connection, query: Select[*Columns]) -> Iterator[Row[*Columns]]:
    """What a query finds, read some at a time: a whole table would not fit into memory."""
    yield from connection.execute(query, execution_options={"yield_per": PORTION})


def among(
    connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
) -> ColumnElement[bool]:
    """Whether a column's value is one of the given, which PostgreSQL gets as one array."""
    if is_postgresql(connection):
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
    return column.in_(values)


def by_code_point(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """A column of text to order rows by as Python's `sorted` does, whatever the store's collation.

    Rows that several transactions lock are touched in this one order, so that none waits in a
    circle. SQLite knows no other.
    """
    return column.collate("C") if is_postgresql(connection) else column


def _engine(url: URL, pool_size: int, bounds: Bounds | None, *, prepared: bool) -> Engine:
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, pool_size, bounds, prepared=prepared)
    assert url.database is not None  # noqa: S101 - url_of has seen to it
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--database: {url.database}: {error.strerror}") from error
    engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=5)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _postgresql(
    url: URL, pool_size: int, bounds: Bounds | None, *, prepared: bool, alone: bool = False
) -> Engine:
    """Connections in transactions; `alone`: whose every statement is a transaction by itself."""
    by_itself: dict[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,  # there is nothing to roll back, and it is not for free
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "detector",
            **({} if prepared else {"prepare_threshold": None}),
        },
        **(by_itself if alone else {}),
    )
    # Before SQLAlchemy asks for the server's version, which it cannot read in another encoding.
    event.listen(engine, "connect", _check_encoding, insert=True)
    if bounds is not None and prepared:
        event.listen(engine, "connect", partial(_on_postgresql_connect, bounds))
    elif bounds is not None and not alone:
        event.listen(engine, "begin", partial(_on_postgresql_begin, bounds))
    return engine


def _check_encoding(connection: Any, _: Any) -> None:  # noqa: ANN401
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in ("UTF8", None):  # some poolers do not pass it on
        raise BadInput(
            f"--database: the database {connection.info.dbname!r} has the encoding {encoding}, "
            "which cannot hold every text; make it with ENCODING 'UTF8' TEMPLATE template0"
        )


def _on_postgresql_connect(bounds: Bounds, connection: Any, _: Any) -> None:  # noqa: ANN401
    """Set the session's bounds; a start-up option would be refused by a pooler."""
    with connection.cursor() as cursor:
        for words in bounds.words():
            cursor.execute(f"SET {words}")
    connection.commit()


def _on_postgresql_begin(bounds: Bounds, connection: Connection) -> None:
    """Set the transaction's bounds: a pooler hands the session on after it."""
    connection.exec_driver_sql("; ".join(f"SET LOCAL {words}" for words in bounds.words()))


def _on_sqlite_connect(connection: Any, _: Any) -> None:  # noqa: ANN401
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",  # an acknowledged row survives a power cut
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")
