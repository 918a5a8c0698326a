"""Sentences as values: English as they stand, and every value in its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detector.rules.instants import DAY, instant_of
from detector.rules.reports.sentences import (
    ENGLISH,
    At,
    Named,
    Span,
    plain_text,
    put,
    say,
    say_many,
)

WORDS = st.text(max_size=20)


@given(WORDS)
def test_a_value_stands_in_a_sentence_as_it_was_given_whatever_it_is_made_of(words):
    assert put(say("a %(one)s b", one=words), ENGLISH) == f"a {words} b"


@given(st.lists(WORDS, max_size=4))
def test_several_values_are_joined(words):
    assert put(say("%(all)s", all=tuple(words)), ENGLISH) == ", ".join(words)


def test_instants_spans_numbers_and_sentences_are_written_out():
    said = say(
        "%(n)s of %(what)s until %(end)s, for %(time)s",
        n=3,
        what=say("all %(kind)s", kind=Named("photo_received")),
        end=At(instant_of("2026-03-07T12:00:00Z")),
        time=Span(7 * DAY),
    )
    assert put(said, ENGLISH) == "3 of all photo received until 7 March 2026, 12:00 UTC, for 7 days"


def test_a_name_alone_is_written_with_its_words_apart():
    assert put(Named("lower_in_search"), ENGLISH) == "lower in search"


def test_a_sentence_with_a_number_takes_the_form_for_it():
    told = [put(say_many("once", "%(num)s times", n), ENGLISH) for n in (1, 2)]
    assert told == ["once", "2 times"]


def test_paragraphs_are_apart_and_an_empty_one_leaves_nothing():
    assert plain_text([(say("a."), say("b.")), (), (say("c."),)]) == "a. b.\n\nc."
