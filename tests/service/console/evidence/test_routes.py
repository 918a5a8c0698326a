"""Evidence on pages: no picture before it is asked for, and nothing in a file that runs."""

import re

import pytest

from tests.service.console.conftest import person, visitor
from tests.service.pictures import picture, pixels

PNG = picture("PNG")
PDF = b"%PDF-1.7\n" + b"x" * 40
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def filed(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    return service


def upload(service, content=PNG, kind="photo_received", **said):
    sent = service.as_("ingest").post(
        "/v1/complaints/c1/evidence",
        data={"kind": kind, **said},
        files={"file": ("x", content, "image/png")},
    )
    assert sent.status_code == 201, sent.text
    return sent.json()["evidence_id"]


def pictures_in(page):
    return re.findall(r'<img src="([^"]+)"', page.text)


def test_a_piece_has_a_page_that_shows_its_picture_beside_the_official_one(filed, sign_in):
    received, official = upload(filed), upload(filed, picture("PNG", seed=5), "photo_official")
    shown = sign_in("analyst").get(f"/evidence/{received}")
    assert pictures_in(shown) == [f"/evidence/{received}/file", f"/evidence/{official}/file"]
    assert pictures_in(sign_in("analyst").get(f"/evidence/{official}")) == [
        f"/evidence/{official}/file"
    ]


def test_a_picture_is_the_file_that_was_kept(filed, sign_in):
    piece = upload(filed)
    sent = sign_in("moderator").get(f"/evidence/{piece}/file")
    assert pixels(sent.content) == pixels(PNG)
    assert sent.headers["content-type"] == "image/png"
    assert sent.headers["content-disposition"].startswith("inline")
    assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert sent.headers["cache-control"] == "no-store"
    assert sent.headers["cross-origin-resource-policy"] == "same-origin"


def test_what_is_no_picture_is_only_for_saving(filed, sign_in):
    piece, known = upload(filed, PDF, "receipt"), sign_in("moderator")
    shown = known.get(f"/evidence/{piece}")
    assert pictures_in(shown) == []
    assert f'href="/evidence/{piece}/file"' in shown.text
    sent = known.get(f"/evidence/{piece}/file")
    assert sent.headers["content-type"] == "application/octet-stream"
    assert re.fullmatch(
        r'attachment; filename="[0-9a-f]{16}\.pdf"', sent.headers["content-disposition"]
    )


def test_who_never_wants_pictures_gets_none(filed, sign_in):
    piece, known = upload(filed), sign_in("moderator")
    known.form("/preferences", pictures="never", colours="grey")
    shown = known.get(f"/evidence/{piece}")
    assert pictures_in(shown) == []
    assert "You chose never to see pictures." in shown.text
    assert 'data-colours="grey"' in shown.text
    known.form("/preferences", pictures="veiled")
    assert len(pictures_in(known.get(f"/evidence/{piece}"))) == 1


def test_a_picture_can_be_turned_and_enlarged_by_links(filed, sign_in):
    piece, known = upload(filed), sign_in("moderator")
    address = f"/evidence/{piece}"
    for _ in range(3):
        link = re.search(r'href="(\?turn=\d&amp;large=\d)">Turn', known.get(address).text)[1]
        address = f"/evidence/{piece}{link.replace('&amp;', '&')}"
    assert 'class="picture turn-3"' in known.get(address).text
    assert 'class="picture turn-0 large"' in known.get(f"/evidence/{piece}?large=1").text
    assert known.get(f"/evidence/{piece}?turn=4").status_code == 404


def test_words_about_evidence_stay_text(filed, sign_in):
    piece = upload(filed, kind=HOSTILE, note=HOSTILE)
    text = sign_in("analyst").get(f"/evidence/{piece}").text
    assert HOSTILE not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_evidence_that_is_not_there_is_a_page_that_says_so(sign_in):
    for address in ("/evidence/none", "/evidence/none/file"):
        missing = sign_in("analyst").get(address)
        assert missing.status_code == 404
        assert "evidence" in missing.text


def test_files_are_for_people_who_are_signed_in(filed):
    piece = upload(filed)
    asked = visitor(filed).get(f"/evidence/{piece}/file", follow_redirects=False)
    assert asked.headers["location"].startswith("/login")
    ended = person(filed, "analyst")
    ended.form("/sessions/end")
    assert ended.get(f"/evidence/{piece}/file", follow_redirects=False).status_code == 303
