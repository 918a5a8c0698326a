"""When the database goes away: clean 503s while it is gone, and recovery by itself."""

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from service.database.engine import Bounds, Database, url_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def gate(fresh_postgres_url):
    """Closes and opens the test's own database, as a stopped server would, and nobody else's."""
    name = make_url(fresh_postgres_url).database
    server = make_url(fresh_postgres_url).set(database="postgres")
    engine = create_engine(url_of(server.render_as_string(False)), isolation_level="AUTOCOMMIT")

    def set_open(is_open):
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {is_open}'))
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                ),
                {"name": name},
            )

    yield set_open
    set_open(True)
    engine.dispose()


def test_a_database_that_stops_is_a_clean_503_and_one_that_returns_is_used_again(
    start, fresh_postgres_url, gate
):
    service = start(fresh_postgres_url, key_cache_seconds=60)
    ingest, mia = service.as_("ingest"), service.as_("moderator", "mia")
    assert ingest.post("/v1/complaints", json=service.complaint("before")).status_code == 201
    assert mia.get("/v1/queue").status_code == 200
    gate(False)
    for _ in range(3):
        for answer in (
            ingest.post("/v1/complaints", json=service.complaint("during")),
            mia.get("/v1/queue"),
            mia.post("/v1/queue/claim"),
        ):
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
            assert "127.0.0.1" not in answer.text
    assert service.client.get("/healthz").status_code == 200
    assert "database" in service.client.get("/readyz").json()["checks"]
    assert service.client.get("/readyz").status_code == 503
    assert "detector_database_up 0.0" in service.client.get("/metrics").text
    gate(True)
    stored = [ingest.post("/v1/complaints", json=service.complaint("after")) for _ in range(3)]
    assert stored[-1].status_code in (200, 201)
    assert mia.get("/v1/complaints/before").status_code == 200
    assert mia.get("/v1/complaints/during").status_code == 404


def test_a_key_that_cannot_be_checked_is_neither_let_in_nor_called_wrong(
    start, fresh_postgres_url, gate
):
    service = start(fresh_postgres_url, key_cache_seconds=0)
    analyst = service.as_("analyst")
    gate(False)
    assert analyst.get("/v1/queue").status_code == 503
    gate(True)
    analyst.get("/v1/queue")
    assert analyst.get("/v1/queue").status_code == 200


def test_a_lock_that_somebody_forgot_costs_a_request_its_time_and_nobody_else(
    fresh_postgres_url, start
):
    service = start(fresh_postgres_url, lock_seconds=0.3)
    shop, mia = service.as_("ingest"), service.as_("moderator")
    assert shop.post("/v1/complaints", json=service.complaint("c1")).status_code == 201
    forgotten = create_engine(url_of(fresh_postgres_url))
    with forgotten.connect() as psql:
        psql.execute(text("LOCK TABLE complaints IN ACCESS EXCLUSIVE MODE"))
        answer = shop.post("/v1/complaints", json=service.complaint("c2"))
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
        assert mia.get("/v1/queue").status_code == 200
    forgotten.dispose()
    assert shop.post("/v1/complaints", json=service.complaint("c2")).status_code == 201


def test_a_statement_of_a_request_has_an_end(fresh_postgres_url):
    database = Database(fresh_postgres_url, bounds=Bounds(lock_s=1, statement_s=0.2))
    with pytest.raises(OperationalError), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    database.close()
