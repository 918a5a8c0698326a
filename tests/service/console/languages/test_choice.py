"""Which language a page is in: a reader's choice, then the browser's, then the setting's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.console.languages.choice import asked_for, wanted
from tests.service.console.conftest import visitor


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", None),
        ("*", None),
        ("fr", None),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR, en;q=0.3, de;q=0.7", "de"),
        ("en-US,en;q=0.9", "en"),
        ("de;q=0, en;q=0.1", "en"),
        ("DE", "de"),
        ("ar, ar-EG", None),
        ("ar-XB", "ar-XB"),
        ("de;q=2, en", "en"),
    ],
)
def test_the_best_liked_of_the_languages_there_are_is_taken(header, tag):
    assert asked_for(header) == tag


@given(st.text())
def test_no_header_is_refused(header):
    assert asked_for(header) in (None, "en", "de", "ar-XB")


@given(st.lists(st.sampled_from(["aa", "bb", "cc"]), max_size=30))
def test_what_is_liked_alike_stays_in_order(tags):
    assert wanted(",".join(tags)) == tags[:20]


def test_a_page_says_its_language_and_what_it_depends_on(service):
    page = visitor(service).get("/login", headers={"Accept-Language": "de-CH"})
    assert '<html lang="de" dir="ltr"' in page.text
    assert "Ihr Schlüssel" in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie"


def test_the_setting_holds_where_nothing_else_is_asked_for(database_url, start):
    known = visitor(start(database_url, language="de"))
    assert '<html lang="de"' in known.get("/login", headers={"Accept-Language": "fr"}).text
    assert '<html lang="en"' in known.get("/login", headers={"Accept-Language": "en"}).text


def test_a_choice_is_kept_and_comes_before_the_browsers(sign_in):
    known = sign_in("moderator")
    known.headers["Accept-Language"] = "en"
    assert 'name="language"' in known.get("/sessions").text
    known.form("/preferences", language="de")
    assert "Warteschlange" in known.get("/queue").text
    known.form("/preferences", language="browser")
    assert "Warteschlange" not in known.get("/queue").text


def test_the_pseudo_language_is_not_offered_and_cannot_be_kept(sign_in):
    known = sign_in("moderator")
    assert "ar-XB" not in known.get("/sessions").text
    known.form("/preferences", language="ar-XB")
    assert '<html lang="en"' in known.get("/queue").text


def test_rows_that_a_browser_keeps_are_those_of_its_language(sign_in):
    known = sign_in("moderator")
    english = known.get("/queue/rows", headers={"Accept-Language": "en"})
    german = {"Accept-Language": "de", "If-None-Match": english.headers["etag"]}
    assert known.get("/queue/rows", headers=german).status_code == 200
    again = known.get("/queue/rows", headers=german | {"Accept-Language": "en"})
    assert again.status_code == 304
