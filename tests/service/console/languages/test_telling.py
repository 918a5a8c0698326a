"""What rules say, in a language: English is what the rules say themselves."""

from hypothesis import given
from hypothesis import strategies as st

from detector.rules.instants import DAY
from detector.rules.reports.sentences import At, Named, Span, plain_text, say
from service.console.languages.catalogues import language
from service.console.languages.speaking import speaking
from service.console.languages.telling import html_words, line, plain_words

SAID = say(
    "You had %(time)s from each report to answer it; %(silence)s.",
    time=Span(3 * DAY),
    silence=say("silence admits the complaint"),
)


@given(st.integers(0, 4_000_000_000_000_000), st.integers(0, 900), st.text(max_size=9))
def test_english_is_the_sentence_itself(at, points, words):
    said = say("%(a)s, %(b)s, %(c)s, %(d)s", a=At(at), b=points, c=words, d=Named(words))
    paragraphs = [(said, SAID)]
    assert plain_words(paragraphs) == plain_text(paragraphs)


def test_another_language_takes_its_own_words_dates_and_order():
    with speaking(language("de")):
        assert line(SAID).startswith("Ab jeder Meldung hatten Sie Zeit zu antworten (3 Tage);")


def test_a_word_that_is_usual_is_translated_and_one_of_a_policys_own_stays():
    with speaking(language("de")):
        assert line(say("%(a)s", a=Named("photo_received"))) == "Foto der Ware"
        assert line(say("%(a)s", a=Named("a_seal"))) == "a seal"


@given(st.text(max_size=30), st.booleans())
def test_no_words_become_markup(words, are_a_name):
    reason = Named(words) if are_a_name else words
    html = html_words([(say("The reason given: %(reason)s", reason=reason),)])
    inside = html.removeprefix("<p>The reason given: <bdi>").removesuffix("</bdi></p>")
    assert "<" not in inside
    assert inside.unescape() == (words.replace("_", " ") if are_a_name else words)
