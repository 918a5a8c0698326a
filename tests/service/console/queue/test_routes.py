"""The queue as a person sees it: the API's rows, in its order, with one plain reason each."""

import json
import re

from sqlalchemy import event

from service.cases import store
from tests.service.console.conftest import person


def test_cases_stand_in_the_apis_order(service, sign_in, open_cases):
    open_cases(service, 1.0, 3.0, 2.0)
    text = sign_in("analyst").get("/queue").text
    assert re.findall(r'href="/cases/([^"]+)"', text) == ["c_1", "c_2", "c_0"]


def test_an_empty_queue_says_when_a_case_opens(sign_in):
    assert "A case opens by itself" in sign_in("moderator").get("/queue").text


def test_only_who_may_decide_is_offered_a_claim(service, sign_in, open_cases):
    open_cases(service, 1.0)
    assert 'data-key="claim"' in sign_in("moderator").get("/queue").text
    analyst = sign_in("analyst")
    assert 'data-key="claim"' not in analyst.get("/queue").text
    assert analyst.form("/queue/claim", idempotency_key="k").status_code == 403


def test_what_a_seller_is_called_stays_text(service, sign_in, clock):
    hostile = '"><script>alert(1)</script>'
    batch = [service.complaint("c1", seller_id=hostile)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    with service.context.database.writing() as connection:
        store.insert_cases(
            connection,
            [
                {
                    "case_id": "c_1",
                    "seller_id": hostile,
                    "status": "open",
                    "suspicion": "seller",
                    "opened_at": clock.now,
                    "due_at": clock.now,
                    "base": '{"harm": 1.0}',
                    "order_key": 1.0,
                    "reasons": '["<b>because</b>"]',
                }
            ],
        )
    text = sign_in("analyst").get("/queue").text
    assert hostile not in text
    assert "<b>because" not in text
    assert "&lt;b&gt;because" in text


def test_an_empty_claim_says_so(sign_in):
    assert "No case is free" in sign_in("moderator").form("/queue/claim", idempotency_key="k").text


def changed(service, case_id, **values):
    with service.context.database.writing() as connection:
        store.set_case(connection, case_id, **values)


def filed(service, *rows):
    batch = [service.complaint(f"c{n}", **row) for n, row in enumerate(rows)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})


def test_filters_are_in_the_address_and_the_api_has_the_same(either, open_cases):
    open_cases(either, 3.0, 2.0, 1.0)
    changed(either, "c_0", opened_for="capacity")
    changed(either, "c_1", suspicion="brigade")
    filed(
        either,
        {"seller_id": "s0"},
        {"seller_id": "s1", "category": "damaged"},
        {"seller_id": "s2", "category": "damaged", "filed_at": "2026-01-01T00:00:00Z"},
    )
    expected = {
        "": ["c_0", "c_1", "c_2"],
        "kind=flagged": ["c_1", "c_2"],
        "kind=capacity": ["c_0"],
        "kind=brigade": ["c_1"],
        "category=damaged": ["c_1"],
        "kind=capacity&category=damaged": [],
    }
    analyst = either.as_("analyst")
    for given, ids in expected.items():
        told = analyst.get(f"/v1/cases?{given}").json()["cases"]
        assert [case["case_id"] for case in told] == ids, given


def test_a_level_is_told_in_the_language_of_the_page(service, sign_in, open_cases):
    open_cases(service, 1.0)
    seen = {
        "category": "(all)", "rate": 6.0, "low": 4.04, "high": 8.0, "complaints": 48, "due": 7.9,
        "days": 406, "seen": {"(all)": 6.0},
    }  # fmt: skip
    changed(service, "c_0", opened_for="level", level=json.dumps(seen))
    someone = sign_in("analyst")
    said = "48 complaints of any kind in 406 days where the market’s rate would have brought 7.9"
    assert f"{said}: 6.0 times the market’s rate (4.0 to 8.0)." in someone.get("/queue").text
    german = someone.get("/queue", headers={"Accept-Language": "de"}).text
    assert "das 6,0fache der Rate des Marktes (4,0 bis 8,0)" in german


def test_a_page_keeps_its_filters_and_says_when_none_fits(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("analyst")
    text = ana.get("/queue", params={"category": "a&b=<i>", "kind": "flagged"}).text
    assert "No case fits this filter" in text
    assert 'value="a&amp;b=&lt;i&gt;"' in text
    assert "which=mine&amp;kind=flagged&amp;category=a%26b%3D%3Ci%3E" in text
    assert ana.get("/queue", params={"kind": "none"}).status_code == 404


def test_fields_left_empty_filter_nothing(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("analyst")
    form = (
        ana.get("/queue").text.partition('method="get" class="filters"')[2].partition("</form>")[0]
    )
    names = re.findall(r'name="(\w+)"', form)
    assert names == ["which", "kind", "category"]
    for address in ("/queue", "/queue/rows"):
        first = ana.get(address, params={"which": "queue", "kind": "", "category": ""})
        assert (first.status_code, first.text.count('data-case="c_0"')) == (200, 1), address


def test_a_category_is_found_by_its_words_too(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, {"seller_id": "s0", "category": "not_received"})
    rows = sign_in("analyst").get("/queue/rows", params={"category": "not received"})
    assert 'data-case="c_0"' in rows.text


def test_each_row_has_its_days_and_points_in_few_statements(service, sign_in, open_cases):
    ana = sign_in("analyst")
    said = []

    @event.listens_for(service.context.database.engine, "before_cursor_execute")
    def _(_connection, _cursor, statement, *_):
        said.append(statement)

    lengths = []
    for count in (2, 20):
        with service.context.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM cases")
        open_cases(service, *[1.0] * count)
        said.clear()
        text = ana.get("/queue").text
        assert text.split("<main")[1].count("<svg") == count
        assert text.count("12 points left") == count
        lengths.append(len(said))
    assert lengths[0] == lengths[1]


def test_an_open_page_is_told_of_new_cases_and_holders(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    address = re.search(r'data-poll="([^"]+)"', ana.get("/queue").text)[1].replace("&amp;", "&")
    first = ana.get(address)
    assert re.findall(r'data-case="(.*?)"', first.text) == ["c_0"]
    again = {"If-None-Match": first.headers["etag"]}
    unchanged = ana.get(address, headers=again)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    assert "Held by you" in ana.get(address, headers=again).text
    assert "<bdi>Ana</bdi>" in person(service, "moderator", "Ben").get(address, headers=again).text


def test_a_broken_record_is_named_and_the_others_are_shown(service, sign_in, open_cases):
    open_cases(service, 2.0, 1.0)
    changed(service, "c_0", reasons="[")
    shown = sign_in("analyst").get("/queue")
    assert shown.status_code == 200
    assert "The record of case c_0 is broken" in shown.text
    assert 'href="/cases/c_1"' in shown.text


def test_who_holds_as_many_as_one_may_is_led_to_them(start, sqlite_url, open_cases):
    service = start(sqlite_url, console=True, cases_held_max=1)
    open_cases(service, 2.0, 1.0)
    ana = person(service, "moderator", "Ana")
    ana.form("/queue/claim", idempotency_key="1")
    text = ana.get("/queue").text
    assert "You hold 1 case, as many as one person may." in text
    assert 'action="/queue/claim"' not in text
