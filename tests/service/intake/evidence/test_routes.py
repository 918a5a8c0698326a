"""Evidence over HTTP: links and files; what a file is, its content says."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.service.pictures import picture, pixels

PNG = picture("PNG")
PDF = b"%PDF-1.7\n" + b"x" * 40


@pytest.fixture
def filed(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    return service


def upload(service, content, name="photo.png", media_type="image/png", kind="photo_received"):
    return service.as_("ingest").post(
        "/v1/complaints/c1/evidence",
        data={"kind": kind, "note": "as it arrived"},
        files={"file": (name, content, media_type)},
    )


def test_a_picture_is_kept_and_shown(filed):
    added = upload(filed, PNG)
    assert added.status_code == 201
    assert added.json()["media_type"] == "image/png"
    shown = filed.as_("moderator").get(f"/v1/evidence/{added.json()['evidence_id']}/file")
    assert pixels(shown.content) == pixels(PNG)
    said = (added.json()["sha256"], added.json()["bytes"])
    assert said == (sha256(shown.content).hexdigest(), len(shown.content))
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    listed = filed.as_("moderator").get("/v1/complaints/c1").json()["evidence"]
    assert [piece["kind"] for piece in listed] == ["photo_received"]


def test_what_a_browser_might_run_is_only_offered_for_saving(filed):
    added = upload(filed, PDF, "a.pdf", "application/pdf").json()
    shown = filed.as_("moderator").get(f"/v1/evidence/{added['evidence_id']}/file")
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00",
        b"#!/bin/sh\nrm -rf /",
        b"PK\x03\x04",
    ],
)
def test_a_file_is_what_its_content_is_and_only_some_are_taken(filed, content):
    assert upload(filed, content, "photo.png", "image/png").status_code == 415


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\x.png", "/etc/cron.d/x", "a\x00b.png", "."]
)
def test_a_file_name_never_reaches_the_disk(filed, name):
    assert upload(filed, PNG, name).status_code in (201, 422, 400)
    folder = Path(filed.context.settings.evidence)
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert all(len(path.name) == 64 and path.parent.parent == folder for path in kept)


def test_the_same_file_twice_is_kept_once(filed):
    assert upload(filed, PNG).json()["sha256"] == upload(filed, PNG).json()["sha256"]
    kept = [path for path in Path(filed.context.settings.evidence).rglob("*") if path.is_file()]
    assert len(kept) == 1


def test_a_file_that_is_too_large_is_refused(start, sqlite_url):
    service = start(sqlite_url, evidence_bytes_max=20)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    assert upload(service, PNG).status_code == 413


def test_a_file_that_was_changed_on_disk_is_not_shown(filed):
    added = upload(filed, PNG).json()
    [path] = [path for path in Path(filed.context.settings.evidence).rglob("*") if path.is_file()]
    path.write_bytes(PNG + b"more")
    shown = filed.as_("moderator").get(f"/v1/evidence/{added['evidence_id']}/file")
    assert shown.status_code == 404


def test_a_folder_that_takes_no_files_is_a_503_and_loses_nothing(start, sqlite_url, tmp_path):
    (tmp_path / "in the way").write_text("")
    service = start(sqlite_url, evidence=tmp_path / "in the way")
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    answer = upload(service, PNG)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert service.as_("moderator").get("/v1/complaints/c1").json()["evidence"] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_a_503_and_leaves_no_half_file(filed, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    folder = Path(filed.context.settings.evidence)
    from service.intake.evidence.storage import Folder
    from service.refusals import EvidenceAway

    with pytest.raises(EvidenceAway, match="No space"):
        Folder(folder).put(PNG)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "x"},
        {"kind": "x", "link": "javascript:alert(1)"},
        {"kind": "x", "link": "file:///etc/passwd"},
        {"kind": "", "link": "https://e.example"},
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(filed, body):
    answer = filed.as_("ingest").post("/v1/complaints/c1/evidence", json=body)
    assert answer.status_code == 422


def test_a_form_without_a_file_and_other_content_types_are_refused(filed):
    ingest = filed.as_("ingest")
    path = "/v1/complaints/c1/evidence"
    assert ingest.post(path, data={"kind": "x"}).status_code == 415
    form = {"kind": (None, "x")}
    assert ingest.post(path, files=form).status_code == 422
    assert (
        ingest.post(path, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    )
    assert ingest.get("/v1/complaints/c1").json()["evidence"] == []


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_phones_own_format_is_refused_with_the_way_to_convert_it(filed, brand):
    answer = upload(filed, b"\0\0\0\x18ftyp" + brand + bytes(40), "photo.jpg", "image/jpeg")
    assert answer.status_code == 415
    assert "convert it to JPEG" in answer.json()["detail"]


def test_a_picture_of_too_many_pixels_is_refused_with_its_size(start, sqlite_url):
    service = start(sqlite_url, picture_pixels_max=47)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    answer = upload(service, PNG)
    assert answer.status_code == 413
    assert "8 x 6 pixels; at most 47 are taken" in answer.json()["detail"]
    assert upload(service, picture("PNG", size=(47, 1))).status_code == 201


def test_a_video_is_kept_without_its_place(filed):
    place = b"\0\0\0\x18udta+48.85+002.29/"
    added = upload(filed, b"\0\0\0\x10ftypisom\0\0\0\0" + place.ljust(24, b"x"), "a.mp4")
    assert (added.status_code, added.json()["media_type"]) == (201, "video/mp4")
    path = f"/v1/evidence/{added.json()['evidence_id']}/file"
    assert b"48.85" not in filed.as_("moderator").get(path).content


def test_each_party_has_room_of_its_own_and_no_more(start, database_url):
    service = start(database_url, evidence_pieces_max=2)
    ingest = service.as_("ingest")
    ingest.post("/v1/complaints", json=service.complaint())
    link = {"kind": "receipt", "link": "https://e.example/1"}
    path = "/v1/complaints/c1/evidence"

    def add(party):
        return ingest.post(path, json={**link, "party": party})

    assert [add("complainant").status_code for _ in range(3)] == [201, 201, 409]
    assert [add("seller").status_code for _ in range(3)] == [201, 201, 409]
    assert "2 pieces of evidence from the seller" in add("seller").json()["detail"]
    assert len(ingest.get("/v1/complaints/c1").json()["evidence"]) == 4
