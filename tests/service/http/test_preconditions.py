"""If-Match, as RFC 9110 writes it."""

import asyncio

import pytest

from service.http.preconditions import _seen_versions, etag


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"abc"', {"abc"}),
        ('"abc", "def"', {"abc", "def"}),
        ('"abc","def" ,  "g,h"', {"abc", "def", "g,h"}),
        ('W/"abc"', set()),  # weak tags never match strongly
        ('W/"abc", "def"', {"def"}),
        ("abc", set()),
        ("", set()),
    ],
)
def test_the_versions_that_a_client_saw_are_its_strong_tags(header, seen):
    assert asyncio.run(_seen_versions(header)) == seen


def test_a_version_that_was_sent_as_a_tag_is_read_back():
    assert asyncio.run(_seen_versions(etag("3f1c-07"))) == {"3f1c-07"}
