import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli.plain_output import ESCAPED

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("“”‘’–—…→\udc80"))


def written(text: str, encoding: str) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors=ESCAPED, newline="")
    stream.write(text)
    stream.flush()
    return raw.getvalue().decode(encoding)


@given(TEXTS, st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "utf-8", "shift_jis"]))
def test_whatever_is_written_arrives(text, encoding):
    written(text, encoding)


@given(st.text(st.characters(codec="utf-8", exclude_characters="“”‘’–—…→")))
def test_json_reads_back_as_it_was(text):
    assert json.loads(written(json.dumps(text, ensure_ascii=False), "ascii")) == text


@given(st.lists(TEXTS, min_size=1))
def test_json_with_typographic_signs_stays_json(texts):
    read = json.loads(written(json.dumps(texts, ensure_ascii=False), "latin-1"))
    assert len(read) == len(texts)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("“late” – about 3…", "'late' - about 3..."), ("Łódź", "\\u0141\\u00f3d\\u017a")],
)
def test_a_typographic_sign_gives_way_to_its_plain_form_and_others_to_an_escape(text, plain):
    assert written(text, "ascii") == plain


def test_what_can_be_written_is_left_as_it_is():
    assert written("“Łódź”, café", "utf-8") == "“Łódź”, café"
    assert written("café", "latin-1") == "café"
