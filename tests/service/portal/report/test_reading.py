"""The buyers' pages are read by anybody: Flesch-Kincaid's grade of their words is 8 at most."""

import re

from docs.tools.catalogues import sentences_in

GRADE_MAX = 8
WORDS_MAX = 20
VALUE = re.compile(r"%\([a-z_]+\)s")
QUIET_ENDS = re.compile(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$")


def syllables_in(word):
    """About how many syllables a word has: runs of vowels, without an e that is not heard."""
    word = word.lower()
    heard = QUIET_ENDS.sub("", word) if len(word) > 3 else word
    return max(1, len(re.findall(r"[aeiouy]+", heard)))


def words_in(sentence):
    return re.findall(r"[A-Za-z][A-Za-z'-]*", VALUE.sub("five", sentence))


def sentences():
    """Every sentence of the pages, as a whole one has it: a label is none."""
    folders = ("service/portal/report", "service/portal/pages")
    found = [message for folder in folders for message in sentences_in(folder)]
    messages = [one for message in found for one in message]
    parts = [part for one in messages for part in re.split(r"(?<=[.?!])\s+", one)]
    return [part for part in parts if part.endswith((".", "?", "!"))]


def grade_of(parts):
    """Flesch-Kincaid's grade: years at school that it takes to read a text."""
    words = [word for part in parts for word in words_in(part)]
    syllables = sum(map(syllables_in, words))
    return 0.39 * len(words) / len(parts) + 11.8 * syllables / len(words) - 15.59


def test_the_grade_is_that_of_texts_whose_grade_is_known():
    assert grade_of(["The cat sat on the mat."]) < 1
    hard = "Notwithstanding aforementioned stipulations, complainants retain adjudicatory remedies."
    assert grade_of([hard]) > 16


def test_the_pages_read_as_a_book_for_children_of_thirteen_does():
    assert len(sentences()) > 60
    assert grade_of(sentences()) <= GRADE_MAX


def test_no_sentence_is_long():
    assert [one for one in sentences() if len(words_in(one)) > WORDS_MAX] == []


def test_no_long_sentence_is_hard():
    hard = [(round(grade_of([one]), 1), one) for one in sentences() if len(words_in(one)) >= 10]
    assert [pair for pair in hard if pair[0] > GRADE_MAX] == []
