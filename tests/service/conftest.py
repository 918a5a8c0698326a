"""A service to talk to: on SQLite for most tests, on PostgreSQL where the database matters."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import OperationalError
from starlette.datastructures import State
from starlette.testclient import TestClient

from detector.instants import text_of
from detector.priority import order_of
from models.detectors import registry_at
from service.app import create_app
from service.callers.making import make_key
from service.cases import store as case_store
from service.cli import main
from service.database.engine import Database, metadata, url_of
from service.database.revisions import prepare, upgrade
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.http.fields import instant_of
from service.intake.complaints.tables import complaints
from service.intake.evidence.actions import add_evidence
from service.intake.evidence.schemas import EvidenceLink
from service.roles import Role
from service.settings import Settings
from tests.once import made_once
from tests.parts import is_missing

SERVER = os.environ.get("DETECTOR_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
NOW = "2026-03-02T12:00:00Z"
STORE = "store.sqlite3"
HOUR_US = 3_600_000_000
SHOP = Caller("shop", Role.INGEST, "shop")
PHOTOS = ("photo_received", "photo_official")
"""Evidence enough for the standard rules."""


@dataclass
class FakeClock:
    """A clock that stands still until it is moved; it stands in for the machine's."""

    now: int

    def __call__(self) -> int:
        return self.now

    def pass_time(self, **parts: float) -> None:
        from datetime import timedelta

        self.now += int(timedelta(**parts).total_seconds() * 1e6)

    @property
    def text(self) -> str:
        return text_of(self.now)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(instant_of(NOW))


@cache
def _migrated() -> bytes:
    """A migrated SQLite store: migrations take longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / STORE
        database = Database(f"sqlite:///{path}")
        prepare(database)
        database.close()
        assert [one.name for one in path.parent.iterdir()] == [path.name]  # no journal beside it
        return path.read_bytes()


def fresh_store(folder: Path) -> str:
    """The URL of a migrated SQLite store with nothing in it, made in a folder."""
    return store_of(folder, _migrated())


def store_of(folder: Path, content: bytes) -> str:
    """The URL of a SQLite store with a content, written into a folder."""
    path = folder / STORE
    path.write_bytes(content)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A migrated SQLite store with nothing in it."""
    return fresh_store(tmp_path)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated database that fresh ones are copied from."""
    name = f"detector_template_{uuid4().hex[:12]}"
    try:
        _on_server(f'CREATE DATABASE "{name}"')
    except OperationalError:
        is_missing(f"no PostgreSQL answers at {make_url(SERVER).render_as_string()}")
    database = Database(_database_named(name))
    upgrade(database)
    with database.writing() as connection:
        # Rows of one test would be vacuumed at any moment of a later one, whose rows take their
        # places: what is read without an order would come in another one now and then.
        unvacuumed = (f'ALTER TABLE "{n}" SET (autovacuum_enabled = off)' for n in metadata.tables)
        connection.exec_driver_sql("; ".join(unvacuumed))
    database.close()
    yield name
    _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def fresh_postgres_url(postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, for those that change its tables."""
    yield from _copy_of(postgres_template)


@pytest.fixture(scope="session")
def postgres_worker_url(postgres_template: str) -> Iterator[str]:
    """One PostgreSQL database for all tests of a worker; use `postgres_url`."""
    yield from _copy_of(postgres_template)


@pytest.fixture
def postgres_url(postgres_worker_url: str) -> str:
    """A migrated PostgreSQL database with nothing in it."""
    database = Database(postgres_worker_url)
    with database.writing() as connection:
        connection.exec_driver_sql(EMPTIED)
    database.close()
    return postgres_worker_url


EMPTIED = "; ".join(
    (
        # The record refuses to lose rows; a superuser can switch its triggers off.
        "SET LOCAL session_replication_role = replica",
        # What a test leaves is little: to give each table new files takes far longer.
        *(f'DELETE FROM "{name}"' for name in metadata.tables),
        "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence",
    )
)

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Each store in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=STORES)
def fresh_database_url(request: pytest.FixtureRequest) -> str:
    """Each store in turn, for tests that change its tables."""
    prefix = "fresh_" if request.param == "postgres" else ""
    return str(request.getfixturevalue(f"{prefix}{request.param}_url"))


