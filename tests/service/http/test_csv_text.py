"""CSV that no spreadsheet takes for a formula, and that reads back as it was."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.csv_text import csv_of, safe

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_no_cell_begins_as_a_formula_does_and_none_is_lost(rows):
    read = list(csv.reader(StringIO(csv_of(("a", "b"), rows), newline="")))
    assert read[0] == ["a", "b"]
    for cells, row in zip(read[1:], rows, strict=True):
        for cell, text in zip(cells, row, strict=True):
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
            assert cell in (text, f"'{text}")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\rx"])
def test_a_formula_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"


def test_numbers_and_nothing_stay_as_they_are():
    assert (safe(-1), safe(2.5), safe(None), safe("a-b")) == ("-1", "2.5", "", "a-b")
