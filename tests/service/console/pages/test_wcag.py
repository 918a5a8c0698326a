"""What WCAG 2.2 asks for and axe does not see: time, entering things twice, and signing in.

Focus that must not be hidden (2.4.11) is looked at in `tests/browser/test_focus.py`.
"""

import re

import pytest

from service.console.pages.rendering import FOLDER
from tests.service.console.conftest import visitor

VERDICT = {"outcome": "rejected", "reason": "The seal is the maker's.", "internal_note": "Called."}


@pytest.fixture
def complaint(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    return "/complaints/c1/verdict"


def left(known):
    answer = known.get("/sessions/left", follow_redirects=False)
    return int(answer.text) if answer.status_code == 200 else None


def test_2_2_1_who_is_about_to_be_signed_out_stays_by_one_button(service, sign_in):
    known = sign_in("moderator")
    service.clock.pass_time(minutes=58)
    assert left(known) == 120
    assert known.form("/sessions/left").text == "3600"
    service.clock.pass_time(minutes=59)
    page = known.get("/queue").text
    assert 'data-session="3600"' in page  # to open a page is to stay as well
    warning = page.split('data-session="3600"')[1].split("</div>")[0]
    assert "In two minutes you are signed out" in warning
    assert "Stay signed in" in warning


def test_2_2_1_to_ask_how_long_is_left_is_not_to_stay(service, sign_in):
    known = sign_in("moderator")
    for minutes in (29, 29):
        service.clock.pass_time(minutes=minutes)
        assert left(known) is not None
    service.clock.pass_time(minutes=2)
    assert left(known) is None


def test_2_2_1_no_session_is_longer_than_its_limit(start, sqlite_url):
    service = start(sqlite_url, session_hours=1)
    known = visitor(service)
    known.form("/login", key=service.key("moderator"))
    service.clock.pass_time(minutes=59)
    assert known.form("/sessions/left").text == "60"


@pytest.mark.parametrize("minutes", [1, 60])
def test_2_2_1_a_session_in_use_does_not_end_however_short_it_is(start, sqlite_url, minutes):
    service = start(sqlite_url, session_idle_minutes=minutes)
    known = visitor(service)
    known.form("/login", key=service.key("moderator"))
    for _ in range(5):
        service.clock.pass_time(minutes=minutes / 2)
        assert known.get("/queue").url.path == "/queue"


def test_2_2_1_a_case_is_held_for_longer_before_its_lease_ends(service, sign_in, open_cases):
    open_cases(service, 1.0)
    known = sign_in("moderator")
    known.form("/queue/claim", idempotency_key="claim")
    service.clock.pass_time(minutes=14)
    page = known.get("/cases/c_0").text
    assert 'data-seconds="60"' in page
    assert "In two minutes the case is free for others." in page
    known.form("/cases/c_0/renew", idempotency_key="renew")
    assert 'data-seconds="900"' in known.get("/cases/c_0").text


def test_3_3_7_nothing_typed_into_a_verdict_is_asked_for_again(sign_in, complaint):
    known = sign_in("moderator")
    for sent in (
        known.form(f"{complaint}/preview", **VERDICT),
        known.form(f"{complaint}/preview", **VERDICT, points="x"),
        known.form(complaint, **VERDICT, version="old", idempotency_key="k"),
        known.get(complaint),
    ):
        fields = dict(re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)', sent.text))
        assert fields["reason"] == "The seal is the maker&#39;s."
        assert fields["internal_note"] == "Called."
        assert re.search(r'value="rejected" checked', sent.text)


def test_3_3_7_what_was_asked_before_a_form_is_not_asked_by_it(service, sign_in, complaint):
    known = sign_in("reviewer")
    page = known.get("/sellers/s1/exceptions/credit?points=1&kind=training").text
    form = page.split("<h2>Do it</h2>")[1].split("</form>")[0]
    for name, value in (("points", "1"), ("kind", "training")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in form
    shown = re.findall(r"<(?:input|textarea|select)[^>]*>", form)
    assert len([one for one in shown if 'type="hidden"' not in one]) == 1  # the reason


def test_3_3_8_a_key_is_pasted_or_filled_in_by_a_password_manager(service):
    [field] = re.findall(r'<input id="key"[^>]*>', visitor(service).get("/login").text)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "maxlength" not in field
    scripts = [path.read_text() for path in (FOLDER / "static").glob("*.js")]
    assert scripts
    assert not [text for text in scripts if re.search(r"paste|beforeinput|contextmenu", text)]
