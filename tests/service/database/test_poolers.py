"""A pooler between the service and PostgreSQL that hands connections on after each transaction."""

import getpass
import shutil
import subprocess
import time
from socket import create_connection, socket

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from service.cli.findings import database_finding
from service.database.engine import Bounds, Database
from service.settings import Settings
from tests.parts import is_missing

pytestmark = pytest.mark.postgres
CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = transaction
default_pool_size = 3
"""


@pytest.fixture
def pooled_url(postgres_url, tmp_path):
    """The database behind a pooler that knows no prepared statements."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        is_missing("PgBouncer is not installed")
    url = make_url(postgres_url)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    written = tmp_path / "pgbouncer.ini"
    given = {"host": url.host, "port": url.port or 5432, "user": url.username or "postgres"}
    written.write_text(CONFIGURATION.format(listen=port, **given), encoding="utf-8")
    # It refuses to be root.
    user = ["-u", "nobody"] if getpass.getuser() == "root" else []
    pooler = subprocess.Popen([program, *user, written], stderr=subprocess.PIPE)
    for _ in range(100):
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert pooler.poll() is None, pooler.stderr.read()
            time.sleep(0.05)
    yield f"postgresql://{given['user']}@127.0.0.1:{port}/{url.database}"
    pooler.terminate()
    pooler.communicate()


def test_through_a_pooler_everything_is_filed_and_decided(pooled_url, start):
    service = start(pooled_url, prepared=False)
    ingest, moderator = service.as_("ingest"), service.as_("moderator")
    # More often than the five times after which a statement is prepared, over several connections.
    names = [f"c{number}" for number in range(12)]
    for name in names:
        filed = ingest.post("/v1/complaints", json=service.complaint(name))
        assert filed.status_code == 201, filed.text
    service.prove(*names)
    for name in names:
        given = {"outcome": "rejected", "reason": "The photos show the offered item."}
        decided = moderator.post(f"/v1/complaints/{name}/verdict", json=given)
        assert decided.status_code == 201, decided.text
    with service.context.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 0


def test_bounds_hold_for_each_transaction_and_stay_with_nobody_else(pooled_url):
    bounded = Database(pooled_url, bounds=Bounds(0.2, 0.2), prepared=False)
    unbounded = Database(pooled_url, prepared=False)
    for _ in range(5):
        with pytest.raises(DBAPIError, match="statement timeout"), bounded.reading() as connection:
            connection.execute(text("SELECT pg_sleep(5)"))
        with unbounded.reading() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"
    bounded.close()
    unbounded.close()


def test_the_doctor_sees_the_pooler_and_says_which_setting_it_needs(pooled_url, postgres_url):
    direct = database_finding(Settings(database=postgres_url))
    assert direct.state == "fine"
    behind = database_finding(Settings(database=pooled_url))
    assert behind.state == "notice"
    assert behind.sentence.endswith("set DETECTOR_PREPARED=false.")
    assert database_finding(Settings(database=pooled_url, prepared=False)).state == "fine"
