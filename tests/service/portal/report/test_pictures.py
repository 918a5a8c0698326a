"""Small pictures of a complainant's own files: theirs alone, of pixels alone, without a name."""

import re
from io import BytesIO

import pytest
from PIL import Image

from service.intake.evidence.pictures import SIDE_MAX
from service.portal.report.own_files import SHOWN_MAX
from tests.service.console.conftest import visitor
from tests.service.pictures import picture
from tests.service.portal.conftest import (
    buyer_at,
    hidden_in,
    reference_in,
    send_file,
    status_link_in,
)

SOURCE = re.compile(r'<img class="small" src="([^"]+)"')
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def drafting(buyer):
    """A buyer with a photo and a document on a draft."""
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="The label is wrong.")
    send_file(buyer, "/report/evidence/photo_received", picture("JPEG"), name="my-secret.jpg")
    send_file(buyer, "/report/evidence/receipt", PDF, name="my-secret.pdf")
    return buyer


@pytest.fixture
def sent(public, drafting):
    """What the page says when it was sent."""
    public.clock.pass_time(seconds=30)
    return drafting.form("/report/send", **hidden_in(drafting.get("/report/check").text)).text


def small_ones(person, page):
    """The small pictures of a page, each looked at."""
    shown = person.get(page)
    assert "my-secret" not in shown.text
    found = SOURCE.findall(shown.text)
    for address in found:
        answered = person.get(address)
        assert answered.status_code == 200
        assert answered.headers["Content-Type"] == "image/jpeg"
        assert "sandbox" in answered.headers["Content-Security-Policy"]
        assert answered.headers["Cache-Control"] == "no-store"
        assert "my-secret" not in str(answered.headers)
        with Image.open(BytesIO(answered.content)) as small:
            assert (small.format, max(small.size) <= SIDE_MAX) == ("JPEG", True)
            assert not small.getexif()
    return found


def test_a_picture_is_shown_on_the_draft_and_on_what_was_sent_and_a_document_is_not(
    drafting, public
):
    assert len(small_ones(drafting, "/report/evidence")) == 1
    public.clock.pass_time(seconds=30)
    sent = drafting.form("/report/send", **hidden_in(drafting.get("/report/check").text)).text
    back = visitor(public)
    back.get(status_link_in(sent))
    page = f"/report/status/{reference_in(sent)}"
    assert len(small_ones(back, page)) == 1
    assert "PDF, " in back.get(page).text


def test_nobody_else_sees_it(public, drafting):
    [address] = small_ones(drafting, "/report/evidence")
    for other in (visitor(public), buyer_at(public, order_id="o/2", buyer_id="b2")):
        assert other.get(address).status_code == 404
    assert drafting.get(f"{address}x").status_code == 404


def test_what_others_added_to_it_is_not_shown(public, drafting, sent):
    page = f"/report/status/{reference_in(sent)}"
    files = {"file": ("theirs.png", picture(), "image/png")}
    path = f"/v1/complaints/{reference_in(sent)}/evidence"
    shop = public.as_("ingest")
    for party in ("complainant", "seller"):
        body = {"kind": "photo_official", "party": party}
        added = shop.post(path, data=body, files=files)
        assert added.status_code == 201
        small = f"{page}/files/{added.json()['evidence_id']}"
        assert drafting.get(small).status_code == 404
    assert len(small_ones(drafting, page)) == 1


def test_an_erased_one_is_gone(public, drafting, sent):
    page = f"/report/status/{reference_in(sent)}"
    [address] = small_ones(drafting, page)
    erasure = {"buyer_id": "b1", "reason": "asked"}
    assert public.as_("admin").post("/v1/erasures", json=erasure).is_success
    assert drafting.get(address).status_code == 404


def test_so_many_are_shown_as_a_link_may_ask_for_at_once(buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    for width in range(SHOWN_MAX + 1):
        sent = send_file(buyer, "/report/evidence/receipt", picture(size=(width + 8, 8)))
    assert sent.text.count("/remove") == SHOWN_MAX + 1
    assert len(SOURCE.findall(sent.text)) == SHOWN_MAX
