"""A verdict on pages: previewed, given once, on what was seen, and no typed word is lost."""

import html
import re

import pytest
from sqlalchemy import select

from service.database.engine import metadata
from service.http.fields import instant_of
from tests.service.conftest import PHOTOS
from tests.service.console.conftest import person

ADDRESS = "/complaints/c1/verdict"
TYPED = {"outcome": "upheld", "evidence": list(PHOTOS), "reason": "The stamp is <not> theirs."}
KEPT = "The stamp is &lt;not&gt; theirs.</textarea>"
NOTE = "Ask Ben about this seller."


@pytest.fixture
def two(service):
    """A service with two complaints about one seller, all evidence on file."""
    batch = [service.complaint(one) for one in ("c1", "c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove("c1", "c2")
    return service


def hidden(page):
    """The hidden fields of a page's form, as a browser sends them with it."""
    form = page.text.split("data-draft=")[1].split("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def previewed(known, address=ADDRESS, **changed):
    """Fill in the form and ask for the preview."""
    drawn = known.get(address)
    return known.form(f"{ADDRESS}/preview", **hidden(drawn) | TYPED | changed)


def decided(known, shown, **changed):
    """Press “Decide” below a preview."""
    return known.form(ADDRESS, **hidden(shown) | TYPED | changed)


def rows(service, name):
    with service.context.database.reading() as connection:
        return connection.execute(select(metadata.tables[name])).all()


def test_what_is_shown_first_is_what_is_done(two, sign_in):
    ana = sign_in("moderator", "Ana")
    shown = previewed(ana)
    assert shown.status_code == 200
    assert "12 before, <strong>6 after" in shown.text
    assert "The reason given: The stamp is &lt;not&gt; theirs." in shown.text
    assert rows(two, "verdicts") == []
    result = decided(ana, shown)
    assert result.url.path == f"{ADDRESS}/result"
    assert "The verdict is given." in result.text
    assert "6 points left" in result.text
    assert "/complaints/c2/verdict" in result.text
    (stored,) = rows(two, "verdicts")
    assert (stored.moderator, stored.reason) == ("Ana", TYPED["reason"])


def test_nothing_is_decided_that_was_not_previewed(two, sign_in):
    ana = sign_in("moderator", "Ana")
    straight = ana.form(ADDRESS, **hidden(ana.get(ADDRESS)) | TYPED)
    assert "Not decided yet" in straight.text
    assert "Upheld: what it will do" in straight.text
    assert f'formaction="{ADDRESS}"' in straight.text
    other = decided(ana, straight, outcome="rejected")
    assert "Rejected: what it will do" in other.text
    assert "Not decided yet: the form changed since the preview." in other.text
    assert rows(two, "verdicts") == []


def test_sent_twice_reloaded_or_from_two_tabs_there_is_one_verdict(two, sign_in):
    ana = sign_in("moderator", "Ana")
    first, second = previewed(ana), previewed(ana)
    done = [decided(ana, first), decided(ana, first), decided(ana, second)]
    assert {answer.url.path for answer in done} == {f"{ADDRESS}/result"}
    assert len(rows(two, "verdicts")) == 1


def test_what_changed_since_stops_the_verdict_and_keeps_the_words(two, sign_in):
    ana = sign_in("moderator", "Ana")
    shown = previewed(ana, internal_note=NOTE)
    two.as_("ingest").post("/v1/complaints/c1/answer", json={"text": "It is genuine."})
    stopped = decided(ana, shown, internal_note=NOTE)
    assert stopped.status_code == 409
    assert "the seller answered" in stopped.text
    assert "It is genuine." in stopped.text
    assert KEPT in stopped.text
    assert f"{NOTE}</textarea>" in stopped.text
    assert f'formaction="{ADDRESS}"' not in stopped.text
    assert rows(two, "verdicts") == []
    again = ana.form(f"{ADDRESS}/preview", **hidden(stopped) | TYPED)
    assert decided(ana, again).url.path == f"{ADDRESS}/result"


def test_points_that_expired_since_the_preview_stop_the_verdict(two, sign_in, clock):
    mia, body = two.as_("moderator", "mia"), {"outcome": "upheld", "reason": "fake"}
    assert mia.post("/v1/complaints/c2/verdict", json=body).status_code == 201
    (entry,) = mia.get("/v1/sellers/s1/ledger").json()["entries"]
    clock.now = instant_of(entry["expires_at"]) - 60_000_000
    ana = sign_in("moderator", "Ana")
    shown = previewed(ana)
    assert "6 before, <strong>0 after" in shown.text
    clock.pass_time(minutes=2)
    stopped = decided(ana, shown)
    assert stopped.status_code == 409
    assert len(rows(two, "verdicts")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outcome": ""}, "outcome-upheld"),
        ({"evidence": []}, "evidence-checks"),
        ({"outcome": "rejected", "reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_all_else_stays(two, sign_in, wrong, field):
    faulty = previewed(sign_in("moderator", "Ana"), internal_note=NOTE, **wrong)
    assert faulty.status_code == 422
    assert "<title>Error:" in faulty.text
    assert 'id="problem"' in faulty.text
    assert f'<a href="#{field}">' in faulty.text
    assert f"{NOTE}</textarea>" in faulty.text
    assert "reason" in wrong or KEPT in faulty.text


def test_what_is_missing_is_said_in_the_words_of_the_page(two, sign_in):
    ana = sign_in("moderator", "Ana")
    assert "Choose an outcome." in previewed(ana, outcome="").text
    assert "Give a reason: the rules" in previewed(ana, outcome="rejected", reason="").text
    other = previewed(ana, violation="prohibited_item", reason="")
    assert "you find another violation than the category tells of" in other.text
    assert "You give the seller no reason" in previewed(ana, reason=" ").text
    whole = previewed(ana)
    assert "You give the seller no reason" not in whole.text
    assert "Not decided yet" not in whole.text
    assert "To reject, a reason is needed." in whole.text


def test_the_note_reaches_colleagues_and_nobody_else(two, sign_in):
    two.as_("admin").post("/v1/webhooks", json={"url": "https://e.example/hook"})
    ana = sign_in("moderator", "Ana")
    decided(ana, previewed(ana, internal_note=NOTE), internal_note=NOTE)
    assert NOTE in person(two, "analyst").get("/complaints/c1").text
    shop, admin = two.as_("ingest"), two.as_("admin")
    outside = [
        shop.get("/v1/complaints/c1"),
        shop.get("/v1/complaints/c1/notice"),
        shop.get("/v1/sellers/s1"),
        shop.get("/v1/sellers/s1/statement"),
        admin.get("/v1/deliveries"),
    ]
    assert all(answer.is_success for answer in outside)
    assert [str(answer.url) for answer in outside if NOTE in answer.text] == []
    assert "points.deducted" in outside[-1].text
    assert [name for name in metadata.tables if NOTE in str(rows(two, name))] == ["audit"]


def test_who_may_not_decide_sees_why_and_no_form(two, sign_in):
    answered = two.as_("moderator", "Ana").post(
        "/v1/complaints/c1/answer", json={"text": "genuine", "by": "seller"}
    )
    assert answered.is_success
    for role, name, why in (
        ("analyst", "Uma", "moderators, reviewers and admins decide"),
        ("moderator", "Ana", "acted for a party"),
    ):
        known = sign_in(role, name)
        page = known.get(ADDRESS)
        assert why in page.text
        assert "data-draft" not in page.text
        assert known.form(ADDRESS, **TYPED, words="x").status_code in (403, 422)
    assert rows(two, "verdicts") == []


def test_only_the_holder_decides_and_a_lost_lease_loses_no_word(two, sign_in, open_cases, clock):
    open_cases(two, 1.0)
    batch = [two.complaint("c1 of s0", seller_id="s0")]
    two.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    two.prove("c1 of s0")
    ana, address = sign_in("moderator", "Ana"), "/complaints/c1%20of%20s0/verdict"
    drawn = ana.get(address)
    assert "Claim the case" in drawn.text
    claimed = ana.form(f"{address}/claim", **hidden(drawn) | TYPED)
    assert "You hold this case now." in claimed.text
    assert KEPT in claimed.text
    shown = ana.form(f"{address}/preview", **hidden(claimed) | TYPED)
    clock.now = two.context.clock() + two.context.settings.lease_us
    lost = ana.form(address, **hidden(shown) | TYPED)
    assert lost.status_code == 409
    assert "nobody holds case c_0" in lost.text
    assert KEPT in lost.text
    assert "Claim the case" in lost.text
    assert rows(two, "verdicts") == []


def test_what_was_typed_waits_for_its_writer_alone(two, sign_in):
    ana = sign_in("moderator", "Ana")
    kept = ana.form(f"{ADDRESS}/draft", **TYPED)
    assert "What you typed is kept." in kept.text
    assert ana.form(f"{ADDRESS}/draft", **TYPED, quietly="yes").status_code == 204
    assert 'role="status" data-saved="What you typed is kept."' in ana.get(ADDRESS).text
    assert KEPT in person(two, "moderator", "Ana").get(ADDRESS).text
    assert "The stamp" not in person(two, "moderator", "Ben").get(ADDRESS).text
    decided(ana, previewed(ana))
    assert rows(two, "drafts") == []


def test_a_verdict_is_corrected_in_its_place(two, sign_in):
    ana = sign_in("moderator", "Ana")
    result = decided(ana, previewed(ana))
    assert "it would give back 6 points" in result.text
    (first,) = rows(two, "verdicts")
    address = f"{ADDRESS}?supersedes={first.verdict_id}"
    shown = previewed(ana, address, outcome="rejected", evidence=[])
    assert "6 before, <strong>12 after" in shown.text
    result = decided(ana, shown, outcome="rejected", evidence=[])
    assert "Upheld instead, it would take 6 points." in result.text
    assert "Rejected</strong> by" in result.text
    assert '<span class="chip">rejected</span>' in ana.get("/complaints/c1").text
    assert sorted(one.outcome for one in rows(two, "verdicts")) == ["rejected", "upheld"]


def test_a_first_verdict_is_kept_from_who_may_decide_the_appeal(two, sign_in):
    ana = sign_in("moderator", "Ana")
    decided(ana, previewed(ana))
    two.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    rae = sign_in("reviewer", "Rae")
    for address in (ADDRESS, f"{ADDRESS}/result"):
        page = rae.get(address)
        assert "An appeal waits" in page.text
        assert "The stamp" not in page.text
        assert "Ana" not in page.text


def test_looking_changes_nothing(two, sign_in):
    ana = sign_in("moderator", "Ana")
    before = {name: rows(two, name) for name in metadata.tables}
    for address in (ADDRESS, f"{ADDRESS}/result", f"{ADDRESS}/preview"):
        assert ana.get(address).status_code == 200
    assert {name: rows(two, name) for name in metadata.tables} == before


def test_what_another_system_decided_is_told_as_such(two, sign_in):
    came = two.complaint("c3", outcome="upheld", decided_at="2026-03-01T12:00:00Z")
    assert two.as_("ingest").post("/v1/complaints", json=came).is_success
    ana = sign_in("moderator", "Ana")
    assert "Another system decided it: upheld" in ana.get("/complaints/c3/verdict/result").text
    shown = ana.get("/complaints/c3").text
    assert "Another system decided it: upheld" in shown
    assert "Not enough to uphold it yet" not in shown
