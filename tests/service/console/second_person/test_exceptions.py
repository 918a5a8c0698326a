"""Exceptions: what each changes is shown by the fold that does it, and reviewers alone grant it."""

import re
from zoneinfo import ZoneInfo

import pytest

from service.console.pages.rendering import zones
from service.console.second_person.exceptions import instant_in
from service.http.fields import instant_of
from tests.service.console.second_person.conftest import main_of
from tests.service.console.second_person.test_sanctions import status, waiting

__all__ = ["waiting"]
EXCEPTIONS = "/sellers/s1/exceptions"


def balance(service):
    return service.mia.get("/v1/sellers/s1/ledger").json()["balance"]


def test_points_are_given_back_as_it_was_shown(judged, sign_in):
    rae = sign_in()
    address = f"{EXCEPTIONS}/credit"
    shown = main_of(rae.get(f"{address}?points=4&kind=training"))
    assert "0 now, 4 after" in shown
    assert balance(judged) == 0
    form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    done = rae.form(address, **form, reason="Passed the course.")
    rae.form(address, **form, reason="Passed the course.")
    assert balance(judged) == 4
    assert "training" in main_of(done)


def test_a_forgiven_entry_counts_no_more(judged, sign_in):
    rae = sign_in()
    [address, *_] = re.findall(r'href="(/entries/[^"]+/forgive)"', rae.get(EXCEPTIONS).text)
    shown = main_of(rae.get(address))
    assert "0 now, 6 after" in shown
    assert "is lifted" in shown
    wordless = rae.form(address)
    assert wordless.status_code == 422
    rae.form(address, reason="A slip of ours.", idempotency_key="k")
    assert balance(judged) == 6
    assert "You do not decide this" in main_of(rae.get(address))


def test_a_sanction_runs_longer_and_is_ended(judged, waiting, sign_in):
    rae = sign_in()
    rae.form(f"{waiting}/approve", reason="Seen.")
    shown = main_of(rae.get(f"{waiting}/extend?until=2026-03-20T12:00"))
    assert "runs on" in shown
    assert "20 Mar 2026, 12:00 UTC" in shown
    rae.form(f"{waiting}/extend", until="2026-03-20T12:00:00Z", reason="They did it again.")
    assert "20 Mar 2026" in main_of(rae.get(waiting))
    assert "is lifted" in main_of(rae.get(f"{waiting}/lift"))
    rae.form(f"{waiting}/lift", reason="Mended.")
    assert status(judged) != "suspended"
    assert "lifted</span>" in main_of(rae.get(waiting))


def test_who_decided_what_led_to_it_does_not_let_it_run_longer(judged, waiting, sign_in):
    sign_in().form(f"{waiting}/approve", reason="Seen.")
    mia = sign_in("admin", "mia")
    shown = main_of(mia.get(f"{waiting}/extend?until=2026-03-20T12:00"))
    assert "Mia gave a verdict it rests on; somebody else extends it." in shown
    assert "<form" not in shown
    longer = {"until": "2026-03-20T12:00:00Z", "reason": "Again."}
    assert mia.form(f"{waiting}/extend", **longer).status_code == 403


@pytest.mark.parametrize("role", ["moderator", "analyst"])
def test_only_reviewers_are_offered_exceptions(judged, waiting, sign_in, role):
    known = sign_in(role, "kim")
    shown = main_of(known.get(EXCEPTIONS))
    assert "Reviewers and admins grant exceptions." in shown
    assert "<form" not in shown
    assert "forgive" not in shown
    refused = {
        f"{EXCEPTIONS}/credit": {"points": "1", "kind": "x"},
        f"{waiting}/lift": {},
        f"{waiting}/extend": {"until": "2027-01-01T00:00:00Z"},
        "/entries/none/forgive": {},
    }
    for address, fields in refused.items():
        assert known.form(address, reason="Because.", **fields).status_code == 403, address


def test_what_the_fields_do_not_hold_is_told(judged, waiting, sign_in):
    rae = sign_in()
    for query in ("points=0&kind=x", "points=two&kind=x", "points=1", ""):
        assert rae.get(f"{EXCEPTIONS}/credit?{query}").status_code == 422, query
    for until in ("", "soon", "2026-13-01T00:00", "0001-01-01T00:00"):
        assert rae.get(f"{waiting}/extend?until={until}").status_code == 422, until
    assert rae.get("/sellers/none/exceptions").status_code == 404


@pytest.mark.parametrize(
    ("zone", "utc"), [("UTC", "12:00"), ("Asia/Kathmandu", "06:15"), ("Europe/Berlin", "11:00")]
)
def test_a_time_is_meant_in_the_readers_zone(zone, utc):
    assert zone in zones()
    expected = instant_of(f"2026-03-02T{utc}:00Z")
    assert instant_in("2026-03-02T12:00", ZoneInfo(zone)) == expected
    assert instant_in("2026-03-02T12:00:00Z", ZoneInfo(zone)) == instant_of("2026-03-02T12:00:00Z")
