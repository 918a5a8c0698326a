"""The catalogues hold every sentence of the pages, with a translation that has the same values."""

import re

import pytest

from docs.tools.catalogues import page
from service.console.languages.catalogues import TRANSLATED, catalogue_of, path_of

VALUE = re.compile(r"%\([a-z_]+\)s|%%|%|\{[a-z]+\}")


def forms_of(said):
    return [said] if isinstance(said, str) else list(said)


def values_in(said):
    return set(VALUE.findall(said))


def messages(tag):
    return [one for one in catalogue_of(tag) if one.id]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_no_sentence_is_missing_and_none_is_unused(tag):
    assert path_of(tag).read_text("utf-8") == page(tag), "bring them in: make catalogues"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_sentence_is_translated(tag):
    empty = [one.id for one in messages(tag) if not all(forms_of(one.string))]
    assert empty == [], f"write what stands behind msgstr in {path_of(tag)}"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_has_the_values_of_its_sentence_and_no_others(tag):
    for one in messages(tag):
        source = values_in(forms_of(one.id)[-1])
        forms = [values_in(form) for form in forms_of(one.string)]
        assert all(form <= source for form in forms), one.id
        assert forms[-1] == source, one.id


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_begins_and_ends_as_its_sentence(tag):
    for one in messages(tag):
        source = forms_of(one.id)[-1]
        for form in forms_of(one.string):
            assert (form[0] == " ", form[-1] == " ") == (source[0] == " ", source[-1] == " ")
            assert not source.endswith(tuple(".?:")) or form[-1] == source[-1], one.id
