"""The page of the audit sample: blind, for all who decide, and corrected where it is wrong."""

import json
import re

import pytest
from sqlalchemy import insert

from service.assessments.tables import assessments
from tests.service.audit_sample.test_routes import ADDRESS, WEEK, records_of, stocked
from tests.service.console.second_person.conftest import main_of

PAGE = "/audit-sample"
WHY = "far above what the moon explains"


@pytest.fixture
def drawn(service):
    """A service whose sample holds `big`, of whom the machine says much, and `small`."""
    stocked(service)
    said = {
        "seller_id": "big",
        "as_of": service.clock.now,
        "score": 87.125,
        "surprise": 5.0,
        "p_value": 0.001,
        "q_value": 0.5,
        "flagged": False,
        "rank": 1,
        "reasons": json.dumps([WHY]),
        "suspicion": "seller",
        "model": "v0042",
    }
    with service.context.database.writing() as connection:
        connection.execute(insert(assessments).values(said))
    assert service.as_("moderator").post(ADDRESS).is_success
    return service


def test_who_decides_draws_once(service, sign_in):
    stocked(service)
    mia = sign_in("moderator", "mia")
    assert "No sellers were drawn in this week." in main_of(mia.get(PAGE))
    key = mia.key_on(PAGE)
    done = main_of(mia.form(PAGE, idempotency_key=key))
    assert "The sellers of this week are drawn." in done
    assert "2 of 2 sellers; 0 at fault, 0 not, 0 unclear, 2 to look at." in done
    mia.form(PAGE, idempotency_key=key)
    assert len(records_of(service)) == 1


def test_a_seller_is_shown_with_its_complaints_and_nothing_of_the_machine(drawn, sign_in):
    mia = sign_in("moderator", "mia")
    shown = main_of(mia.get(PAGE))
    assert shown.count('href="/complaints/') == 12
    assert "9 complaints in 28 days" in shown
    assert WHY in mia.get("/sellers/big").text
    for told in (WHY, "87", "v0042", 'href="/sellers/'):
        assert told not in shown
    body = drawn.as_("moderator").get(ADDRESS).text
    assert not any(told in body for told in (WHY, "87", "v0042"))


def test_a_finding_is_stored_and_corrected(drawn, sign_in):
    mia, address = sign_in("moderator", "mia"), f"{PAGE}/{WEEK}"
    form = {"seller_id": "big", "finding": "harm", "note": "All <forged>."}
    done = main_of(mia.form(address, **form, idempotency_key=mia.key_on(PAGE)))
    assert "What you found is stored." in done
    assert "All &lt;forged&gt;." in done
    assert "100.0 % were about sellers at fault" in done
    done = main_of(mia.form(address, seller_id="big", finding="no_harm"))
    assert "0.0 % were about sellers at fault" in done
    assert "1 seller was looked at. 1 that was drawn is open or unclear." in done
    assert "Correct what was found" in done
    assert drawn.as_("analyst").get(ADDRESS).json()["sellers"][0]["note"] is None


def test_what_is_no_finding_is_refused_where_it_was_typed(drawn, sign_in):
    mia, address = sign_in("moderator", "mia"), f"{PAGE}/{WEEK}"
    refused = mia.form(address, seller_id="big", note="Typed for nothing", finding="fraud")
    assert refused.status_code == 422
    assert "What you found: choose one of those that are listed." in refused.text
    assert refused.text.count(">Typed for nothing</textarea>") == 1
    ids = re.findall(r'\sid="([^"]+)"', refused.text)
    assert len(ids) == len(set(ids))
    assert "finding" in ids
    assert mia.form(address, seller_id="few", finding="harm").status_code == 404


def test_who_only_reads_gets_no_form(drawn, sign_in):
    ann = sign_in("analyst", "ann")
    assert "<form" not in main_of(ann.get(PAGE))
    assert ann.form(f"{PAGE}/{WEEK}", seller_id="big", finding="harm").status_code == 403
    assert ann.form(PAGE).status_code == 403


def test_other_weeks_are_shown_and_what_is_none_is_not_there(drawn, sign_in):
    ann = sign_in("analyst")
    before = main_of(ann.get(f"{PAGE}?week=2026-W09"))
    assert "No sellers were drawn in this week." in before
    assert f'href="{PAGE}?week={WEEK}"' in before
    assert ann.get(f"{PAGE}?week=none").status_code == 404
    for address in ("/models", "/overview"):
        assert f'href="{PAGE}"' in ann.get(address).text
