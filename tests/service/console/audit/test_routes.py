"""The record of decisions as people filter it, page through it and take it along."""

import csv
from io import StringIO

import pytest

from service.audit import actions
from service.cases.actions import SERVICE
from service.http.access.keys import Caller
from service.roles import Role

HOSTILE = '=HYPERLINK("http://x")<script>'


@pytest.fixture
def recorded(service):
    """Records of two people on some days; the keys of those who sign in are records as well."""

    def record(actor, action, subject, why="", seller_id=None):
        with service.context.database.writing() as connection:
            actions.record(
                connection,
                action,
                subject,
                at=service.clock.now,
                caller=Caller(actor, Role.MODERATOR, "k"),
                why=why,
                after={"points": 6},
                seller_id=seller_id,
            )
        service.clock.pass_time(days=1)

    record("mia", "verdict.given", "complaint c1", HOSTILE, "s1")  # 2 March
    record("noa", "verdict.given", "complaint c2", "fine", "s2")
    record("mia", "appeal.decided", "complaint c1", "no", "s1")  # 4 March
    return service


def numbers(text):
    return [int(row["number"]) for row in csv.DictReader(StringIO(text, newline=""))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=mia&kinds=verdict,appeal", [3, 1]),
        ("target=c1", [3, 1]),
        ("target=s2", [2]),
        ("kinds=appeal.decided", [3]),
        ("kinds=appeal", [3]),
        ("kinds=appea", []),
        ("kinds=verdict+appeal&since=2026-03-03", [3, 2]),
        ("kinds=verdict&until=2026-03-02", [1]),
        ("actor=%25", []),
        ("actor=MI", [3, 1]),
        ("actor=ia", []),
        ("actor=&people=only&target=", [4, 3, 2, 1]),
    ],
)
def test_page_and_file_have_the_same_filter(recorded, sign_in, query, found):
    someone = sign_in("analyst")
    assert numbers(someone.get(f"/audit.csv?{query}").text) == found
    page = someone.get(f"/audit?{query}").text
    assert page.count('<th scope="row"') == len(found)


def test_the_page_leads_to_what_it_is_about_and_to_its_own_file(recorded, sign_in):
    text = sign_in("analyst").get("/audit?actor=mia").text
    assert 'href="/complaints/c1"' in text
    assert 'href="/sellers/s1"' in text
    assert 'href="/audit.csv?actor=mia"' in text


def test_words_stay_text_on_the_page_and_in_the_file(recorded, sign_in):
    someone = sign_in("analyst")
    page = someone.get("/audit?target=c1").text
    assert "<script>" not in page.replace("<script src", "")
    assert "&lt;script&gt;" in page
    sent = someone.get("/audit.csv?target=c1")
    assert "attachment" in sent.headers["content-disposition"]
    whys = [row["why"] for row in csv.DictReader(StringIO(sent.text, newline=""))]
    assert whys == ["no", f"'{HOSTILE}"]


def test_pages_follow_one_another_and_keep_the_filter(service, sign_in, monkeypatch, recorded):
    from service.console.audit import routes

    monkeypatch.setattr(routes, "ROWS", 1)
    someone = sign_in("analyst")
    first = someone.get("/audit?actor=mia").text
    (address,) = {part.split('"')[0] for part in first.split('href="')[1:] if "cursor=" in part}
    second = someone.get(address.replace("&amp;", "&")).text
    assert "appeal.decided" in first
    assert "appeal.decided" not in second
    assert "verdict.given" in second
    assert "cursor=" not in second


def test_what_the_service_did_by_itself_can_be_left_out(recorded, sign_in):
    with recorded.context.database.writing() as connection:
        actions.record(
            connection,
            "case.closed",
            "case c_1 of s1",
            at=recorded.clock.now,
            caller=SERVICE,
            seller_id="s1",
        )
    someone = sign_in("analyst")
    assert numbers(someone.get("/audit.csv?target=s1").text) == [4, 3, 1]
    assert numbers(someone.get("/audit.csv?target=s1&people=only").text) == [3, 1]
    assert 'name="people" value="only" checked' in someone.get("/audit?people=only").text


def test_an_empty_answer_leads_back_to_all_records(recorded, sign_in):
    text = sign_in("analyst").get("/audit?actor=nobody").text
    assert "No record matches" in text
    assert 'ask for. <a href="/audit">Clear the filters</a>' in text


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "<b>"])
def test_a_day_that_is_none_is_told(sign_in, day):
    someone = sign_in("analyst")
    refused = someone.get(f"/audit?since={day}")
    assert (refused.status_code, "There is a problem" in refused.text) == (422, True)
    assert refused.text.count("From: give a day, such as 2026-03-01.") == 2
    assert "<b>" not in refused.text
    assert someone.get(f"/audit.csv?since={day}").status_code == 422
