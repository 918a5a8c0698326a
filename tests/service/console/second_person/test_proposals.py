"""Proposed verdicts: others agree or decline, and who proposed does not second."""

import re

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


def seen_on(page):
    """What the page's form sends beside what a person types."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def balance(service):
    return service.mia.get("/v1/sellers/s1/ledger").json()["balance"]


def test_enough_people_agree_and_the_verdict_does_what_was_shown(proposed, sign_in):
    rae, noa = sign_in(), sign_in("moderator", "noa")
    page = rae.get("/proposals")
    assert count_in_nav(page, "/proposals") == main_of(page).count('<li class="case">') == 1
    assert f'href="{ADDRESS}"' in page.text
    assert "one more person has to agree after you" in main_of(rae.get(ADDRESS))
    rae.form(f"{ADDRESS}/second", reason="So do I.", **seen_on(rae.get(ADDRESS)))
    assert balance(proposed) == 12
    assert "12 now, 0 after" in main_of(noa.get(ADDRESS))
    form = seen_on(noa.get(ADDRESS))
    first, again = (noa.form(f"{ADDRESS}/second", **form) for _ in range(2))
    assert (first.url, balance(proposed)) == (again.url, 0)
    assert "No verdict waits for a second person" in main_of(first)


def test_who_proposed_may_only_take_it_back(proposed, sign_in):
    mia = sign_in("moderator", "mia")
    shown = main_of(mia.get(ADDRESS))
    assert "Mia has agreed already; somebody else seconds it." in shown
    assert "/second" not in shown
    form = seen_on(mia.get(ADDRESS))
    refused = mia.form(f"{ADDRESS}/second", **form, reason="Me again.")
    assert (refused.status_code, "Me again." in refused.text) == (403, True)
    mia.form(f"{ADDRESS}/decline", **form, reason="I was wrong.")
    assert mia.get(ADDRESS).status_code == 404
    assert balance(proposed) == 12


def test_a_declined_proposal_is_gone(proposed, sign_in):
    rae = sign_in()
    form = seen_on(rae.get(ADDRESS))
    done = rae.form(f"{ADDRESS}/decline", **form, reason="Not proven.")
    assert "The proposal is gone" in done.text
    late = rae.form(f"{ADDRESS}/second", version=form["version"], reason="Or is it?")
    assert (late.status_code, "Or is it?" in late.text) == (404, True)


def test_an_analyst_reads_and_is_offered_nothing(proposed, sign_in):
    ann = sign_in("analyst", "ann")
    shown = main_of(ann.get(ADDRESS))
    assert "The role analyst reads here." in shown
    assert "<form" not in shown
    for act in ("second", "decline"):
        assert ann.form(f"{ADDRESS}/{act}").status_code == 403


@pytest.mark.parametrize("act", ["second", "decline"])
def test_what_changed_since_it_was_seen_is_told_and_nothing_is_decided(proposed, sign_in, act):
    rae = sign_in()
    form = seen_on(rae.get(ADDRESS))
    answer = {"text": "It is our own maker's.", "by": "seller"}
    proposed.as_("ingest").post("/v1/complaints/c%2F1/answer", json=answer)
    refused = rae.form(f"{ADDRESS}/{act}", **form, reason="As I said.")
    assert refused.status_code == 409
    assert "Nothing was decided: this changed" in refused.text
    assert ">As I said.</textarea>" in refused.text
    assert ">As I said.</textarea>" in rae.get(ADDRESS).text
    assert "our own maker" in refused.text
    assert "one more person has to agree after you" in refused.text
    done = rae.form(f"{ADDRESS}/{act}", **seen_on(refused), reason="As I said.")
    assert done.status_code == 200


def test_a_form_that_names_no_version_decides_nothing(proposed, sign_in):
    rae = sign_in()
    assert rae.form(f"{ADDRESS}/second", reason="So do I.").status_code == 409
    assert rae.form(f"{ADDRESS}/decline", reason="Not I.").status_code == 409
