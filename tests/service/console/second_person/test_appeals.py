"""Appeals: nobody who decides one reads the first verdict before they have an opinion."""

import re

import pytest

from tests.service.console.conftest import person
from tests.service.console.second_person.conftest import count_in_nav, main_of

SAID = "It came from the maker."
FIRST = ("The seal is forged.", "<bdi>mia</bdi>", SAID, "The first verdict</h2>")


@pytest.fixture
def appealed(judged):
    appeal = judged.shop.post("/v1/complaints/c2/appeal", json={"by": "seller", "reason": SAID})
    judged.appeal = f"/appeals/{appeal.json()['appeal_id']}"
    return judged


def opine(known, address, outcome="rejected", reason="The thread is right."):
    key = known.key_on(address)
    return known.form(f"{address}/opinion", outcome=outcome, reason=reason, idempotency_key=key)


def points(service):
    return service.mia.get("/v1/sellers/s1/ledger").json()["balance"]


def test_the_first_verdict_is_absent_until_an_opinion_is_stored(appealed, sign_in):
    rae = sign_in()
    for address in (appealed.appeal, "/appeals"):
        blind = main_of(rae.get(address))
        assert "c2" in blind
        for told in (*FIRST, "by the seller", "Points left"):
            assert told not in blind, (address, told)
    assert "photo received" in main_of(rae.get(appealed.appeal))
    seen = main_of(opine(rae, appealed.appeal))
    for told in FIRST:
        assert told in seen
    assert "It differs from the first verdict." in seen
    assert 'action="' + appealed.appeal + '/decision"' in seen
    assert "/opinion" not in seen


def test_ones_own_opinion_reveals_it_to_nobody_else(appealed, sign_in):
    opine(sign_in(), appealed.appeal)
    noa = main_of(sign_in("moderator", "noa").get(appealed.appeal))
    assert not any(told in noa for told in FIRST)
    assert "The thread is right." not in noa


def test_a_decision_without_an_opinion_is_refused_and_its_words_are_kept(appealed, sign_in):
    rae, held = sign_in(), points(appealed)
    refused = rae.form(f"{appealed.appeal}/decision", outcome="granted", reason="It is <real>.")
    assert refused.status_code == 409
    assert "It is &lt;real&gt;." in refused.text
    assert not any(told in refused.text for told in FIRST)
    assert points(appealed) == held


def test_what_is_shown_before_granting_is_what_granting_does(appealed, sign_in):
    rae = sign_in()
    shown = main_of(opine(rae, appealed.appeal))
    granting = shown.split("If you grant it")[1].split("</section>")[0]
    assert "0 now, 6 after" in granting
    assert "is lifted" in granting
    key = rae.key_on(appealed.appeal)
    form = {"outcome": "granted", "reason": "Receipt shown.", "idempotency_key": key}
    first = rae.form(f"{appealed.appeal}/decision", **form)
    again = rae.form(f"{appealed.appeal}/decision", **form)
    assert first.url == again.url
    assert points(appealed) == 6
    assert "Receipt shown." in main_of(first)
    assert "<form" not in main_of(first)


@pytest.mark.parametrize(
    ("role", "name", "why"),
    [
        ("moderator", "mia", "Mia gave the verdict; somebody else decides the appeal."),
        ("admin", "MIA", "MIA gave the verdict; somebody else decides the appeal."),
        ("analyst", "ann", "The role analyst reads here."),
    ],
)
def test_who_may_not_decide_gets_no_form_and_sees_why(appealed, sign_in, role, name, why):
    known = sign_in(role, name)
    shown = main_of(known.get(appealed.appeal))
    assert why in shown
    assert "<form" not in shown
    for act in ("opinion", "decision"):
        fields = {"outcome": "upheld" if act == "opinion" else "denied", "reason": "Looked at."}
        assert known.form(f"{appealed.appeal}/{act}", **fields).status_code == 403


def test_an_opinion_needs_words_and_stays(appealed, sign_in):
    rae = sign_in()
    assert rae.form(f"{appealed.appeal}/opinion", outcome="upheld").status_code == 422
    opine(rae, appealed.appeal)
    again = rae.form(f"{appealed.appeal}/opinion", outcome="upheld", reason="Now I see it.")
    assert again.status_code == 409
    assert "Now I see it." in again.text


