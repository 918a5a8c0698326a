"""Whoever may choose how their name is written does not become two people by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.rules.identity import count_people, identity_of, is_among, is_legible

LATIN, GREEK = "abcdefghijklmnopqrstuvwxyzäöüéñ0123456789", "αβγδεζηθικλμνξοπρτυφχψω"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшэюя"
LETTERS = LATIN + GREEK + CYRILLIC
NAMES = st.text(LETTERS + LETTERS.upper() + " .-_'", min_size=1)
MARKS = [" ", "\t", "\u00a0", "\u200b", "\u202e", "\u2060", "\ufeff"]


@given(NAMES, st.sampled_from(MARKS))
def test_capitals_blanks_and_unseen_marks_make_nobody_else(name, mark):
    written = [name.upper(), name.lower(), name.swapcase()]
    for other in [*written, mark + name, name + mark, mark.join(name)]:
        assert identity_of(other) == identity_of(name)


@pytest.mark.parametrize(
    "other", ["ANA", "ana ", " Ana", "A n a", "Аna", "Αna", "АΝА", "Ａｎａ", "ana\u200d"]
)
def test_look_alikes_are_one_person(other):
    assert is_among("Ana", [other])
    assert count_people(["Ana", other, "ana"]) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "Anna"), ("Mia", "Rae"), ("José", "Jose"), ("key-1a2b", "key-1a2c"), ("Ян", "Ан")],
)
def test_other_names_are_other_people(one, other):
    assert not is_among(one, [other])
    assert count_people([one, other]) == 2


@pytest.mark.parametrize("name", ["Ana", "Ana María", "O'Neil", "Ян", "李小龍", "auth0|5f7c8ec7"])
def test_a_name_that_reads_as_it_is_written_is_clear(name):
    assert is_legible(name)


UNCLEAR = ["", " ", "Ana ", " Ana", "A\tna", "A\u00a0na", "A\u200bna", "\u202eAna", "A\x00", "A\n"]


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_name_that_does_not_is_not(name):
    assert not is_legible(name)
