"""A seller's page: figures that add up, every list paged, and no verdict for who is blind."""

import re
from urllib.parse import quote

import pytest

UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "The stamp is <wrong>."}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def filed(service):
    batch = [service.complaint(f"c{number}") for number in (1, 2, 3)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove()
    return service


def decide(service, complaint, person="Mia"):
    given = service.as_("moderator", person).post(
        f"/v1/complaints/{complaint}/verdict", json=UPHELD
    )
    assert given.status_code == 201, given.text
    return given.json()["verdict_id"]


def page(sign_in, role="analyst", name=None, seller="s1"):
    shown = sign_in(role, name).get(f"/sellers/{seller}")
    assert shown.status_code == 200, shown.text
    assert "could not be read" not in shown.text
    return shown.text


def figures(text):
    """The figures of the table that adds up: points and what is left, row by row."""
    table = text.split("What counts now</caption>")[1].split("</table>")[0]
    return [
        tuple(
            re.sub("<[^>]+>", "", cell)
            for cell in re.findall(r'class="number"[^>]*>(.*?)</td>', row)
        )
        for row in table.split("<tr ")[2:]
    ]


def test_a_seller_nobody_decided_about_has_all_points(filed, sign_in):
    text = page(sign_in)
    assert "12 of 12 points left" in text
    assert figures(text) == [("", "12"), ("", "12")]
    assert "after 6 more points" in text


def test_entries_and_credits_add_up_to_what_is_left(filed, sign_in):
    decide(filed, "c1")
    assert figures(page(sign_in)) == [("", "12"), ("-6", "6"), ("", "6")]
    credit = {"points": 2, "kind": "training", "reason": "Took the course."}
    given = filed.as_("reviewer", "Rae").post("/v1/sellers/s1/credits", json=credit)
    assert given.is_success, given.text
    text = page(sign_in)
    assert figures(text) == [("", "12"), ("-6", "6"), ("+2", "8"), ("", "8")]
    assert "8 of 12 points left" in text


def test_sanctions_and_statements_are_told_with_their_state(filed, sign_in):
    decide(filed, "c1")
    decide(filed, "c2")
    text = page(sign_in)
    assert "0 of 12 points left" in text
    assert "waits for a second person" in text
    assert "1 sanction waits for a second person." in text
    assert "People decided it; no machine took points." in text
    assert text.count("/complaints/c") >= 3


def test_each_list_is_paged_by_itself(service, sign_in):
    batch = [service.complaint(f"c{number:02}") for number in range(30)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    known = sign_in("analyst")
    first = known.get("/sellers/s1").text
    shown = set(re.findall(r'href="/complaints/(c\d\d)"', first))
    assert len(shown) == 25
    link = re.search(r'href="(/sellers/s1\?complaints=[^"#]+)', first)[1]
    rest = set(re.findall(r'href="/complaints/(c\d\d)"', known.get(link).text))
    assert len(rest) == 5
    assert not shown & rest


def test_a_cursor_of_nobody_spoils_one_list_alone(filed, sign_in):
    shown = sign_in("analyst").get("/sellers/s1?complaints=rubbish")
    assert shown.status_code == 200
    assert "The complaints: cursor: not one this service gave" in shown.text
    assert "12 of 12 points left" in shown.text


def test_the_record_keeps_a_verdict_from_who_may_decide_the_appeal(filed, sign_in):
    decide(filed, "c1")
    filed.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "It is real."})
    kept = page(sign_in, "reviewer", "Rae")
    assert "The stamp" not in kept
    assert "It is real." not in kept
    assert "It is real." in page(sign_in, "moderator", "Mia")
    assert "The stamp is &lt;wrong&gt;." in page(sign_in, "analyst", "Ann")
    assert "The stamp is &lt;wrong&gt;." in page(sign_in, "moderator", "Mia")


def test_who_has_said_what_they_think_reads_the_verdict(filed, sign_in):
    decide(filed, "c1")
    sent = filed.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "It is real."})
    rae = sign_in("reviewer", "Rae")
    given = {"outcome": "upheld", "reason": "Seen by myself.", "idempotency_key": "k"}
    stored = rae.form(f"/appeals/{sent.json()['appeal_id']}/opinion", **given)
    assert stored.status_code == 200, stored.text
    assert "The stamp is &lt;wrong&gt;." in rae.get("/sellers/s1").text


@pytest.mark.parametrize("name", [HOSTILE, "a/b", "a?b#c", "ü %2F", "..a"])
def test_any_id_has_a_page_and_stays_text(service, sign_in, name):
    batch = [service.complaint(name, seller_id=name, category=HOSTILE, order_id=name)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    text = page(sign_in, seller=quote(name, safe=""))
    assert HOSTILE not in text
    assert f'href="/complaints/{quote(name, safe="")}"' in text


def test_a_seller_that_is_not_there_is_a_page_that_says_so(sign_in):
    missing = sign_in("analyst").get("/sellers/none")
    assert missing.status_code == 404
    assert "names the seller" in missing.text


def test_a_part_that_cannot_be_read_leaves_the_rest(filed, sign_in, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("service.console.sellers.page.statements_of", fails)
    shown = sign_in("analyst").get("/sellers/s1").text
    assert "The statements: It could not be read" in shown
    assert "12 of 12 points left" in shown


def test_the_days_are_a_chart_and_a_table(filed, sign_in):
    text = page(sign_in)
    assert "<svg" in text.split("<main")[1]
    table = text.split("Complaints and orders by day")[1].split("</table>")[0]
    assert re.search(r"2026-03-01</th><td[^>]*>3 <strong>above the band</strong></td>", table)
