import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.tables.reading.utf8_stream import MARK, MARKED, WESTERN, Utf8Stream


def cleaned(path, foreign_bytes, sizes=(7,)):
    pieces = []
    with Utf8Stream(path, foreign_bytes) as stream:
        while piece := stream.read(sizes[len(pieces) % len(sizes)]):
            pieces.append(piece)
        return b"".join(pieces), pieces


@given(st.binary(max_size=200), st.lists(st.integers(1, 50), min_size=1))
def test_any_bytes_become_utf8_in_pieces_of_the_size_asked_for(tmp_path_factory, content, sizes):
    path = tmp_path_factory.mktemp("clean") / "x.csv"
    path.write_bytes(content)
    for kind in (MARKED, WESTERN):
        found, pieces = cleaned(path, kind, sizes)
        assert found.decode().endswith("\n")
        limits = [sizes[n % len(sizes)] for n in range(len(pieces))]
        assert all(len(piece) == limit for piece, limit in zip(pieces[:-1], limits, strict=False))


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_text_passes_as_it_is(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("clean") / "x.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert cleaned(path, MARKED)[0] == text.encode() + b"\n"


@pytest.mark.parametrize(("kind", "text"), [(MARKED, f"caf{MARK},é\n"), (WESTERN, "café,é\n")])
def test_foreign_bytes_are_marked_or_taken_for_western(tmp_path, kind, text):
    (tmp_path / "x.csv").write_bytes(b"caf\xe9,\xc3\xa9")
    assert cleaned(tmp_path / "x.csv", kind)[0].decode() == text
