import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.importers import import_dumps
from training.tables.readers import read_history

NAMES = (
    "Região;UF;Cidade;Sexo;Faixa Etária;Ano Abertura;Mês Abertura;Data Abertura;Data Resposta;"
    "Data Finalização;Tempo Resposta;Nome Fantasia;Segmento de Mercado;Área;Assunto;"
    "Grupo Problema;Problema;Como Comprou Contratou;Procurou Empresa;Respondida;Situação;"
    "Avaliação Reclamação;Nota do Consumidor\n"
)


def row(opened="30/10/2014", seller="Tim", group="Cobrança / Contestação", closed="13/11/2014"):
    return (
        f"NE;BA;Salvador;F;entre 31 a 40 anos;2014;10;{opened};;{closed};;{seller};Varejo;"
        f"Demais;Móveis;{group};Produto;Loja física;S;N;Finalizada não avaliada;Não Avaliada;\n"
    )


def imported(tmp_path, *contents, **options):
    paths = []
    for month, content in enumerate(contents, start=10):
        paths.append(tmp_path / f"2014-{month}.csv")
        paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = import_dumps("consumidor", paths, tmp_path / "out", **options).rows
    table = pq.read_table(tmp_path / "out" / "complaints.parquet").to_pylist()
    assert rows == {"complaints": len(table)}
    return table


def test_a_complaint_is_numbered_by_file_and_row_and_named_in_english(tmp_path):
    text = NAMES + row() + row("31/10/2014", "Vivo - Telefônica ", "Vício de Qualidade")
    first, second = imported(tmp_path, text)
    assert first["complaint_id"] == "2014-10-1"
    assert first["filed_at"].isoformat() == "2014-10-30T00:00:00+00:00"
    assert first["category"] == "billing"
    assert second["seller_id"] == "Vivo - Telefônica"
    assert second["category"] == "defective"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_any_of_the_platforms_encodings_is_read(tmp_path, encoding):
    (found,) = imported(tmp_path, (NAMES + row(seller="Itaú")).encode(encoding))
    assert (found["seller_id"], found["category"]) == ("Itaú", "billing")


def test_a_month_that_mixes_encodings_and_has_no_names_is_read(tmp_path):
    mixed = row(seller="Itaú").encode("latin-1") + row(seller="Itaú").encode()
    assert [found["seller_id"] for found in imported(tmp_path, mixed)] == ["Itaú", "Itaú"]


def test_lines_that_repeat_the_names_are_no_complaints(tmp_path):
    assert len(imported(tmp_path, NAMES + row() + NAMES + row(), NAMES)) == 2


def test_an_unknown_group_keeps_its_plain_name_and_a_missing_one_is_unspecified(tmp_path):
    found = imported(tmp_path, NAMES + row(group="Má Fé") + row(group=""))
    assert [complaint["category"] for complaint in found] == ["ma_fe", "unspecified"]


def test_the_later_layout_without_opening_day_is_dated_by_closing_with_a_warning(tmp_path):
    names = "Região;UF;Data Finalização;Tempo Resposta;Nome Fantasia;Grupo Problema\n"
    said = []
    (found,) = imported(tmp_path, names + "S ;PR;02/01/2019;5;Oi;Informação\n", warn=said.append)
    assert found["filed_at"].isoformat() == "2019-01-02T00:00:00+00:00"
    assert "dated by Data Finalização" in said[0]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row(opened="2014"), "row 2: column data_abertura: '2014' is no day written like 31/12"),
        (row(opened="31/02/2014"), "'31/02/2014' is no day"),
        (row(seller=""), "row 2: column nome_fantasia: is missing"),
        ("a;b\n", "row 2: 'a;b' has 2 columns where 23"),
    ],
)
def test_a_bad_row_is_refused_or_left_out_as_asked(tmp_path, bad, said):
    with pytest.raises(BadInput, match=said):
        imported(tmp_path, NAMES + row() + bad + row())
    assert not (tmp_path / "out" / "complaints.parquet").exists()
    found = imported(tmp_path, NAMES + row() + bad + row(), skip_bad_rows=True)
    assert [complaint["complaint_id"] for complaint in found] == ["2014-10-1", "2014-10-3"]
    assert len((tmp_path / "out" / "refused.csv").read_text().splitlines()) >= 2


def test_what_is_imported_can_be_read(tmp_path):
    imported(tmp_path, NAMES + row() * 5, NAMES + row(seller="Vivo") * 3)
    assert len(read_history(tmp_path / "out" / "complaints.parquet").complaints) == 8


def test_files_of_one_name_and_foreign_files_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    for path in (tmp_path / "x.csv", tmp_path / "a" / "x.csv"):
        path.write_text(NAMES)
    with pytest.raises(BadInput, match="two files are called x"):
        import_dumps("consumidor", [tmp_path / "x.csv", tmp_path / "a"], tmp_path / "out")
    (tmp_path / "x.csv").write_text("complaint_id,seller_id\n")
    with pytest.raises(BadInput, match="not of the consumidor layout: no column Nome Fantasia"):
        import_dumps("consumidor", [tmp_path / "x.csv"], tmp_path / "out")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_month_is_read_whatever_ends_its_lines(tmp_path, end):
    text = (NAMES + row() + row(seller="Vivo")).replace("\n", end)
    assert [found["seller_id"] for found in imported(tmp_path, text)] == ["Tim", "Vivo"]


def test_a_month_under_two_names_is_not_counted_twice(tmp_path):
    month = NAMES + "".join(row(seller=f"S{n}") for n in range(600))
    later = month.replace("S599", "S599x") + row("01/11/2014")
    for again in (month, month.replace("\n", "\r\n"), later):
        with pytest.raises(BadInput, match=r"2014-11.csv: holds the same complaints as .*2014-10"):
            imported(tmp_path, month, again)


def test_two_months_with_some_rows_alike_are_both_read(tmp_path):
    months = [NAMES + row() + "".join(row(closed=f"1{n}/{m}/2014") for n in range(9)) for m in "78"]
    assert len(imported(tmp_path, *months)) == 20


def test_damaged_names_and_groups_become_whole_where_that_is_unambiguous(tmp_path):
    said = []
    good = NAMES + row(seller="Itaú") + row(seller="Avó") + row(seller="Avô")
    bad = NAMES + row(seller="Ita\ufffd", group="Cobran\ufffd\ufffda / Contesta\ufffd\ufffdo")
    bad += row(seller="Av\ufffd") + row(seller="Ita\ufffd\ufffd")
    found = imported(tmp_path, good, bad, warn=said.append)
    assert [one["seller_id"] for one in found[3:]] == ["Itaú", "Av\ufffd", "Itaú"]
    assert {one["category"] for one in found} == {"billing"}
    assert "2 names were matched to whole ones in 2 complaints" in said[0]
    assert "in 1 name that matches no whole name, or several: 'Av\ufffd'" in said[1]
