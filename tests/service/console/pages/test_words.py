"""Sentences of the API on a page: instants as the reader has them, and marked as English."""

from zoneinfo import ZoneInfo

import pytest

from service.console.languages.catalogues import language
from service.console.languages.speaking import speaking
from service.console.pages.words import english

HELD = "ben holds it until 2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2 Mar 2026, 12:00 UTC"),
        ("Asia/Kolkata", "2 Mar 2026, 17:30 IST"),
    ],
)
def test_an_instant_is_written_as_people_of_the_readers_zone_write_it(zone, shown):
    with speaking(language("en"), ZoneInfo(zone)):
        assert english(HELD) == f"ben holds it until {shown}"
        assert english("at 2026-03-02T12:00:00.123456Z") == f"at {shown}"


def test_what_only_looks_like_an_instant_stays():
    assert english("order 2026-99-99T99:99:99Z of 2026-03-02") == (
        "order 2026-99-99T99:99:99Z of 2026-03-02"
    )


def test_on_a_page_of_another_language_it_says_that_it_is_english():
    with speaking(language("de"), ZoneInfo("UTC")):
        shown = english(f"<b> {HELD}")
    assert shown.startswith('<bdi lang="en">&lt;b&gt; ben holds it until 2. März 2026')
