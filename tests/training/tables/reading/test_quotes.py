import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from training.tables.reading.quotes import Quotes

PATH = Path("file.csv")


def followed(content: bytes, sizes=(1_000_000,), delimiter=",") -> Quotes:
    quotes, place, turn = Quotes(PATH, delimiter), 0, 0
    while place < len(content):
        size = sizes[turn % len(sizes)]
        quotes.follow(content[place : place + size])
        place, turn = place + size, turn + 1
    return quotes


def refusal_of(content: bytes, sizes=(1_000_000,)) -> str:
    try:
        followed(content, sizes)
    except BadInput as why:
        return str(why)
    return ""


def swallows(content: str) -> bool:
    """Whether a value of several lines is followed by text, read character by character."""
    inside = False
    lines, place = 0, 0
    while place < len(content):
        here, after = content[place], content[place + 1 : place + 2]
        if inside:
            if here == '"' and after == '"':
                place += 1
            elif here == '"':
                inside = False
                if lines and after not in ("", ",", "\n", "\r"):
                    return True
            elif here == "\n" or (here == "\r" and after != "\n"):
                lines += 1
        elif here == '"' and (place == 0 or content[place - 1] in ",\n\r"):
            inside, lines = True, 0
        place += 1
    return False


@given(
    st.lists(st.lists(st.text('a",\n\r é', max_size=6), min_size=2, max_size=3), max_size=5),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_whatever_a_csv_writer_writes_is_taken(rows, quoting, sizes):
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows(rows)
    assert not followed(text.getvalue().encode(), sizes).are_open


@given(st.text('a",\n\r', max_size=30), st.lists(st.integers(1, 9), min_size=1))
def test_a_value_of_several_lines_that_ends_in_text_is_refused_and_no_other(content, sizes):
    assert bool(refusal_of(content.encode(), sizes)) == swallows(content)
    assert refusal_of(content.encode(), sizes) == refusal_of(content.encode())


def test_the_refusal_names_both_lines():
    content = b'\xef\xbb\xbf"id","text"\n1,"open\n2,x\r3,y\r\n4,"late"\n'
    assert "line 2 is not closed" in refusal_of(content)
    assert "within line 5" in refusal_of(content)
    assert refusal_of(content, (3,)) == refusal_of(content)


@pytest.mark.parametrize(
    "content", [b'1,5" pipe\n2,6" pipe\n', b'1,"a"b\n', b'a, "b\n', b"", b'"a"']
)
def test_a_quote_within_a_line_or_a_value_without_quotes_is_a_part_of_it(content):
    assert not followed(content).are_open


@pytest.mark.parametrize("content", [b'1,"a', b'1,"a\n2,b\n', b'"a""', b'"a"""""" \n'])
def test_a_quote_that_is_open_at_the_end_is_told(content):
    assert followed(content).are_open
