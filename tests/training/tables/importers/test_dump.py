import pyarrow as pa
import pytest

from detector.errors import BadInput
from training.tables.importers.dump import decoded, dump_of, map_distinct, plain
from training.tables.reading.refusals import Refusals


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Mês Abertura", "mes_abertura"),
        ("Cobrança / Contestação", "cobranca_contestacao"),
        ("Timely response?", "timely_response"),
        (" ZIP code ", "zip_code"),
        ("¿?", ""),
    ],
)
def test_names_are_plain_without_accents_and_signs(name, said):
    assert plain(name) == said


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_the_one_the_names_use(tmp_path, separator):
    path = tmp_path / "x.csv"
    path.write_text(separator.join(["Nome Fantasia", "Área"]) + "\n")
    assert dump_of(path).names == ("nome_fantasia", "area")


def test_rows_of_either_encoding_are_texts(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("Área;Nome\n".encode() + "é;1\n".encode("latin-1") + "é;2\n".encode())
    (rows,) = dump_of(path).batches(("area", "nome"), Refusals())
    assert decoded(rows.column("area")).to_pylist() == ["é", "é"]


def test_each_distinct_text_is_translated_once():
    seen = []
    found = map_distinct(
        pa.array(["a", "b", "a", None]), lambda text: seen.append(text) or text.upper()
    )
    assert found == ["A", "B", "A", None]
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", b"", "is empty"),
        ("x.csv", b"\n\n", "is empty, or begins with an empty line"),
        ("x.csv", b"a;a\n", "two columns have the same name"),
        ("x.zip", b"PK", "unpack it first"),
        ("x.csv.gz", b"a,b\n", "cannot be read"),
    ],
)
def test_what_is_no_dump_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=said):
        dump_of(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        dump_of(tmp_path / "x.csv")
