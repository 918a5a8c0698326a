"""A case as a person works with it: claim, hold, give back, close."""

import json
import re

import pytest
from sqlalchemy import text as sql

from service.cases.closing import close_settled
from tests.service.console.conftest import person


def held(service):
    (case,) = service.as_("admin").get("/v1/cases?which=queue").json()["cases"]
    return case["lease"]


def test_a_claimed_case_offers_what_its_holder_may_do(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    shown = ana.form("/queue/claim", idempotency_key=ana.key_on("/queue"))
    assert shown.url.path == "/cases/c_0"
    assert "You hold this case now." in shown.text
    for offered in ("renew", "release", "escalate", "close"):
        assert f'action="/cases/c_0/{offered}"' in shown.text
    assert 'action="/cases/c_0/claim"' not in shown.text


def test_what_another_holds_is_shown_and_not_offered(service, sign_in, open_cases):
    open_cases(service, 1.0)
    sign_in("moderator", "Ana").form("/cases/c_0/claim", idempotency_key="k")
    ben = person(service, "moderator", "Ben")
    shown = ben.get("/cases/c_0")
    assert "<bdi>Ana</bdi>" in shown.text
    acts = re.findall(r'<form action="/cases/c_0/(\w+)"', shown.text)
    assert acts == ["note"]
    refused = ben.form("/cases/c_0/claim", idempotency_key="k")
    assert refused.status_code == 409
    assert "Ana holds case c_0" in refused.text


@pytest.mark.parametrize("act", ["renew", "release", "escalate", "snooze", "close"])
def test_who_does_not_hold_it_changes_nothing_and_keeps_the_words(
    service, sign_in, open_cases, act
):
    open_cases(service, 1.0)
    refused = sign_in("moderator", "Ana").form(
        f"/cases/c_0/{act}", note="Looks <odd> to me.", days=7
    )
    assert refused.status_code == 409
    assert act in ("renew", "release") or "Looks &lt;odd&gt; to me." in refused.text
    assert held(service) is None


def test_a_case_given_back_is_free(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    assert held(service)["holder"] == "Ana"
    assert "back in the queue" in ana.form("/cases/c_0/release", idempotency_key="2").text
    assert held(service) is None


def test_a_closed_case_says_who_closed_it_and_the_note(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    text = ana.form("/cases/c_0/close", note="Settled with the buyers.", idempotency_key="2").text
    assert "The case is closed." in text
    assert "Settled with the buyers." in text
    main = text.split("<main")[1]
    assert re.findall(r'<form action="(.*?)"', main) == ["/queue/claim"]
    assert 'href="/queue"' in main
    assert "<bdi>Ana</bdi>: looked at, and decided" in main
    assert ">Due<" not in main


def test_a_closed_case_says_what_it_turned_out_to_be(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    assert (
        '<optgroup label="A false alarm"><option value="unfounded">' in ana.get("/cases/c_0").text
    )
    said = "<bdi>Ana</bdi>: A false alarm: more orders, as in a sale"
    assert said in ana.form("/cases/c_0/close", label_reason="sale", idempotency_key="2").text
    [closed] = [one for one in ana.get("/queue?which=closed").text.split("<li") if "c_0" in one]
    assert "A false alarm: more orders, as in a sale" in closed
    case = service.as_("analyst").get("/v1/cases/c_0").json()
    assert (case["label"], case["label_reason"], case["outcome"]) == ("false_alarm", "sale", "done")


def test_who_held_a_case_that_closed_by_itself_says_once_what_it_turned_out_to_be(
    service, sign_in, open_cases
):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    filed(service, {})
    assert service.as_("ingest").post("/v1/complaints/c0/withdrawal", json={}).status_code == 201
    with service.context.database.writing() as connection:
        close_settled(connection, ["s0"], now=service.clock.now)
    form = '<form action="/cases/c_0/close"'
    assert form in ana.get("/cases/c_0").text
    assert form not in person(service, "moderator", "Ben").get("/cases/c_0").text
    shown = ana.form("/cases/c_0/close", label_reason="brigade", idempotency_key="2").text
    assert "<bdi>Ana</bdi>: A false alarm: the complaints were the fraud" in shown
    assert form not in shown


def test_what_it_was_opened_for_and_what_was_scored_since_are_told_apart(
    service, sign_in, open_cases
):
    open_cases(service, 1.0)
    known = sign_in("analyst")
    for address in ("/queue", "/cases/c_0"):
        assert ">opened as flagged on 2 Mar 2026</span>" in known.get(address).text
    assert "Chance of a false alarm" not in known.get("/cases/c_0").text  # it was never scored
    with service.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET false_chance = 0.4"))
    assert "false alarm, as last scored: 40 %" in known.get("/cases/c_0").text


def test_a_case_that_is_not_there_is_a_page_that_says_so(sign_in):
    missing = sign_in("analyst").get("/cases/none")
    assert missing.status_code == 404
    assert "no case has the id" in missing.text


def test_an_analyst_reads_and_is_offered_nothing(service, sign_in, open_cases):
    open_cases(service, 1.0)
    analyst = sign_in("analyst")
    assert '<form action="/cases' not in analyst.get("/cases/c_0").text
    assert analyst.form("/cases/c_0/claim").status_code == 403


def filed(service, *rows):
    batch = [service.complaint(f"c{n}", seller_id="s0", **row) for n, row in enumerate(rows)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})


def test_the_table_below_the_chart_is_the_history_routes(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, *[{"filed_at": f"2026-02-{day:02}T01:00:00Z"} for day in (3, 20, 20, 28)])
    orders = [{"seller_id": "s0", "day": f"2026-02-{d:02}", "orders": d} for d in range(1, 20)]
    service.as_("ingest").post("/v1/orders", json={"orders": orders})
    text = sign_in("analyst").get("/cases/c_0").text
    cells = r'"rowheader">(.+?)</th>' + r'<td [^>]*class="number"[^>]*>(.+?)</td>' * 4
    told = service.as_("analyst").get("/v1/sellers/s0/history").json()["days"]
    above = " <strong>above the band</strong>"
    assert above in text
    assert re.findall(cells, text) == [
        (
            day["day"],
            f"{day['complaints']}{above if day['complaints'] > day['high'] else ''}",
            f"{day['expected']:.2f}",
            f"{day['low']:g}–{day['high']:g}",
            "–" if day["orders"] is None else f"{day['orders']:g}",
        )
        for day in reversed(told)
    ]
    assert 'class="detector-chart page"' in text
    assert "style=" not in text
    assert "<style" not in text
    assert "4 complaints came in" in text


def test_ten_thousand_complaints_are_pages(service, sign_in, open_cases):
    open_cases(service, 1.0)
    for start in range(0, 10_000, 1_000):
        rows = [service.complaint(f"c{start + n}", seller_id="s0") for n in range(1_000)]
        service.as_("ingest").post("/v1/complaints", json={"complaints": rows})
    analyst = sign_in("analyst")
    shown = analyst.get("/cases/c_0")
    assert "10,000 to decide" in shown.text
    assert len(shown.content) < 100_000
    first = re.findall(r'href="/complaints/([^"]+)"', shown.text)
    following = re.search(r'href="(/cases/c_0\?cursor=[^"#]+)', shown.text)[1]
    second = re.findall(r'href="/complaints/([^"]+)"', analyst.get(following).text)
    assert (len(first), len(second), set(first) & set(second)) == (25, 25, set())


def test_a_part_that_cannot_be_read_leaves_the_others(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, {})
    with service.context.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE orders")
    shown = sign_in("moderator").get("/cases/c_0")
    assert shown.status_code == 200
    assert "The chart of complaints: It could not be read" in shown.text
    assert "12 points left" in shown.text
    assert 'href="/complaints/c0"' in shown.text


def test_what_parties_wrote_and_are_called_stays_text(service, sign_in, open_cases):
    open_cases(service, 1.0)
    hostile = '"><script>alert(1)</script>'
    filed(service, dict.fromkeys(("buyer_id", "order_id", "category"), hostile))
    ana = sign_in("moderator", "Ana")
    text = ana.form("/cases/c_0/note", note=hostile, idempotency_key="1").text
    assert hostile not in text
    assert text.count("&lt;script&gt;") >= 4


def test_evidence_that_is_not_on_file_is_said_to_lie_with_the_shop(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, {"evidence_count": 2, "category": "not_received"})
    ana = sign_in("moderator", "Ana")
    for page in ("/cases/c_0", "/complaints/c0", "/complaints/c0/verdict"):
        text = ana.get(page).text
        assert "2 pieces of evidence lie with the shop" in text, page
        assert "No evidence" not in text, page
    assert "<span>not received</span>" in ana.get("/cases/c_0").text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Brought by an ordinary notice"),
        (
            {"source": "trusted_flagger", "source_identity": "Fair <Trade>"},
            "Brought by a trusted flagger: <bdi>Fair &lt;Trade&gt;</bdi>",
        ),
        ({"source": "own_initiative"}, "Brought by the marketplace itself"),
    ],
)
def test_who_brought_a_complaint_is_said_in_words(service, sign_in, open_cases, said, words):
    open_cases(service, 1.0)
    filed(service, said)
    ana = sign_in("moderator", "Ana")
    for page in ("/cases/c_0", "/complaints/c0"):
        assert words in ana.get(page).text, page


def test_a_draft_is_seen_among_the_complaints_by_who_keeps_it(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, {})
    ana = sign_in("moderator", "Ana")
    ana.form("/complaints/c0/verdict/draft", reason="Perhaps.", idempotency_key="1")
    assert "draft kept" in ana.get("/cases/c_0").text
    assert "draft kept" not in sign_in("moderator", "Ben").get("/cases/c_0").text


def test_colleagues_read_a_note_and_what_was_done(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/note", note="They sell only shoes.", idempotency_key="1")
    ana.form("/cases/c_0/claim", idempotency_key="2")
    ana.form("/cases/c_0/snooze", days="7", note="The parcel comes.", idempotency_key="3")
    text = sign_in("analyst", "Eve").get("/cases/c_0").text
    assert "It waits until <time" in text
    rows = ana.get("/queue?which=snoozed").text
    assert 'Back in the queue <time datetime="2026-03-09T12:00:00Z">' in rows
    assert ">snoozed</span>" in rows
    assert text.index("The parcel comes.") < text.index("They sell only shoes.")
    (case,) = service.as_("admin").get("/v1/cases?which=snoozed").json()["cases"]
    assert case["snoozed_until"] == "2026-03-09T12:00:00Z"
    assert 'name="note"' not in text


def test_days_that_are_not_offered_are_refused(service, sign_in, open_cases):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    refused = ana.form("/cases/c_0/snooze", days="31", note="Later.", idempotency_key="2")
    assert refused.status_code == 422
    assert "Later." in refused.text


def test_an_open_page_is_told_what_changed_and_nothing_else(service, sign_in, open_cases):
    open_cases(service, 1.0)
    filed(service, {})
    ana = sign_in("moderator", "Ana")
    address = re.search(r'data-poll="([^"]+)"', ana.get("/cases/c_0").text)[1]
    first = ana.get(address)
    assert "This case changed" not in first.text
    again = {"If-None-Match": first.headers["etag"]}
    assert ana.get(address, headers=again).status_code == 304
    person(service, "moderator", "Ben").form("/cases/c_0/claim", idempotency_key="1")
    held_now = ana.get(address, headers=again)
    assert "<bdi>Ben</bdi>" in held_now.text
    filed(service, {}, {"category": "damaged"})
    assert "This case changed" in ana.get(address).text


def test_a_page_left_open_keeps_no_session_alive(service, sign_in, open_cases, clock):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    for _ in range(10):
        clock.pass_time(minutes=10)
        answer = ana.get("/cases/c_0/lease", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_the_lease_tells_the_seconds_left_by_the_servers_clock(service, sign_in, open_cases, clock):
    open_cases(service, 1.0)
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="1")
    clock.pass_time(minutes=14)
    assert 'data-seconds="60"' in ana.get("/cases/c_0/lease").text
    clock.pass_time(minutes=1)
    assert "Nobody holds this case." in ana.get("/cases/c_0/lease").text
    again = ana.form("/cases/c_0/claim", idempotency_key="2")
    assert 'data-seconds="900"' in again.text


def test_a_case_says_what_was_known_when_it_was_opened(service, sign_in, open_cases):
    open_cases(service, 1.0, 2.0)
    kinds = {"(all)": 3.5, "(pattern)": 4.0, "(one hour)": 0.0, "<later>": 1.0}
    known = {"model": "v0007", "score": 9.5, "p_value": 1e-5, "q_value": 0.1, "rank": 3}
    opening = json.dumps(known | {"shown_chance": 1.0, "kinds": kinds})
    with service.context.database.writing() as connection:
        connection.execute(
            sql("UPDATE cases SET opening = :opening WHERE case_id = 'c_0'"), {"opening": opening}
        )
    ana = sign_in("moderator", "Ana")
    shown = ana.get("/cases/c_0").text
    assert "Model v0007 put the seller in place 3, with a score of 9.5." in shown
    told = re.findall(r'rowheader">([^<]+)</th><td[^>]*>([0-9.]+)</td></tr>', shown)
    said = (
        "complaints of any kind",
        "the pattern over windows",
        "complaints in one hour of the day",
    )
    assert told[-4:] == [*zip(said, ("3.5", "4.0", "0.0"), strict=True), ("&lt;later&gt;", "1.0")]
    assert "What was known" not in ana.get("/cases/c_1").text
