"""A buyer comes by the marketplace's link, answers one question a page, and sends a complaint."""

import re

import pytest
from sqlalchemy import select

from service.database.engine import metadata
from service.intake.reports.tables import report_files, reports
from service.links.visits import PRIVATE
from tests.service.console.conftest import person, visitor
from tests.service.pictures import picture
from tests.service.portal.conftest import (
    buyer_at,
    hidden_in,
    link_for,
    reference_in,
    send_file,
    sent_by,
    status_link_in,
)

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(select(table)).all()


def everything_in(service):
    return {table.name: sorted(map(repr, rows(service, table))) for table in metadata.sorted_tables}


def complaint(service, reference):
    return service.as_("ingest").get(f"/v1/complaints/{reference}").json()


def test_a_complaint_is_filed_with_what_the_link_knows_and_what_the_buyer_says(public, buyer):
    buyer.form("/report/begin")
    asked = buyer.form("/report/what", category="counterfeit")
    assert asked.url.path == "/report/why"
    shown = buyer.form("/report/why", words="The label is wrong.")
    assert shown.url.path == "/report/evidence"
    for kind in ("photo_received", "photo_official"):
        added = send_file(buyer, f"/report/evidence/{kind}", picture("JPEG"))
        assert "The file is added." in added.text
    checked = buyer.get("/report/check")
    assert "The label is wrong." in checked.text
    assert "You have added all that the rules ask for." in checked.text
    public.clock.pass_time(seconds=30)
    sent = buyer.form("/report/send", **hidden_in(checked.text))
    assert "We have your complaint" in sent.text
    filed = complaint(public, reference_in(sent.text))
    facts = ("seller_id", "order_id", "buyer_id", "category", "outcome", "evidence_count")
    assert [filed[name] for name in facts] == ["s1", "o/1", "b1", "counterfeit", "pending", 2]
    assert (filed["source"], filed["source_identity"]) == ("notice", None)
    assert {one["kind"] for one in filed["evidence"]} == {"photo_received", "photo_official"}
    assert filed["evidence_wanted"]["enough"]
    page = person(public, "moderator").get(f"/complaints/{filed['complaint_id']}").text
    assert "The label is wrong." in page
    assert "Unverified notice." not in page


def test_every_page_can_be_opened_again_and_changes_nothing(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="The label is wrong.")
    before = everything_in(public)
    for step in ("", "/what", "/why", "/evidence", "/evidence/receipt", "/check", "/later"):
        page = buyer.get(f"/report{step}")
        assert page.status_code == 200, step
        for name, value in PRIVATE.items():
            assert page.headers[name] == value
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert everything_in(public) == before


@pytest.mark.parametrize(
    ("step", "answer", "said"),
    [
        ("what", {}, "Choose what is wrong."),
        ("what", {"category": "strange"}, "Choose what is wrong."),
        ("why", {"words": " … "}, "Write what happened, in your own words."),
        ("why", {"words": "x" * 4_001}, "Write 4000 letters at most."),
    ],
)
def test_what_is_wrong_is_said_on_top_and_at_the_field(buyer, step, answer, said):
    buyer.form("/report/begin")
    refused = buyer.form(f"/report/{step}", **answer)
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert 'tabindex="-1" id="problem"' in refused.text
    assert refused.text.count(said) == 2
    field = re.search(r'<li><a href="#(\w+)">', refused.text)[1]
    assert f'id="{field}"' in refused.text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"x" * 40_000_000, "photo.jpg", "The file has 40.0 MB. The most we take is 10.0 MB."),
        (b"\xff\xd8\xff" + bytes(10_050_000), "photo.jpg", "The most we take is 10.0 MB."),
        (HEIC, "IMG_1.jpg", "This is a HEIC photo"),
        (SVG, "photo.png", "This is an SVG drawing, whatever its name says."),
        (b"hello", "a.txt", "We cannot read this kind of file."),
        (b"", "a.jpg", "The file is empty."),
        (b"\xff\xd8\xff\xe0 no picture", "a.jpg", "The file is broken."),
    ],
)
def test_a_bad_file_is_told_apart_and_the_others_stay(public, buyer, content, name, said):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    send_file(buyer, "/report/evidence/photo_received", picture("PNG"))
    refused = send_file(buyer, "/report/evidence/photo_official", content, name)
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert refused.text.count(said) == 2
    assert [one.kind for one in rows(public, report_files)] == ["photo_received"]


