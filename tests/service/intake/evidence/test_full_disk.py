"""An evidence folder or a store on a full or read-only disk loses nothing."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from service.tables import complaints

DOCUMENT = b"%PDF-1.7\n"


def mounted(path, options):
    """Mount a small filesystem of its own at a path, or skip."""
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command")
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a filesystem cannot be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk():
    """A disk of 400 kB; not below pytest's directory, which a mount left over would jam."""
    path = Path(tempfile.mkdtemp(prefix="detector-disk-"))
    mounted(path, "size=400k")
    yield path
    # Lazily: the service that still has a file open is closed after this.
    subprocess.run(["umount", "--lazy", str(path)], check=True)
    path.rmdir()


def upload(caller, name, size):
    content = DOCUMENT + name.encode() + b"." * size
    return caller.post(
        "/v1/complaints/c1/evidence",
        data={"kind": "photo_received"},
        files={"file": (f"{name}.pdf", content, "application/pdf")},
    )


def evidence(caller):
    pieces = caller.get("/v1/complaints/c1").json()["evidence"]
    return {piece["evidence_id"]: piece["sha256"] for piece in pieces}


@pytest.fixture
def filed(start, sqlite_url, small_disk):
    """A service whose evidence lies on the small disk, with a complaint."""
    service = start(sqlite_url, evidence=small_disk / "evidence")
    service.as_("ingest").post("/v1/complaints", json=service.complaint("c1"))
    return service


def is_refused_for_now(answer):
    return (
        answer.status_code == 503
        and answer.headers["content-type"] == "application/problem+json"
        and int(answer.headers["retry-after"]) > 0
    )


def test_a_full_evidence_folder_refuses_what_does_not_fit_and_keeps_the_rest(filed, small_disk):
    mia = filed.as_("moderator", "mia")
    first = upload(mia, "first", 100_000)
    assert first.status_code == 201
    assert is_refused_for_now(upload(mia, "too large", 390_000))
    assert set(evidence(mia)) == {first.json()["evidence_id"]}
    left = [path for path in small_disk.rglob("*") if path.is_file()]
    assert [path.name for path in left] == [first.json()["sha256"]]
    assert upload(mia, "smaller", 100_000).status_code == 201
    for evidence_id in evidence(mia):
        assert mia.get(f"/v1/evidence/{evidence_id}/file").status_code == 200


def test_a_read_only_evidence_folder_takes_nothing_and_still_shows_what_it_has(filed, small_disk):
    mia = filed.as_("moderator", "mia")
    first = upload(mia, "first", 1_000).json()["evidence_id"]
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert is_refused_for_now(upload(mia, "second", 1_000))
    assert mia.get(f"/v1/evidence/{first}/file").status_code == 200
    link = {"kind": "photo_official", "link": "https://example.org/photo"}
    assert mia.post("/v1/complaints/c1/evidence", json=link).status_code == 201
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert upload(mia, "second", 1_000).status_code == 201
    assert len(evidence(mia)) == 3


def test_a_store_on_a_full_disk_answers_503_and_loses_nothing_acknowledged(start, small_disk):
    from service.database.engine import Database
    from service.database.revisions import prepare

    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    url = f"sqlite:///{small_disk}/store.sqlite3"
    database = Database(url)
    prepare(database)
    database.close()
    service = start(url)
    ingest, stored = service.as_("ingest"), []
    for number in range(200):
        batch = [service.complaint(f"c{number}-{n}") for n in range(100)]
        answer = ingest.post("/v1/complaints", json={"complaints": batch})
        if answer.status_code != 201:
            break
        stored += [complaint["complaint_id"] for complaint in batch]
    assert is_refused_for_now(answer)
    assert stored
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    assert ingest.post("/v1/complaints", json={"complaints": batch}).status_code == 201
    stored += [complaint["complaint_id"] for complaint in batch]
    with service.context.database.reading() as connection:
        there = list(connection.execute(complaints.select()).scalars())
    assert sorted(there) == sorted(stored)
