"""What a second person types is kept until it is decided: for them alone, refused or not sent."""

from urllib.parse import quote

import pytest
from sqlalchemy import select

from service.database.engine import metadata
from tests.service.console.second_person.conftest import main_of

WORDS = "It is the <old> seal."
SHOWN = "It is the &lt;old&gt; seal.</textarea>"


@pytest.fixture
def forms(judged):
    """The pages of all forms: address, action below it, and what is sent besides the reason."""
    shop, mia = judged.shop, judged.mia
    said = {"by": "seller", "reason": "It came from the maker."}
    appeal = shop.post("/v1/complaints/c2/appeal", json=said).json()["appeal_id"]
    shop.post("/v1/complaints/c1/withdrawal", json={"by": "complainant", "reason": "Sorry."})
    sanction = quote(mia.get("/v1/sellers/s1").json()["awaiting_approval"][0], safe="")
    entry = mia.get("/v1/sellers/s1/ledger").json()["entries"][0]["id"]
    return {
        "opinion": (f"/appeals/{appeal}", "/opinion", {"outcome": "rejected"}),
        "appeal": (f"/appeals/{appeal}", "/decision", {"outcome": "denied"}),
        "withdrawal": ("/withdrawals/c1", "/decision", {"outcome": "denied"}),
        "sanction": (f"/sanctions/{sanction}", "/decline", {}),
        "forgiveness": (f"/entries/{entry}/forgive", "", {}),
        "credit": ("/sellers/s1/exceptions/credit", "", {"points": "1", "kind": "training"}),
    }


def drafts(service):
    with service.context.database.reading() as connection:
        return connection.execute(select(metadata.tables["drafts"])).all()


@pytest.mark.parametrize(
    "name", ["opinion", "appeal", "withdrawal", "sanction", "forgiveness", "credit"]
)
def test_words_wait_on_their_page_for_who_typed_them_and_go_once_it_is_done(
    judged, forms, sign_in, name
):
    page, act, sent = forms[name]
    rae, noa = sign_in(), sign_in("reviewer", "noa")
    if name == "appeal":
        for person in (rae, noa):
            person.form(f"{page}/opinion", outcome="rejected", reason="As I see it.")
    at = f"{page}{act}/draft" if name in ("opinion", "appeal") else f"{page}/draft"
    assert f'data-draft="{at}"' in rae.get(page, params=sent).text
    kept = rae.form(at, reason=WORDS, **sent)
    assert "What you typed is kept." in kept.text
    assert SHOWN in main_of(kept)
    assert SHOWN in main_of(rae.get(page, params=sent))
    assert SHOWN not in main_of(noa.get(page, params=sent))
    assert rae.form(at, reason=WORDS, quietly="yes").status_code == 204
    done = rae.form(f"{page}{act}", reason=WORDS, **sent)
    assert done.status_code == 200, done.text
    assert drafts(judged) == []


def test_a_refused_form_leaves_its_words_on_the_page(judged, forms, sign_in):
    page, act, sent = forms["appeal"]
    rae = sign_in()
    assert rae.form(f"{page}{act}", reason=WORDS, **sent).status_code == 409  # no opinion yet
    rae.form(f"{page}/opinion", outcome="rejected", reason="As I see it.")
    assert SHOWN in main_of(rae.get(page))
    faulty = rae.form(f"{page}{act}", reason=WORDS, outcome="perhaps")
    assert faulty.status_code == 422
    assert SHOWN in main_of(rae.get(page))


def test_a_form_that_was_emptied_leaves_no_draft(judged, forms, sign_in):
    page, _, _ = forms["sanction"]
    rae = sign_in()
    rae.form(f"{page}/draft", reason=WORDS)
    assert [one.person for one in drafts(judged)] == ["rae"]
    rae.form(f"{page}/draft", reason=" ")
    assert drafts(judged) == []


def test_who_decides_nothing_keeps_nothing(judged, forms, sign_in):
    ann = sign_in("analyst", "ann")
    for page, act, _ in forms.values():
        at = f"{page}{act}/draft" if page.startswith("/appeals") else f"{page}/draft"
        assert ann.form(at, reason=WORDS).status_code == 403
    assert drafts(judged) == []
