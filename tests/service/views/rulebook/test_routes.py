"""The rules over HTTP: what they say, what others would have done, why a seller was sanctioned."""

import multiprocessing
import threading
import time

import pytest

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}
HARSH = """
[[policy]]
id = "harsh"
version = 1
effective_from = "2020-01-01T00:00:00Z"
ceiling = 12
[policy.violations.counterfeit]
points = 12
expires = "365d"
[[policy.tiers]]
id = "depleted"
at = 12
steps = [{ action = "suspend", duration = "7d" }]
"""


@pytest.fixture
def judged(either):
    """One seller with one upheld complaint, one with two."""
    return judge(either)


def judge(either):
    ids = {"c1": "s1", "c2": "s2", "c3": "s2"}
    batch = [either.complaint(one, seller_id=seller) for one, seller in ids.items()]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    either.prove(*(one["complaint_id"] for one in batch))
    mia = either.as_("moderator", "mia")
    for one in ids:
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    return either


def test_the_rules_in_force_are_told_to_everybody_with_a_key(service):
    told = service.as_("ingest").get("/v1/rules").json()
    assert (told["policy"], told["ceiling"], told["appeal_days"]) == ("standard v1", 12, 30)
    counterfeit = told["violations"]["counterfeit"]
    assert counterfeit["points"] == 6
    assert counterfeit["evidence"]["kinds_min"] == 2
    depleted = told["tiers"][-1]
    assert [step["action"] for step in depleted["steps"]] == ["suspend", "remove"]
    assert [step["two_person"] for step in depleted["steps"]] == [True, True]
    assert any("DSA Art. 20(1)" in one for one in told["remarks"])


def test_what_if_tells_who_would_be_treated_differently_and_changes_nothing(judged):
    analyst = judged.as_("analyst")
    before = analyst.get("/v1/sellers/s1/ledger").json()
    answer = analyst.post("/v1/rules/compare", json={"policy": {"toml": HARSH}})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["events"], told["different"]) == (3, 2)
    assert told["against"]["sellers"]["suspend"] == 1
    assert told["policy"]["sellers"]["suspend"] == 2
    assert told["differences"][0]["seller_id"] == "s1"
    assert told["differences"][0]["under_against"]["suspend"] is None
    assert told["differences"][0]["under_policy"]["suspend"] == "2026-03-02T12:00:00Z"
    assert analyst.get("/v1/sellers/s1/ledger").json() == before


def test_a_long_log_is_folded_in_a_process_of_its_own_to_the_same_answer(start, database_url):
    service = judge(start(database_url))
    analyst, body = service.as_("analyst"), {"policy": {"toml": HARSH}}
    beside = analyst.post("/v1/rules/compare", json=body)
    service.context.settings = service.context.settings.model_copy(
        update={"compare_apart_events": 2}
    )
    apart = analyst.post("/v1/rules/compare", json=body)
    assert (apart.status_code, apart.json()) == (200, beside.json())
    refused = analyst.post("/v1/rules/compare", json={"policy": {"toml": "[[policy"}})
    assert (refused.status_code, "not TOML" in refused.json()["detail"]) == (422, True)


def test_a_fold_whose_process_is_killed_is_told_to_try_again(start, sqlite_url):
    service = judge(start(sqlite_url, compare_apart_events=0))
    answers = []
    body = {"policy": {"toml": HARSH}}
    analyst = service.as_("analyst")
    asking = threading.Thread(
        target=lambda: answers.append(analyst.post("/v1/rules/compare", json=body))
    )
    before = set(multiprocessing.active_children())
    asking.start()
    while not (begun := set(multiprocessing.active_children()) - before):
        assert asking.is_alive()
        time.sleep(0.01)
    begun.pop().kill()
    asking.join()
    assert (answers[0].status_code, answers[0].headers["Retry-After"]) == (503, "2")
    assert analyst.post("/v1/rules/compare", json=body).status_code == 200


def test_a_policy_compared_with_itself_makes_no_difference(judged):
    same = {"policy": {"name": "standard"}, "against": {"name": "standard"}}
    told = judged.as_("analyst").post("/v1/rules/compare", json=same).json()
    assert told["different"] == 0
    assert told["policy"] == told["against"]


def test_what_if_up_to_an_instant_knows_nothing_later(judged):
    body = {"policy": {"toml": HARSH}, "as_of": "2026-03-02T11:00:00Z"}
    told = judged.as_("analyst").post("/v1/rules/compare", json=body).json()
    assert (told["events"], told["different"]) == (0, 0)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"toml": HARSH.replace("points = 12", "points = -1")}, "points"),
        ({"toml": "[[policy"}, "not TOML"),
        ({"name": "../../etc/passwd"}, "bundled"),
        ({"name": "standard", "toml": HARSH}, "not both"),
        ({}, "name or its TOML"),
    ],
)
def test_a_policy_that_is_none_is_refused_with_what_is_wrong(service, policy, said):
    answer = service.as_("analyst").post("/v1/rules/compare", json={"policy": policy})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_log_too_long_to_fold_in_a_request_is_left_to_the_command_line(start, sqlite_url):
    service = start(sqlite_url, compare_events_max=1)
    batch = [service.complaint("c1"), service.complaint("c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(*(one["complaint_id"] for one in batch))
    for one in ("c1", "c2"):
        service.as_("moderator").post(f"/v1/complaints/{one}/verdict", json=UPHELD)
    body = {"policy": {"name": "standard"}}
    answer = service.as_("analyst").post("/v1/rules/compare", json=body)
    assert answer.status_code == 422
    assert "detector rules compare" in answer.json()["detail"]


def test_one_comparison_at_a_time(service):
    body = {"policy": {"name": "standard"}}
    with service.parts.comparison_lock:
        answer = service.as_("analyst").post("/v1/rules/compare", json=body)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert service.as_("analyst").post("/v1/rules/compare", json=body).status_code == 200


def test_a_statement_says_facts_rule_points_and_how_to_appeal_and_names_no_person(judged):
    told = judged.as_("ingest").get("/v1/sellers/s2/statement").json()
    assert [one["kind"] for one in told["statements"]] == ["warn", "suspend"]
    suspended = told["statements"][1]
    assert suspended["approval"] == "waiting"
    for words in ("Facts: complaint c2", "Ground:", "hold: 6 before and 0 after", "Appeal:"):
        assert words in suspended["text"]
    assert "mia" not in suspended["text"]
    assert (suspended["state"], suspended["record"]) == ("awaiting_approval", None)


def test_the_time_to_appeal_is_told_from_the_day_the_seller_could_know(judged):
    [waiting] = judged.as_("analyst").get("/v1/sanctions").json()["sanctions"]
    judged.clock.pass_time(days=2)
    path = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    judged.as_("reviewer", "noa").post(path, json={"reason": "seen"})
    told = judged.as_("ingest").get("/v1/sellers/s2/statement").json()["statements"][1]
    assert told["record"]["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert (told["approval"], "before 3 April 2026" in told["text"]) == ("carried_out", True)


def test_a_seller_without_decisions_has_no_statement_and_an_unknown_one_is_not_found(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    analyst = service.as_("analyst")
    told = analyst.get("/v1/sellers/s1/statement").json()
    assert told == {"seller_id": "s1", "statements": []}
    assert analyst.get("/v1/sellers/none/statement").status_code == 404