def _copy_of(template: str) -> Iterator[str]:
    name = f"detector_{uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    # No test ends the server, so none has to wait until its disk has everything.
    _on_server(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    yield _database_named(name)
    _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    engine = create_engine(url_of(SERVER), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database_named(name: str) -> str:
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


@dataclass
class Service:
    """A running application and the keys of its people."""

    client: TestClient
    context: AppContext
    clock: FakeClock

    @property
    def parts(self) -> State:
        """What the application is put together from: its worker, model, storage and so on."""
        state: State = self.client.app.state  # type: ignore[attr-defined]
        return state

    def key(self, role: Role | str, person: str | None = None) -> str:
        with self.context.database.writing() as connection:
            return make_key(connection, Role(role), now=self.clock.now, person=person)

    def as_(self, role: Role | str, person: str | None = None) -> TestClient:
        """A client that calls in a role; each name is a person of its own."""
        caller = TestClient(self.client.app, raise_server_exceptions=False)
        caller.portal = self.client.portal  # or each call would start a loop and threads
        caller.headers["Authorization"] = f"Bearer {self.key(role, person)}"
        return caller

    def prove(self, *ids: str, kinds: Sequence[str] = PHOTOS) -> None:
        """Put evidence on file with complaints: those named, or all there are."""
        with self.context.database.writing() as connection:
            for one in ids or connection.execute(select(complaints.c.complaint_id)).scalars().all():
                for kind in kinds:
                    link = EvidenceLink(kind=kind, link=f"https://example.org/{kind}.jpg")
                    add_evidence(
                        connection,
                        one,
                        link,
                        None,
                        storage=self.parts.storage,
                        pieces_max=100,
                        caller=SHOP,
                        now=self.clock.now,
                    )

    def complaint(self, complaint_id: str = "c1", **changed: object) -> dict[str, object]:
        return {
            "complaint_id": complaint_id,
            "seller_id": "s1",
            "filed_at": "2026-03-01T10:00:00Z",
            "category": "counterfeit",
            "order_id": f"order of {complaint_id}",
            **changed,
        }


Starts = Callable[..., Service]


@pytest.fixture
def start(clock: FakeClock, tmp_path: Path) -> Iterator[Starts]:
    """Start a service on a store."""
    clients: list[TestClient] = []

    def begin(database: str, **settings: object) -> Service:
        given = {"models": tmp_path / "models", "evidence": tmp_path / "evidence", "work": False}
        app = create_app(Settings(database=database, **(given | settings)), clock=clock)
        client = TestClient(app, raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return Service(client, app.state.context, clock)

    yield begin
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def service(start: Starts, sqlite_url: str) -> Service:
    """A service on SQLite."""
    return start(sqlite_url)


@pytest.fixture
def either(start: Starts, database_url: str) -> Service:
    """A service on each store in turn."""
    return start(database_url)


Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `detector` with some words and give what its process would: code, output and errors.

    To start an interpreter for it would take most of a second.
    """

    def run(*words: str) -> CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["detector", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return CompletedProcess(words, ended.value.code or 0, told.out, told.err)

    return run


@pytest.fixture(scope="session")
def small_market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a trained model and the complaints and orders it was trained on.

    The market's last day is the day before `NOW`.
    """
    from datetime import date, timedelta

    from service.demo.story import Market, train_model
    from training.simulator import Marketplace
    from training.simulator.writing import write_market

    ends = date.fromisoformat(NOW[:10])
    market = Marketplace(sellers=60, days=200, starts_on=ends - timedelta(days=200))

    def made(directory: Path) -> Path:
        rows = write_market(market, 5, directory)
        registry = registry_at(directory / "models")
        train_model(
            Market(directory, rows["complaints"], rows["orders"]), registry, now=instant_of(NOW)
        )
        return directory

    return made_once(tmp_path_factory, "small_market", made)


@pytest.fixture(scope="session")
def small_market_filed(small_market: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite store in which the small market was filed at `NOW`."""
    from service.demo.story import Market, load

    def made(folder: Path) -> bytes:
        context = AppContext(Settings(database=fresh_store(folder), models=small_market / "models"))
        load(Market(small_market, 0, 0), context, now=instant_of(NOW))
        context.close()
        return (folder / STORE).read_bytes()

    return made_once(tmp_path_factory, "small_market_filed", made)


@pytest.fixture
def stocked(
    start: Starts, tmp_path: Path, small_market: Path, small_market_filed: bytes, clock: FakeClock
) -> Service:
    """A service on SQLite that knows the small market and has its model."""
    assert clock.text == NOW
    return start(store_of(tmp_path, small_market_filed), models=small_market / "models")


@pytest.fixture
def open_cases() -> Callable[..., None]:
    """Open cases without a detector: one for each chance given, of sellers s0, s1, …"""

    def opened(service: Service, *bases: float, due_in_hours: float = 72) -> None:
        now = service.clock.now
        rows = [
            {
                "case_id": f"c_{number}",
                "seller_id": f"s{number}",
                "status": "open",
                "suspicion": "seller",
                "opened_at": now,
                "due_at": now + due_in_hours * HOUR_US,
                "base": f'{{"harm": {base}}}',
                "order_key": order_of({"harm": base}, now + due_in_hours * HOUR_US),
                "reasons": '["because"]',
            }
            for number, base in enumerate(bases)
        ]
        with service.context.database.writing() as connection:
            case_store.insert_cases(connection, rows)

    return opened
