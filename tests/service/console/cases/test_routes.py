"""A case as a person works with it: claim, hold, give back, close."""

import pytest

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
    assert "<button" not in shown.text.split("<main")[1].split("<dialog")[0]
    refused = ben.form("/cases/c_0/claim", idempotency_key="k")
    assert refused.status_code == 409
    assert "Ana holds case c_0" in refused.text


@pytest.mark.parametrize("act", ["renew", "release", "escalate", "close"])
def test_who_does_not_hold_it_changes_nothing_and_keeps_the_words(
    service, sign_in, open_cases, act
):
    open_cases(service, 1.0)
    refused = sign_in("moderator", "Ana").form(f"/cases/c_0/{act}", note="Looks <odd> to me.")
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
    assert "<form action" not in text.split("<main")[1]


def test_a_case_that_is_not_there_is_a_page_that_says_so(sign_in):
    missing = sign_in("analyst").get("/cases/none")
    assert missing.status_code == 404
    assert "no case has the id" in missing.text


def test_an_analyst_reads_and_is_offered_nothing(service, sign_in, open_cases):
    open_cases(service, 1.0)
    analyst = sign_in("analyst")
    assert '<form action="/cases' not in analyst.get("/cases/c_0").text
    assert analyst.form("/cases/c_0/claim").status_code == 403
