"""Words on public pages: one limit and one check for all who write them."""

from hypothesis import given
from hypothesis import strategies as st

from service.http.fields import has_words
from service.portal.pages.written import WORDS_MAX, fault_in

words = st.text(max_size=20) | st.sampled_from(["x" * WORDS_MAX, "x" * (WORDS_MAX + 1)])


@given(words)
def test_words_are_wrong_where_there_are_too_many_or_none_that_are_needed(text):
    is_wrong = len(text) > WORDS_MAX or "\0" in text
    assert bool(fault_in(text)) == is_wrong
    needed = fault_in(text, missing="Write why.")
    assert (needed == "Write why.") == (not has_words(text))
    assert not has_words(text) or needed == fault_in(text)
