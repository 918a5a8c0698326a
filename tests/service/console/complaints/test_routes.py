"""A complaint's page: everything about it, in the words given, and no verdict for who is blind."""

import pytest

from tests.service.console.conftest import person

UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "The stamp is <wrong>."}
OF_THREE = """
[[policy]]
id = "of_three"
version = 1
effective_from = "2020-01-01T00:00:00Z"
ceiling = 12
[policy.evidence]
quorum = 3
[policy.violations.counterfeit]
points = 6
"""
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def filed(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint(buyer_id="b-7"))
    service.prove("c1")
    return service


def page(sign_in, role="analyst", name=None, complaint="c1"):
    shown = sign_in(role, name).get(f"/complaints/{complaint}")
    assert shown.status_code == 200, shown.text
    return shown.text


def decide(service, person="Mia", **changed):
    given = service.as_("moderator", person).post(
        "/v1/complaints/c1/verdict", json=UPHELD | changed
    )
    assert given.status_code == 201, given.text
    return given.json()["verdict_id"]


def appeal(service):
    sent = service.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "It is real."})
    assert sent.status_code == 201, sent.text
    return sent.json()["appeal_id"]


def test_an_undecided_complaint_tells_its_facts_and_leads_to_the_decision(filed, sign_in):
    filed.as_("ingest").post("/v1/complaints/c1/answer", json={"text": "We sent the right one."})
    text = page(sign_in, "moderator")
    for told in ("b-7", "order of c1", "counterfeit", "photo received", "We sent the right one."):
        assert told in text
    assert 'href="/complaints/c1/verdict"' in text
    assert 'href="/sellers/s1"' in text
    assert "Enough is on file to uphold it." in text
    assert "As the seller reads it" in text
    assert "Answer filed" in text


def test_a_complaints_group_is_told_where_it_has_one(service, sign_in):
    named = [service.complaint("c1", group="<north>"), service.complaint("c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": named})
    assert "Group <bdi>&lt;north&gt;</bdi>" in page(sign_in)
    assert "Group" not in page(sign_in, complaint="c2")


def test_what_evidence_is_missing_is_said(service, sign_in):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    assert "Not enough to uphold it yet" in page(sign_in)


def test_who_only_reads_is_told_why_no_decision_is_offered(filed, sign_in):
    text = page(sign_in, "analyst")
    assert "/verdict" not in text
    assert "The role analyst reads" in text


def test_a_verdict_is_shown_with_its_reason_as_text(filed, sign_in):
    decide(filed)
    text = page(sign_in, "moderator")
    assert "Upheld" in text
    assert "<bdi>Mia</bdi>" in text
    assert "The stamp is &lt;wrong&gt;." in text
    assert 'href="/complaints/c1/verdict"' not in text


def test_a_verdict_that_took_anothers_place_is_told_after_it(filed, sign_in):
    first = decide(filed)
    second = decide(filed, "Noa", outcome="rejected", violation=None, supersedes=first)
    text = page(sign_in)
    assert text.index(second) < text.index(first)
    assert "It stands no more" in text


def test_a_proposal_says_how_many_must_still_agree(start, sqlite_url, tmp_path):
    (tmp_path / "rules.toml").write_text(OF_THREE)
    service = start(sqlite_url, console=True, policy=str(tmp_path / "rules.toml"))
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.prove("c1")
    proposed = service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD)
    assert proposed.status_code == 202, proposed.text
    text = person(service, "analyst").get("/complaints/c1").text
    assert "2 more people must agree." in text
    assert "The stamp is &lt;wrong&gt;." in text


@pytest.mark.parametrize("role", ["moderator", "reviewer", "admin"])
def test_who_may_decide_an_appeal_does_not_see_the_verdict(filed, sign_in, role):
    decide(filed)
    name = appeal(filed)
    text = page(sign_in, role, "Rae")
    for kept in (
        "The stamp",
        "Mia",
        "Upheld",
        "rests on",
        "As the seller reads it",
        "What was done",
        "It is real.",
    ):
        assert kept not in text
    assert f'href="/appeals/{name}"' in text


@pytest.mark.parametrize(("role", "name"), [("analyst", "Ann"), ("moderator", "Mia")])
def test_who_does_not_decide_the_appeal_sees_it(filed, sign_in, role, name):
    decide(filed)
    appeal(filed)
    assert "The stamp is &lt;wrong&gt;." in page(sign_in, role, name)


def test_a_decided_appeal_shows_both_decisions(filed, sign_in):
    decide(filed)
    decision = {"outcome": "denied", "reason": "The maker says so too."}
    sent = filed.as_("reviewer", "Rae").post(f"/v1/appeals/{appeal(filed)}/decision", json=decision)
    assert sent.status_code == 200, sent.text
    text = page(sign_in, "reviewer", "Rae")
    assert "The maker says so too." in text
    assert "The stamp is" in text


def test_a_withdrawn_complaint_offers_no_decision(filed, sign_in):
    filed.as_("ingest").post("/v1/complaints/c1/withdrawal", json={"reason": "It came after all."})
    text = page(sign_in, "moderator")
    assert "It came after all." in text
    assert "so there will be no verdict" in text
    assert "/verdict" not in text


@pytest.mark.parametrize("name", [HOSTILE, "a/b", "a?b#c", "ü %2F", "..a", "verdict"])
def test_any_id_has_a_page_and_stays_text(service, sign_in, name):
    from urllib.parse import quote

    service.as_("ingest").post(
        "/v1/complaints", json=service.complaint(name, seller_id=name, order_id=name)
    )
    text = page(sign_in, complaint=quote(name, safe=""))
    assert HOSTILE not in text
    assert f'href="/sellers/{quote(name, safe="")}"' in text


def test_a_complaint_that_is_not_there_is_a_page_that_says_so(sign_in):
    missing = sign_in("analyst").get("/complaints/none")
    assert missing.status_code == 404
    assert "no complaint has the id" in missing.text


def test_a_part_that_cannot_be_read_leaves_the_rest(filed, sign_in, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("service.console.complaints.page.notice_of", fails)
    text = page(sign_in)
    assert "The notice:" in text
    assert "photo received" in text
