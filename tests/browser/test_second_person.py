"""What a second person decides, and what an admin does with keys: by mouse, keys, no scripts."""

import pytest

from service.http.access.keys import key_id_of
from tests.browser.full_store import UPHELD
from tests.browser.people import Hand, expect, said

WAYS = pytest.mark.parametrize(
    ("store", "way"),
    [
        *(("sqlite", way) for way in ("mouse", "keys", "no scripts")),
        pytest.param("postgres", "mouse", marks=pytest.mark.postgres),
    ],
)
"""Each way on one store; another store sees no difference between them."""
SECRET = "The seal is forged, as I know the maker."


@pytest.fixture
def store():
    return "sqlite"


@pytest.fixture
def served(request, store):
    return request.getfixturevalue(f"{store}_served")


@pytest.fixture
def hand(visit):
    """Somebody who comes to work in one of these ways."""
    return lambda way, role, name: Hand(visit(role, name, scripts=way != "no scripts"), way)


@pytest.fixture
def judged(served):
    """Complaints about a new seller that a moderator has just upheld; their ids."""

    def begin(count=1):
        number = served.open_case(complaints=count).removeprefix("c_story")
        ids = [f"story-{number}-{one}" for one in range(1, count + 1)]
        decider = served.api("moderator", "Mia who came first")
        for one in ids:
            decider.post(f"/v1/complaints/{one}/verdict", json=UPHELD | {"reason": SECRET})
        return f"story-{number}", ids

    return begin


def points_of(served, seller_id):
    return served.api("analyst", "Ida").get(f"/v1/sellers/{seller_id}/ledger")["balance"]


@WAYS
def test_a_suspension_is_approved_extended_ended_and_its_entry_forgiven(hand, judged, served, way):
    seller_id, _ = judged(2)
    rae = hand(way, "reviewer", f"Rae by {way}")
    page = rae.page
    page.goto(f"/sellers/{seller_id}/exceptions")
    rae.press("Suspension", "link")
    expect(page.get_by_role("heading", name="If you approve")).to_be_visible()
    rae.write("Why, for colleagues; nobody outside reads it", "Both seals are forged.")
    rae.press("Approve")
    expect(said(page)).to_have_text("Approved: the sanction is carried out from now on.")
    page.get_by_label("Let it run until, in UTC").fill("2099-01-01T12:00")
    rae.press("See what that changes")
    rae.write("Why, for colleagues; nobody outside reads it", "It happened before.")
    rae.press("Let it run longer")
    expect(said(page)).to_have_text("The sanction runs longer.")
    expect(page.get_by_role("main")).to_contain_text("1 Jan 2099")
    rae.press("End it before its time", "link")
    rae.write("Why, for colleagues; nobody outside reads it", "The stock was destroyed.")
    rae.press("End it now")
    expect(said(page)).to_have_text("The sanction has ended; the points stay taken.")
    before = points_of(served, seller_id)
    rae.press("Exceptions for this seller", "link")
    rae.press(page.get_by_role("link", name="Forgive").first)
    rae.write("Why, for colleagues; nobody outside reads it", "A slip of ours.")
    rae.press("Forgive it")
    expect(said(page)).to_have_text("The entry counts no more; its verdict stands.")
    assert points_of(served, seller_id) > before


def test_who_gave_the_verdict_does_not_approve_what_follows_from_it(visit, judged):
    seller_id, _ = judged(2)
    page = visit("moderator", "Mia who came first")
    page.goto("/approvals")
    page.get_by_role("link", name=f"Suspension {seller_id}", exact=True).click()
    expect(page.get_by_role("heading", name="You do not decide this")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


@WAYS
def test_an_appeal_is_decided_blind_and_its_verdict_falls(hand, judged, served, way):
    seller_id, [complaint_id] = judged()
    before = points_of(served, seller_id)
    appeal = served.api("ingest", "shop").post(
        f"/v1/complaints/{complaint_id}/appeal", json={"reason": "The model is last year's."}
    )
    ben = hand(way, "moderator", f"Ben by {way}")
    page = ben.page
    page.goto(f"/appeals/{appeal['appeal_id']}")
    for kept in (SECRET, "Mia who came first", "The model is last year's."):
        assert kept not in page.content()
    ben.choose("Reject: it is not proven")
    ben.write("Why, for colleagues; nobody outside reads it", "The seal is the old one.")
    ben.press("Store my opinion")
    expect(said(page)).to_have_text("Your opinion is stored. The first verdict is shown below.")
    expect(page.get_by_role("main")).to_contain_text(SECRET)
    expect(page.get_by_role("main")).to_contain_text("It differs from the first verdict.")
    ben.write("Why: the seller reads this", "The seal is the maker's old one.")
    ben.press("Grant the appeal")
    expect(said(page)).to_have_text("The appeal is decided.")
    expect(page.get_by_role("main")).to_contain_text("stands no more")
    assert points_of(served, seller_id) > before


@WAYS
def test_a_complaint_was_taken_back_and_another_person_lets_the_verdict_fall(
    hand, judged, served, way
):
    seller_id, [complaint_id] = judged()
    before = points_of(served, seller_id)
    words = {"by": "complainant", "reason": "It was for my neighbour."}
    served.api("ingest", "shop").post(f"/v1/complaints/{complaint_id}/withdrawal", json=words)
    ben = hand(way, "moderator", f"Ben who hears by {way}")
    ben.page.goto(f"/withdrawals/{complaint_id}")
    expect(ben.page.get_by_role("main")).to_contain_text("It was for my neighbour.")
    ben.write("Why: the seller reads this if the verdict falls", "Nothing was wrong.")
    ben.press("Let the verdict fall")
    expect(said(ben.page)).to_have_text("The withdrawal is decided.")
    assert points_of(served, seller_id) > before


@WAYS
def test_an_admin_makes_a_key_which_is_shown_once_and_revokes_it(hand, visit, served, way):
    name = f"New one by {way}"
    ada = hand(way, "admin", "Ada with keys")
    page = ada.page
    page.goto("/admin/keys")
    # Before the form stand all keys with their links, however many there are.
    ada.press("Make a key", "link")
    ada.write("Whose it is", name)
    page.get_by_label("Role").select_option("moderator")
    ada.press("Make the key")
    key = page.get_by_label("Key, in the role moderator").input_value()
    page.reload()
    assert key not in page.content()
    newcomer = visit()
    newcomer.goto("/login")
    newcomer.get_by_label("Your key").fill(key)
    newcomer.get_by_role("button", name="Sign in").click()
    newcomer.wait_for_url("**/queue")
    page.goto("/admin/keys")
    ada.press(page.locator(f"a[href='/admin/keys/{key_id_of(key)}/revoke']"))
    ada.press("Revoke it")
    expect(said(page)).to_have_text("The key is revoked: nothing opens with it any more.")
    newcomer.reload()
    newcomer.wait_for_url("**/login**")
