"""A backup taken while the service runs is a store that another service goes on with."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from service.audit.verification import verify
from service.database.engine import url_of
from tests.parts import is_missing
from tests.service.pictures import picture


def dump_and_restore_sqlite(url, directory):
    """What `sqlite3 store ".backup copy"` does."""
    copy = directory / "copy.sqlite3"
    opened = sqlite3.connect(make_url(url).database), sqlite3.connect(copy)
    with closing(opened[0]) as source, closing(opened[1]) as target:
        source.backup(target)
    return f"sqlite:///{copy}"


def dump_and_restore_postgres(url, directory):
    if not shutil.which("pg_dump") or not shutil.which("pg_restore"):
        is_missing("no pg_dump and pg_restore")
    plain = make_url(url).set(drivername="postgresql")
    source = plain.render_as_string(hide_password=False)
    dump = directory / "store.dump"
    subprocess.run(["pg_dump", "--format=custom", "--file", dump, source], check=True)
    name = f"detector_restored_{uuid4().hex[:8]}"
    engine = create_engine(url_of(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    restored = plain.set(database=name).render_as_string(hide_password=False)
    subprocess.run(["pg_restore", "--exit-on-error", "--dbname", restored, dump], check=True)
    return restored


@pytest.fixture
def backed_up(tmp_path):
    """Back a store up and restore it beside; the copy's URL."""
    made = []

    def copy(service):
        database = service.context.database
        url = database.url.render_as_string(hide_password=False)
        ways = {True: dump_and_restore_postgres, False: dump_and_restore_sqlite}
        made.append(ways[database.is_postgresql](url, tmp_path))
        return made[-1]

    yield copy
    for url in made:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            server = parsed.set(database="postgres").render_as_string(hide_password=False)
            engine = create_engine(url_of(server), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{parsed.database}" WITH (FORCE)'))
            engine.dispose()


def judge(service, complaint_id):
    verdict = {"outcome": "upheld", "reason": "fake"}
    mia = service.as_("moderator", "mia")
    return mia.post(f"/v1/complaints/{complaint_id}/verdict", json=verdict)


def upload(service):
    shown = ("p.png", picture(), "image/png")
    mia = service.as_("moderator", "mia")
    path = "/v1/complaints/c1/evidence"
    return mia.post(path, data={"kind": "photo_received"}, files={"file": shown})


def test_a_restored_store_knows_everything_and_goes_on(either, start, backed_up, tmp_path):
    ingest = either.as_("ingest")
    batch = [either.complaint(f"c{number}") for number in range(3)]
    assert ingest.post("/v1/complaints", json={"complaints": batch}).is_success
    either.prove(*(one["complaint_id"] for one in batch))
    piece = upload(either).json()["evidence_id"]
    assert judge(either, "c0").status_code == 201
    copied = backed_up(either)
    shutil.copytree(tmp_path / "evidence", tmp_path / "evidence copy")
    assert judge(either, "c2").status_code == 201  # after the backup: not in it

    restored = start(copied, evidence=Path(tmp_path / "evidence copy"))
    analyst = restored.as_("analyst")
    assert restored.client.get("/readyz").json()["checks"]["database"] == "ok"
    assert analyst.get("/v1/sellers/s1").json()["standing"]["points"] == 6
    assert analyst.get("/v1/complaints/c2").json()["verdict"] is None
    assert restored.as_("moderator").get(f"/v1/evidence/{piece}/file").status_code == 200
    assert judge(restored, "c1").status_code == 201
    with restored.context.database.reading() as connection:
        found = verify(connection)
    count, faults = found.records, found.sentences
    assert faults == []
    assert count > 0
