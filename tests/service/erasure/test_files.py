"""A file uploaded while another's piece with the same bytes is erased is kept, whoever is first."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from threading import Barrier

import pytest

from service.erasure.actions import remove_files
from service.http.access.keys import Caller
from service.intake.evidence.actions import add_evidence, store_file
from service.intake.evidence.schemas import EvidenceFile
from service.intake.evidence.store import lock_file
from service.refusals import EvidenceAway
from service.roles import Role
from service.tables import evidence
from tests.service.pictures import picture

INGEST = Caller("shop", Role.INGEST, "k")


def keep(service):
    given = {"bytes_max": 1_000_000, "pixels_max": 1_000_000}
    return store_file(picture(), service.parts.storage, **given)


def add(service, connection, kept, complaint_id="c1"):
    return add_evidence(
        connection,
        complaint_id,
        EvidenceFile(kind="photo"),
        kept,
        storage=service.parts.storage,
        pieces_max=50,
        caller=INGEST,
        now=service.clock.now,
    )


@pytest.fixture
def filed(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    return either


def test_an_erasure_waits_for_an_upload_under_way_and_counts_it(filed):
    database, kept = filed.context.database, keep(filed)
    with ThreadPoolExecutor(1) as beside:
        with database.writing() as connection:
            add(filed, connection, kept)
            erasure = beside.submit(remove_files, database, filed.parts.storage, [kept.sha256])
            with pytest.raises(StillWaiting):
                erasure.result(timeout=0.5)
        assert erasure.result() == 0
    assert filed.parts.storage.get(kept.sha256) == kept.content


def test_an_upload_waits_for_an_erasure_under_way_and_puts_its_file_back(filed):
    database, kept = filed.context.database, keep(filed)

    def upload():
        with database.writing() as connection:
            add(filed, connection, kept)

    with ThreadPoolExecutor(1) as beside:
        with database.writing() as connection:
            lock_file(connection, kept.sha256)
            upload = beside.submit(upload)
            with pytest.raises(StillWaiting):
                upload.result(timeout=0.5)
            assert filed.parts.storage.remove(kept.sha256)
        upload.result()
    assert filed.parts.storage.get(kept.sha256) == kept.content


def test_a_file_that_cannot_be_put_back_leaves_no_piece(filed, tmp_path):
    kept = keep(filed)
    assert filed.parts.storage.remove(kept.sha256)
    folder = filed.context.settings.evidence / kept.sha256[:2]
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(EvidenceAway), filed.context.database.writing() as connection:
        add(filed, connection, kept)
    with filed.context.database.reading() as connection:
        assert connection.execute(evidence.select()).all() == []


def test_of_many_uploads_and_erasures_at_once_no_acknowledged_file_is_lost(filed):
    database, storage, rounds = filed.context.database, filed.parts.storage, 12
    together = Barrier(2, timeout=60)

    def upload():
        for _ in range(rounds):
            together.wait()
            kept = keep(filed)
            with database.writing() as connection:
                piece = add(filed, connection, kept)
            assert storage.get(kept.sha256) == kept.content
            together.wait()
            with database.writing() as connection:
                gone = evidence.c.evidence_id == piece.evidence_id
                connection.execute(evidence.update().where(gone).values(sha256=None))

    def erase():
        for _ in range(rounds):
            together.wait()
            remove_files(database, storage, [sha])
            together.wait()

    sha = keep(filed).sha256
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(upload), both.submit(erase)]:
            done.result(timeout=60)
