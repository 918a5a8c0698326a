"""Withdrawn complaints: another person says whether the verdict falls."""

import pytest

from tests.service.console.second_person.conftest import count_in_nav, main_of

ADDRESS = "/withdrawals/c2"


@pytest.fixture
def withdrawn(judged):
    taken = judged.shop.post("/v1/complaints/c2/withdrawal", json={"reason": "We <settled> it."})
    assert taken.json()["outcome"] == "open"
    return judged


def balance(service):
    return service.mia.get("/v1/sellers/s1/ledger").json()["balance"]


def test_the_verdict_falls_as_it_was_shown_and_once(withdrawn, sign_in):
    rae = sign_in()
    page = rae.get("/withdrawals")
    assert count_in_nav(page, "/withdrawals") == main_of(page).count('<li class="case">') == 1
    shown = main_of(rae.get(ADDRESS))
    assert "We &lt;settled&gt; it." in shown
    assert "0 now, 6 after" in shown
    form = {"outcome": "granted", "reason": "No pressure.", "idempotency_key": rae.key_on(ADDRESS)}
    first, again = (rae.form(f"{ADDRESS}/decision", **form) for _ in range(2))
    assert first.url == again.url
    assert balance(withdrawn) == 6
    assert "<form" not in main_of(first)
    assert "No withdrawal waits" in main_of(rae.get("/withdrawals"))


def test_the_verdict_stands(withdrawn, sign_in):
    rae = sign_in()
    done = rae.form(f"{ADDRESS}/decision", outcome="denied", reason="They were paid.")
    assert "They were paid." in main_of(done)
    assert balance(withdrawn) == 0
    late = rae.form(f"{ADDRESS}/decision", outcome="granted", reason="Well then.")
    assert (late.status_code, "Well then." in late.text) == (409, True)


@pytest.mark.parametrize(
    ("role", "name", "why"),
    [
        ("moderator", "mia", "Mia gave the verdict; somebody else decides."),
        ("analyst", "ann", "The role analyst reads here."),
    ],
)
def test_who_may_not_decide_gets_no_form_and_sees_why(withdrawn, sign_in, role, name, why):
    known = sign_in(role, name)
    shown = main_of(known.get(ADDRESS))
    assert why in shown
    assert "<form" not in shown
    assert known.form(f"{ADDRESS}/decision", outcome="granted").status_code == 403
    assert balance(withdrawn) == 0


def test_what_was_not_withdrawn_has_no_such_page(judged, sign_in):
    for address in ("/withdrawals/c1", "/withdrawals/none"):
        assert sign_in().get(address).status_code == 404
