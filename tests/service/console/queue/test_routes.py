"""The queue as a person sees it: the API's rows, in its order, with one plain reason each."""

import re


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
    from service.cases import store

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