def test_the_navigation_counts_what_the_list_shows(appealed, sign_in):
    rae = sign_in()
    page = rae.get("/appeals")
    assert count_in_nav(page, "/appeals") == main_of(page).count('<li class="case">') == 1
    opine(rae, appealed.appeal)
    rae.form(f"{appealed.appeal}/decision", outcome="denied", reason="Nothing new.")
    page = rae.get("/appeals")
    assert count_in_nav(page, "/appeals") == 0
    assert "No appeal waits" in main_of(page)
    assert "c2" in main_of(rae.get("/appeals?outcome=denied"))


def test_the_complaints_page_keeps_it_as_well(appealed, sign_in):
    rae = sign_in()
    blind = main_of(rae.get("/complaints/c2"))
    assert not any(told in blind for told in FIRST)
    opine(rae, appealed.appeal)
    assert "The seal is forged." in main_of(rae.get("/complaints/c2"))


def test_what_people_write_stays_text(judged, sign_in):
    hostile = "<script>alert(1)</script>"
    appeal = judged.shop.post("/v1/complaints/c2/appeal", json={"reason": hostile}).json()
    shown = opine(sign_in(), f"/appeals/{appeal['appeal_id']}", reason=hostile)
    assert shown.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert hostile not in shown.text


def test_an_appeal_that_is_not_there_is_a_page_that_says_so(service):
    missing = person(service, "reviewer").get("/appeals/none")
    assert (missing.status_code, "no appeal has the id" in missing.text) == (404, True)


def test_no_list_tells_who_decides_the_appeal_what_the_verdict_was(appealed, open_cases, sign_in):
    open_cases(appealed, 1.0, 1.0)  # the second is about s1
    verdict = appealed.mia.get("/v1/complaints/c2").json()["verdict"]["verdict_id"]
    rae, mia = sign_in(), sign_in("moderator", "mia")
    lists = ("/sellers/s1", "/cases/c_1", "/sellers/s1/exceptions", "/audit", "/audit.csv")
    shown = {address: rae.get(address) for address in lists}
    for address, page in shown.items():
        assert page.status_code == 200, address
        assert verdict not in page.text, address
        rows = [row for row in re.split(r"<tr\b|<li|\r\n", page.text) if re.search(r"\bc2\b", row)]
        assert not [row for row in rows if "upheld" in row], address
    assert "under appeal" in shown["/sellers/s1"].text
    assert "under appeal" in shown["/cases/c_1"].text
    assert "Records of 1 verdict under appeal are left out" in shown["/audit"].text
    assert SAID not in shown["/audit.csv"].text
    told = {address: mia.get(address).text for address in lists}  # who gave it reads it all
    assert all(verdict in told[one] for one in ("/sellers/s1", "/sellers/s1/exceptions"))
    assert all("complaint c2" in told[one] for one in ("/audit", "/audit.csv"))
    opine(rae, appealed.appeal)
    for address in lists:
        assert "under appeal" not in rae.get(address).text, address


def test_lists_keep_no_other_complaint_and_nothing_from_who_only_reads(appealed, sign_in):
    rae, ann = sign_in(), sign_in("analyst", "ann")
    assert "complaint c1" in rae.get("/audit").text
    assert "complaint c2" in ann.get("/audit").text
    assert "under appeal" not in ann.get("/sellers/s1").text


def test_no_page_tells_the_label_that_follows_from_the_verdict(appealed, open_cases, sign_in):
    open_cases(appealed, 1.0, 1.0)  # the second is about s1
    rae, mia = sign_in(), sign_in("moderator", "mia")
    assert appealed.mia.post("/v1/cases/c_1/claim").is_success
    assert appealed.mia.post("/v1/cases/c_1/close", json={"label_reason": "upheld"}).is_success
    pages = ("/cases/c_1", "/sellers/s1", "/queue?which=closed", "/audit", "/audit.csv")
    told = re.compile("a complaint was upheld|label_reason")
    assert [one for one in pages if told.search(rae.get(one).text)] == []
    assert [one for one in pages if not told.search(mia.get(one).text)] == []
    opine(rae, appealed.appeal)
    assert [one for one in pages if not told.search(rae.get(one).text)] == []
