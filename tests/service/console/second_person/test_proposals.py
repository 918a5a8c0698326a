"""Proposed verdicts: others agree or decline, and who proposed does not second."""

import pytest

from tests.service.console.second_person.conftest import UPHELD, count_in_nav, main_of
from tests.service.decisions.verdicts.test_proposals import POLICY

ADDRESS = "/proposals/c%2F1"


@pytest.fixture
def proposed(start, sqlite_url, tmp_path):
    """A verdict that mia proposed; two more people have to agree."""
    path = tmp_path / "several.toml"
    path.write_text(POLICY)
    service = start(sqlite_url, policy=str(path), console=True)
    service.as_("ingest").post("/v1/complaints", json=service.complaint("c/1", buyer_id="jane"))
    service.prove()
    service.mia = service.as_("moderator", "mia")
    assert service.mia.post("/v1/complaints/c%2F1/verdict", json=UPHELD).status_code == 202
    return service


@pytest.fixture
def service(proposed):
    return proposed


def balance(service):
    return service.mia.get("/v1/sellers/s1/ledger").json()["balance"]


def test_enough_people_agree_and_the_verdict_does_what_was_shown(proposed, sign_in):
    rae, noa = sign_in(), sign_in("moderator", "noa")
    page = rae.get("/proposals")
    assert count_in_nav(page, "/proposals") == main_of(page).count('<li class="case">') == 1
    assert f'href="{ADDRESS}"' in page.text
    assert "one more person has to agree after you" in main_of(rae.get(ADDRESS))
    rae.form(f"{ADDRESS}/second", reason="So do I.", idempotency_key=rae.key_on(ADDRESS))
    assert balance(proposed) == 12
    assert "12 now, 0 after" in main_of(noa.get(ADDRESS))
    form = {"idempotency_key": noa.key_on(ADDRESS)}
    first, again = (noa.form(f"{ADDRESS}/second", **form) for _ in range(2))
    assert (first.url, balance(proposed)) == (again.url, 0)
    assert "No verdict waits for a second person" in main_of(first)


def test_who_proposed_may_only_take_it_back(proposed, sign_in):
    mia = sign_in("moderator", "mia")
    shown = main_of(mia.get(ADDRESS))
    assert "Mia has agreed already; somebody else seconds it." in shown
    assert "/second" not in shown
    refused = mia.form(f"{ADDRESS}/second", reason="Me again.")
    assert (refused.status_code, "Me again." in refused.text) == (403, True)
    mia.form(f"{ADDRESS}/decline", reason="I was wrong.", idempotency_key="k")
    assert mia.get(ADDRESS).status_code == 404
    assert balance(proposed) == 12


def test_a_declined_proposal_is_gone(proposed, sign_in):
    rae = sign_in()
    assert "The proposal is gone" in rae.form(f"{ADDRESS}/decline", reason="Not proven.").text
    late = rae.form(f"{ADDRESS}/second", reason="Or is it?")
    assert (late.status_code, "Or is it?" in late.text) == (404, True)


def test_an_analyst_reads_and_is_offered_nothing(proposed, sign_in):
    ann = sign_in("analyst", "ann")
    shown = main_of(ann.get(ADDRESS))
    assert "The role analyst reads here." in shown
    assert "<form" not in shown
    for act in ("second", "decline"):
        assert ann.form(f"{ADDRESS}/{act}").status_code == 403
