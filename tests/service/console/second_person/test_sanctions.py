"""Sanctions that wait: what either decision changes is shown, and another person takes it."""

import pytest

from tests.service.console.second_person.conftest import count_in_nav, main_of


@pytest.fixture
def waiting(judged):
    """The address of the suspension that waits."""
    [sanction] = judged.mia.get("/v1/sanctions").json()["sanctions"]
    return f"/sanctions/{sanction['sanction_id'].replace('/', '%2F').replace(':', '%3A')}"


def status(service):
    return service.mia.get("/v1/sellers/s1").json()["standing"]["status"]


def test_the_list_says_by_when_and_the_navigation_counts_it(judged, waiting, sign_in):
    page = sign_in().get("/approvals")
    shown = main_of(page)
    assert count_in_nav(page, "/approvals") == shown.count('<li class="case">') == 1
    assert "Lapses unless somebody decides by" in shown
    assert 'href="/sellers/s1"' in shown
    judged.clock.pass_time(days=8)
    rae = sign_in()
    page = rae.get("/approvals")
    assert count_in_nav(page, "/approvals") == 0
    assert "No sanction waits for approval" in main_of(page)
    assert "s1" in main_of(rae.get("/approvals?state=lapsed"))


def test_approving_does_what_was_shown_once(judged, waiting, sign_in):
    rae = sign_in()
    shown = main_of(rae.get(waiting))
    assert "awaiting approval now, suspended after" in shown.split("If you approve")[1]
    assert "It lapses on" in shown
    for complaint in ("c1", "c2"):
        assert f'href="/complaints/{complaint}"' in shown
    form = {"reason": "Both are forged.", "idempotency_key": rae.key_on(waiting)}
    first, again = (rae.form(f"{waiting}/approve", **form) for _ in range(2))
    assert first.url == again.url
    assert status(judged) == "suspended"
    assert "Approved: the sanction is carried out" in first.text
    assert "/approve" not in main_of(first)
    late = sign_in("moderator", "noa").form(f"{waiting}/decline", reason="Too harsh.")
    assert late.status_code == 409
    assert "Too harsh." in late.text
    assert status(judged) == "suspended"


def test_without_a_reason_the_same_page_asks_for_it_and_keeps_the_words(judged, waiting, sign_in):
    rae = sign_in()
    asked = rae.form(f"{waiting}/approve", reason=" ?! ", idempotency_key="k")
    assert asked.status_code == 422
    assert '<a href="#reason">The rules ask for a reason to approve.' in asked.text
    assert "?! </textarea>" in asked.text
    assert status(judged) == "awaiting_approval"
    assert "will be declined" in main_of(rae.get(waiting)).split("If you decline")[1]
    assert "will be declined" not in main_of(rae.get(waiting)).split("If you decline")[0]


def test_declining_leaves_the_points_taken(judged, waiting, sign_in):
    rae = sign_in()
    declined = main_of(rae.get(waiting)).split("If you decline")[1].split("</section>")[0]
    assert "0, as now" in declined
    rae.form(f"{waiting}/decline", reason="One was sent twice.", idempotency_key="k")
    assert judged.mia.get("/v1/sanctions?state=declined").json()["sanctions"]
    assert judged.mia.get("/v1/sellers/s1/ledger").json()["balance"] == 0


@pytest.mark.parametrize(
    ("role", "name", "why"),
    [
        ("moderator", "mia", "Mia gave a verdict it rests on; somebody else decides."),
        ("analyst", "ann", "The role analyst reads here."),
    ],
)
def test_who_may_not_decide_gets_no_form_and_sees_why(judged, waiting, sign_in, role, name, why):
    known = sign_in(role, name)
    shown = main_of(known.get(waiting))
    assert why in shown
    assert "<form" not in shown
    for act in ("approve", "decline"):
        assert known.form(f"{waiting}/{act}", reason="Seen.").status_code == 403
    assert status(judged) == "awaiting_approval"


def test_a_verdict_that_is_appealed_is_kept_from_who_may_decide_the_appeal(
    judged, waiting, sign_in
):
    judged.shop.post("/v1/complaints/c1/appeal", json={"by": "seller", "reason": "genuine"})
    judged.shop.post("/v1/complaints/c2/appeal", json={"by": "seller", "reason": "genuine"})
    blind = main_of(sign_in().get(waiting))
    assert blind.count("Go to the appeal") == 2
    assert "The seal is forged." not in blind
    assert "The seal is forged." in main_of(sign_in("moderator", "mia").get(waiting))


def test_a_sanction_that_is_not_there_is_a_page_that_says_so(judged, sign_in):
    assert sign_in().get("/sanctions/none").status_code == 404
