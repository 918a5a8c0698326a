"""A decision in a timeline leads to where it is corrected: for who may do that, and nobody else."""

from urllib.parse import quote

import pytest
from sqlalchemy import event

from tests.service.console.conftest import person
from tests.service.console.second_person.conftest import judged

__all__ = ["judged"]
ITSELF = "/complaints/{}/verdict/result#correct"


def offered(page):
    """The addresses below “Correct this” on a page."""
    parts = page.text.split(">Correct this<")[:-1]
    return [part.rpartition('<a href="')[2].removesuffix('"') for part in parts]


def timelines(known, complaint_id):
    """What the two timelines with a verdict about a complaint offer."""
    pages = (known.get(f"/complaints/{complaint_id}"), known.get("/sellers/s1"))
    return [set(offered(page)) for page in pages]


def test_a_verdict_leads_to_its_own_page_for_who_may_decide(judged):
    for role, name in (("moderator", "mia"), ("reviewer", "rae")):
        on_complaint, on_seller = timelines(person(judged, role, name), "c1")
        assert on_complaint == {ITSELF.format("c1")}
        assert on_seller == {ITSELF.format("c1"), ITSELF.format("c2")}
    assert timelines(person(judged, "analyst"), "c1") == [set(), set()]
    done = person(judged, "moderator", "mia").get("/complaints/c1/verdict/result")
    assert 'id="correct"' in done.text


def test_a_verdict_that_fell_is_corrected_no_more(judged):
    (first,) = [
        one
        for one in judged.mia.get("/v1/sellers/s1/ledger").json()["entries"]
        if one["grounds"] == [judged.mia.get("/v1/complaints/c1").json()["verdict"]["verdict_id"]]
    ]
    judged.clock.pass_time(minutes=1)
    body = {"outcome": "rejected", "reason": "A slip.", "supersedes": first["id"]}
    assert judged.mia.post("/v1/complaints/c1/verdict", json=body).status_code == 201
    page = person(judged, "moderator", "mia").get("/complaints/c1")
    assert page.text.count("Verdict upheld") == page.text.count("Verdict rejected") == 1
    assert offered(page) == [ITSELF.format("c1")]
    newest = page.text.index("Verdict rejected")
    assert newest < page.text.index("Correct this") < page.text.index("Verdict upheld")


def test_an_appeal_or_a_withdrawal_that_waits_is_where_another_person_corrects(judged):
    said = {"by": "seller", "reason": "It came from the maker."}
    appeal = judged.shop.post("/v1/complaints/c2/appeal", json=said).json()["appeal_id"]
    said = {"by": "complainant", "reason": "Sorry."}
    judged.shop.post("/v1/complaints/c1/withdrawal", json=said)
    rae, mia = person(judged, "reviewer", "rae"), person(judged, "moderator", "mia")
    rae.form(f"/appeals/{appeal}/opinion", outcome="rejected", reason="As I see it.")
    assert timelines(rae, "c2") == [
        {f"/appeals/{appeal}"},
        {f"/appeals/{appeal}", "/withdrawals/c1"},
    ]
    assert timelines(mia, "c2") == [set(), {ITSELF.format("c1")}]


@pytest.mark.parametrize(("role", "may"), [("reviewer", True), ("moderator", False)])
def test_a_sanction_that_runs_is_ended_by_an_exception(judged, role, may):
    (sanction,) = judged.mia.get("/v1/sellers/s1").json()["awaiting_approval"]
    name = quote(sanction, safe="")
    address = f"/sanctions/{name}/lift"
    rae = judged.as_("reviewer", "rae")
    assert rae.post(f"/v1/sanctions/{name}/approve", json={"reason": "Right."}).is_success
    known = person(judged, role, "noa")
    assert (address in offered(known.get("/sellers/s1"))) == may
    assert rae.post(f"/v1/sanctions/{name}/lift", json={"reason": "Over."}).is_success
    assert address not in offered(known.get("/sellers/s1"))


def test_each_further_verdict_on_a_sellers_page_takes_two_statements(judged):
    rae, said, lengths = person(judged, "reviewer", "rae"), [], []

    @event.listens_for(judged.context.database.engine, "before_cursor_execute")
    def _(_connection, _cursor, statement, *_):
        said.append(statement)

    for batch in (range(3), range(3, 8)):
        filed = [judged.complaint(f"more{n}", seller_id="s1") for n in batch]
        assert judged.shop.post("/v1/complaints", json={"complaints": filed}).is_success
        for n in batch:
            body = {"outcome": "rejected", "reason": "It is not proven."}
            path = f"/v1/complaints/more{n}/verdict"
            assert judged.mia.post(path, json=body).status_code == 201
        said.clear()
        assert len(offered(rae.get("/sellers/s1"))) == 2 + batch.stop
        lengths.append(len(said))
    assert lengths[1] - lengths[0] == 2 * 5