def test_a_picture_with_too_many_dots_and_a_form_without_a_file_are_refused(start, sqlite_url):
    service = start(sqlite_url, public=True, picture_pixels_max=100)
    buyer = buyer_at(service)
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    refused = send_file(buyer, "/report/evidence/receipt", picture("PNG", size=(64, 48)))
    assert "The picture has too many pixels." in refused.text
    headers = {"Sec-Fetch-Site": "same-origin"}
    empty = buyer.post("/report/evidence/receipt", files={"file": ("", b"")}, headers=headers)
    assert "Choose a file first." in empty.text
    assert buyer.post("/report/evidence/receipt", data={}, headers=headers).status_code == 422


def test_the_same_file_twice_is_once_and_can_be_taken_off(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    for _ in "12":
        page = send_file(buyer, "/report/evidence/receipt", picture("PNG"))
    (file,) = rows(public, report_files)
    assert page.text.count("/remove") == 1
    assert "The file is taken off." in buyer.form(f"/report/files/{file.file_id}/remove").text
    assert rows(public, report_files) == []


def test_no_more_files_than_are_kept(start, sqlite_url):
    service = start(sqlite_url, public=True, evidence_pieces_max=1)
    buyer = buyer_at(service)
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    send_file(buyer, "/report/evidence/receipt", picture("PNG"))
    refused = send_file(buyer, "/report/evidence/other", picture("PNG", seed=7))
    assert "You have added as many files as we keep." in refused.text


def test_what_is_missing_is_said_before_sending_and_afterwards(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="fake")
    send_file(buyer, "/report/evidence/photo_received", picture("PNG"))
    public.clock.pass_time(seconds=30)
    checked = buyer.get("/report/check")
    sent = buyer.form("/report/send", **hidden_in(checked.text))
    shown = buyer.get(f"/report/status/{reference_in(sent.text)}")
    for page in (checked, sent, shown):
        assert "Still missing for your complaint to be upheld" in page.text
        missing = re.search(r"<ul>(.*?)</ul>", page.text.partition("Still missing")[2])[1]
        assert "a photo by the brand" in missing
        assert "a photo of what you got" not in missing


def test_each_way_that_is_said_to_be_enough_is_enough(buyer):
    """A letter alone is one kind of proof where the rules ask for two."""
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    page = buyer.form("/report/why", words="fake")
    ways = re.findall("<li>(.*?)</li>", page.text.partition("One of these is enough:")[2])
    assert "a letter by the brand and 1 more kind of proof" in ways
    assert "a photo by the brand and a photo of what you got" in ways
    send_file(buyer, "/report/evidence/rights_holder_statement", picture("PNG"))
    assert "We need 1 more kind of proof." in buyer.get("/report/check").text
    send_file(buyer, "/report/evidence/other", picture("PNG", seed=7))
    assert "You have added all that the rules ask for." in buyer.get("/report/check").text


def test_a_category_without_a_rule_asks_for_nothing(buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="damaged")
    shown = buyer.form("/report/why", words="broken")
    assert "You need no proof." in shown.text
    assert "Still missing" not in shown.text


def test_an_order_has_one_open_complaint_of_a_kind(public, buyer):
    reference = reference_in(sent_by(public, buyer).text)
    buyer.form("/report/begin")
    known = buyer.form("/report/what", category="counterfeit")
    assert known.url.path == f"/report/status/{reference}"
    assert "You told us about this before." in known.text
    other = buyer.form("/report/what", category="damaged")
    assert other.url.path == "/report/why"


def test_two_drafts_about_one_order_become_one_complaint(public):
    first, second = buyer_at(public), buyer_at(public)
    for one in (first, second):
        one.form("/report/begin")
        one.form("/report/what", category="counterfeit")
        one.form("/report/why", words="fake")
    public.clock.pass_time(seconds=30)
    forms = [hidden_in(one.get("/report/check").text) for one in (first, second)]
    reference = reference_in(first.form("/report/send", **forms[0]).text)
    known = second.form("/report/send", **forms[1])
    assert known.url.path == f"/report/status/{reference}"


def test_the_same_form_sent_again_leads_to_the_same_page_and_files_nothing_more(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="fake")
    public.clock.pass_time(seconds=30)
    form = hidden_in(buyer.get("/report/check").text)
    first, again = (buyer.form("/report/send", **form) for _ in "12")
    assert first.text == again.text
    before = everything_in(public)
    assert buyer.form("/report/send", **form).status_code == 200
    assert everything_in(public) == before


def test_who_is_too_quick_or_falls_into_the_trap_sends_nothing(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="fake")
    form = hidden_in(buyer.get("/report/check").text)
    assert "That was very quick." in buyer.form("/report/send", **form).text
    public.clock.pass_time(seconds=30)
    trapped = buyer.form("/report/send", **form, website="https://spam.example")
    assert "Leave the field empty that says so." in trapped.text
    assert [one.sent_at for one in rows(public, reports)] == [None]
    assert buyer.form("/report/send", **form).status_code == 200


def test_an_answer_is_changed_from_the_check_and_leads_back_there(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    assert buyer.get("/report/check").url.path == "/report/why"  # not answered yet
    buyer.form("/report/why", words="fake")
    changed = buyer.form("/report/why?then=check", words="a fake, see the label")
    assert changed.url.path == "/report/check"
    assert "a fake, see the label" in changed.text


def test_a_draft_is_there_again_by_the_same_link_and_by_one_of_its_own(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    later = buyer.form("/report/later", **hidden_in(buyer.get("/report/later").text))
    address = re.search(r"(/report/[\w-]{43})<", later.text)[1]
    known = visitor(public)
    assert 'href="/report/why"' in known.get(address).text
    known.form("/report/why", words="fake")
    public.clock.pass_time(days=2)
    again = buyer_at(public)  # another link of the marketplace about the same order
    assert "Start" in again.get("/report").text
    known = visitor(public)
    assert 'href="/report/check"' in known.get(address).text


def test_a_draft_that_nobody_works_on_is_forgotten_after_a_week(public):
    address = link_for(public)
    buyer = visitor(public)
    buyer.get(address)
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    send_file(buyer, "/report/evidence/receipt", picture("PNG"))
    public.clock.pass_time(days=8)
    assert "You have begun." not in buyer.get(address).text
    assert buyer.get("/report/what").status_code == 404
    buyer_at(public, order_id="o2").form("/report/begin")
    assert [one.order_id for one in rows(public, reports)] == ["o2"]
    assert rows(public, report_files) == []


def test_an_erased_buyers_draft_goes_with_its_files(public, buyer):
    buyer.form("/report/begin")
    buyer.form("/report/what", category="counterfeit")
    buyer.form("/report/why", words="fake")
    send_file(buyer, "/report/evidence/receipt", picture("PNG"))
    (file,) = rows(public, report_files)
    assert public.parts.storage.get(file.sha256)
    admin = public.as_("admin")
    assert admin.post("/v1/erasures", json={"buyer_id": "b1", "reason": "asked"}).is_success
    assert rows(public, reports) == rows(public, report_files) == []
    assert not public.parts.storage.remove(file.sha256)
    assert buyer.get("/report/check").status_code == 404


def test_an_erasure_leaves_a_draft_the_file_that_it_shares(public, buyer):
    other = buyer_at(public, order_id="o2", buyer_id="b2")
    for one in (buyer, other):
        one.form("/report/begin")
        one.form("/report/what", category="counterfeit")
        send_file(one, "/report/evidence/receipt", picture("PNG"))
    sha = rows(public, report_files)[0].sha256
    admin = public.as_("admin")
    assert admin.post("/v1/erasures", json={"buyer_id": "b1", "reason": "asked"}).is_success
    assert public.parts.storage.get(sha)


def test_retention_takes_the_words_out_of_what_was_sent(public, buyer):
    reference = reference_in(sent_by(public, buyer, words="my secret").text)
    public.clock.pass_time(days=800)
    assert public.as_("admin").post("/v1/retention", json={}).is_success
    (report,) = rows(public, reports)
    assert (report.words, report.erased_at is not None) == (None, True)
    assert "my secret" not in repr(everything_in(public))
    assert (
        "The words were removed."
        in person(public, "moderator").get(f"/complaints/{reference}").text
    )


def test_a_device_forgets_the_link(buyer):
    assert "o/1" in buyer.get("/report").text
    buyer.form("/report/leave")
    assert "o/1" not in buyer.get("/report").text


def test_a_link_opens_in_its_language_unless_the_reader_chose_another(public):
    german = visitor(public)
    page = german.get(link_for(public, language="de"))
    assert '<html lang="de"' in page.text
    german.form("/public/language", language="en", back="/report")
    assert '<html lang="en"' in german.get("/report").text


def test_nobody_reads_anothers_complaint(public, buyer):
    reference = reference_in(sent_by(public, buyer).text)
    for other in (buyer_at(public, buyer_id="b2"), buyer_at(public, order_id="o2")):
        assert other.get(f"/report/status/{reference}").status_code == 404
    assert visitor(public).get(f"/report/status/{reference}").status_code == 404


def test_no_token_stands_in_a_log(public, capfd):
    address = link_for(public)
    buyer = visitor(public)
    buyer.get(address)
    sent = sent_by(public, buyer)
    back = status_link_in(sent.text)
    visitor(public).get(back)
    said = capfd.readouterr()
    for one in (address, back):
        assert one.rpartition("/")[2] not in said.out + said.err
    assert address.rpartition("/")[2] not in repr(everything_in(public))
    assert back.rpartition("/")[2] not in repr(everything_in(public))
