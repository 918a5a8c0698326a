import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from training.tables.reading import csv_text
from training.tables.reading.refusals import Refusals

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


def read(path, form=csv_text.COMMAS, names=None):
    names = names or csv_text.names_in(path)
    refusals = Refusals(strict=False)
    refusals.start(names)
    batches = list(csv_text.batches_in(path, names, None, refusals, form))
    numbers = [n for batch in batches for n in batch.numbers.tolist()]
    cells = [tuple(row.values()) for batch in batches for row in batch.columns.to_pylist()]
    return numbers, cells, refusals.count


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_whatever_is_quoted_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path.write_bytes(("a,b\n" + "\n".join(quoted)).encode())
    _, found, refused = read(path)
    assert found == [tuple(cell.encode() or None for cell in row) for row in rows]
    assert refused == 0


def test_rows_are_numbered_by_their_place_around_misshapen_ones(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,1\n2\n3,3\n4,4,4\n5,5\n")
    numbers, cells, refused = read(path)
    assert numbers == [1, 3, 5]
    assert cells == [(b"1", b"1"), (b"3", b"3"), (b"5", b"5")]
    assert refused == 2


def test_rows_are_numbered_over_many_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 1 << 16)
    path = tmp_path / "x.csv.gz"
    lines = [f"{n},{n}" if n % 1_000 else f"{n}" for n in range(1, 60_001)]
    path.write_bytes(gzip.compress("\n".join(["a,b", *lines]).encode()))
    numbers, cells, refused = read(path)
    assert [int(a) for a, _ in cells] == numbers == [n for n in range(1, 60_001) if n % 1_000]
    assert refused == 60


def test_a_row_longer_than_a_block_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 1 << 16)
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1," + "x" * (1 << 20) + "\n")
    with pytest.raises(BadInput, match="a row is longer than"):
        read(path)


def test_names_may_be_given_where_the_file_has_none(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1;2\n3;4\n")
    form = csv_text.CsvFormat(";", 0, renamed=True)
    assert read(path, form, ("p", "q"))[1] == [(b"1", b"2"), (b"3", b"4")]


@pytest.mark.parametrize(
    ("end", "is_cut"), [('3,"4', True), ('3,"4\n5,6', True), ('3,4"', False), ('3,"4"', False)]
)
def test_an_open_quote_at_the_end_is_noticed_and_a_stray_one_is_not(tmp_path, end, is_cut):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,2"\n' + end if not is_cut else "a,b\n1,2\n" + end)
    if is_cut:
        with pytest.raises(BadInput, match="closing quote is missing"):
            read(path)
    else:
        assert len(read(path)[1]) == 2
