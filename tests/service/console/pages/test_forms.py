"""Forms are read strictly, done once, and their words are never lost."""

import pytest

from tests.service.console.conftest import person

SAME = {"Sec-Fetch-Site": "same-origin"}


def test_a_page_takes_no_json(sign_in):
    sent = sign_in("moderator").post("/queue/claim", json={}, headers=SAME)
    assert sent.status_code == 415


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"&".join(b"a=1" for _ in range(2_001))])
def test_a_form_that_cannot_be_read_is_refused(sign_in, body):
    headers = SAME | {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        sign_in("moderator").post("/queue/claim", content=body, headers=headers).status_code == 422
    )


def test_a_form_that_is_too_large_is_refused(sign_in):
    sent = sign_in("moderator").form("/queue/claim", reason="x" * 70_000)
    assert sent.status_code == 413


def test_a_form_that_is_sent_twice_is_done_once(service, sign_in, open_cases):
    open_cases(service, 1.0, 2.0)
    known = sign_in("moderator", "Ana")
    key = known.key_on("/queue")
    first = known.form("/queue/claim", idempotency_key=key)
    again = known.form("/queue/claim", idempotency_key=key)
    assert first.history[0].headers["location"] == again.history[0].headers["location"]
    held = service.as_("admin").get("/v1/queue").json()["cases"]
    assert sum(case["lease"] is not None for case in held) == 1


def test_words_typed_in_a_session_that_ended_are_shown(service, sign_in):
    known, other = sign_in("moderator", "Ana"), person(service, "moderator", "Ana")
    other.form("/sessions/end")
    refused = known.form("/queue/claim", reason="The stamp is <not> the maker's.")
    assert refused.status_code == 401
    assert "The stamp is &lt;not&gt; the maker&#39;s." in refused.text
