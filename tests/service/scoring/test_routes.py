"""Scores over HTTP: stored and stateless, and the cases that follow."""

import pytest

from service.demo.story import Market, _rows
from service.tables import assessments, cases


def spike(service, seller_id="s-new", count=40):
    """Many counterfeit complaints about one seller in one day."""
    batch = [
        service.complaint(
            f"spike-{n}",
            seller_id=seller_id,
            buyer_id=f"buyer {n}",
            filed_at=f"2026-03-01T{n % 24:02}:00:00Z",
        )
        for n in range(count)
    ]
    return service.as_("ingest").post("/v1/complaints", json={"complaints": batch})


def test_without_a_model_scoring_says_how_to_make_one(service):
    for body in ({"seller_ids": ["s1"]}, {"as_of": "2026-03-01T00:00:00Z", "complaints": []}):
        answer = service.as_("analyst").post("/v1/scores", json=body)
        assert answer.status_code in (200, 503)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "detector train" in answer.json()["detail"]


def test_a_spike_is_found_told_why_and_queued(stocked):
    assert spike(stocked).status_code == 201
    stocked.parts.worker.score_everybody()
    analyst = stocked.as_("analyst")
    told = analyst.post("/v1/scores", json={"seller_ids": ["s-new", "nobody"]}).json()
    assert told["unknown"] == ["nobody"]
    [score] = told["scores"]
    assert score["flagged"]
    assert score["rank"] == 1
    assert "40 complaints" in score["reasons"][0]
    seller = analyst.get("/v1/sellers/s-new").json()
    assert seller["assessment"] == score
    assert seller["case"]["reasons"] == score["reasons"]
    queue = analyst.get("/v1/queue").json()["cases"]
    assert "s-new" in [case["seller_id"] for case in queue]


def test_scoring_again_updates_the_open_case_and_opens_no_second(stocked):
    spike(stocked)
    stocked.parts.worker.score_everybody()
    before = stocked.as_("analyst").get("/v1/sellers/s-new").json()["case"]
    stocked.clock.pass_time(hours=1)
    stocked.parts.worker.score_everybody()
    after = stocked.as_("analyst").get("/v1/sellers/s-new").json()["case"]
    assert after["case_id"] == before["case_id"]
    assert after["opened_at"] == before["opened_at"]


def test_a_closed_case_reopens_only_on_new_complaints_that_stand_out_alone(stocked):
    spike(stocked)
    stocked.parts.worker.score_everybody()
    mia = stocked.as_("moderator", "mia")
    while (claimed := mia.post("/v1/queue/claim")).status_code == 200:
        mia.post(f"/v1/cases/{claimed.json()['case_id']}/close")
    stocked.clock.pass_time(hours=1)
    stocked.parts.worker.score_everybody()
    assert mia.get("/v1/sellers/s-new").json()["case"] is None
    late = stocked.complaint("late", seller_id="s-new", category="damaged")
    fresh = [stocked.complaint(f"fresh {n}", seller_id="s-new") for n in range(5)]
    for more, is_open in ([late], False), (fresh, True):
        stocked.as_("ingest").post("/v1/complaints", json={"complaints": more})
        stocked.parts.worker.score_everybody()
        assert (mia.get("/v1/sellers/s-new").json()["case"] is not None) == is_open


def test_a_history_in_the_request_is_scored_as_the_stored_one_and_nothing_is_stored(
    stocked, small_market
):
    stocked.parts.worker.score_everybody()
    market = Market(small_market, 0, 0)
    body = {
        "as_of": stocked.clock.text,
        "complaints": _rows(market, "complaints"),
        "orders": _rows(market, "orders"),
    }
    with stocked.context.database.writing() as connection:
        stored = {r.seller_id: r.score for r in connection.execute(assessments.select())}
        connection.execute(assessments.delete())
        connection.execute(cases.delete())
    told = stocked.as_("ingest").post("/v1/scores", json=body).json()
    assert {s["seller_id"]: s["score"] for s in told["scores"]} == stored
    assert [s["rank"] for s in told["scores"]] == list(range(1, len(stored) + 1))
    with stocked.context.database.reading() as connection:
        assert connection.execute(assessments.select()).all() == []


def test_what_is_dated_at_or_after_the_instant_changes_nothing(stocked):
    past = [stocked.complaint(f"c{n}", filed_at=f"2026-02-{n:02}T00:00:00Z") for n in range(1, 9)]
    later = stocked.complaint("later", filed_at="2026-03-01T00:00:00Z", seller_id="s9")
    body = {"as_of": "2026-03-01T00:00:00Z", "complaints": past}
    ingest = stocked.as_("ingest")
    without = ingest.post("/v1/scores", json=body).content
    assert ingest.post("/v1/scores", json=body | {"complaints": [*past, later]}).content == without


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"as_of": "2026-03-01"}, "complaints"),
        ({"complaints": []}, "as_of"),
        ({"seller_ids": []}, "at least 1"),
        ({}, "as_of"),
    ],
)
def test_an_incomplete_request_names_what_is_missing(stocked, body, told):
    answer = stocked.as_("ingest").post("/v1/scores", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_one_id_twice_in_a_given_history_is_refused(stocked):
    body = {"as_of": stocked.clock.text, "complaints": [stocked.complaint(), stocked.complaint()]}
    answer = stocked.as_("ingest").post("/v1/scores", json=body)
    assert (answer.status_code, "twice" in answer.json()["detail"]) == (422, True)


def test_an_empty_history_has_no_scores(stocked):
    body = {"as_of": stocked.clock.text, "complaints": []}
    assert stocked.as_("ingest").post("/v1/scores", json=body).json()["scores"] == []


def test_with_a_worker_what_was_just_filed_is_in_the_scores(start, stocked, small_market):
    service = start(stocked.context.settings.database, models=small_market / "models", work=True)
    spike(service)
    [score] = (
        service.as_("analyst").post("/v1/scores", json={"seller_ids": ["s-new"]}).json()["scores"]
    )
    assert score["flagged"]
