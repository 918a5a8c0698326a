import pytest

from detector.errors import BadInput
from training.tables.importers import LAYOUTS, import_dumps


def test_an_unknown_layout_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(BadInput, match="'ebay'; there are consumidor, cfpb, olist"):
        import_dumps("ebay", [tmp_path], tmp_path / "out")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_directory_without_files_is_refused_and_nothing_is_written(tmp_path, layout):
    (tmp_path / "in").mkdir()
    for paths in ([tmp_path / "in"], []):
        with pytest.raises(BadInput, match=r"without (CSV|Parquet) files|name at least one"):
            import_dumps(layout, paths, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("carrier", "groups"), [("", ()), ("sea", (("sea", 1),))])
def test_the_summary_counts_groups_where_complaints_name_any(tmp_path, carrier, groups):
    table = tmp_path / "own.csv"
    table.write_text(
        f"complaint_id,seller_id,filed_at,category,carrier\n1,s,1970-01-02,x,{carrier}"
    )
    renamed = {"carrier": "group"}
    assert import_dumps("tables", [table], tmp_path, renamed=renamed).summary.groups == groups


def test_the_summary_of_a_table_without_the_column_has_no_groups(tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("complaint_id,seller_id,filed_at,category\n1,s,1970-01-02,x")
    assert import_dumps("tables", [table], tmp_path).summary.groups == ()


def test_a_damaged_name_of_a_group_is_made_whole(tmp_path):
    table, said = tmp_path / "own.csv", []
    rows = ("1,s,1970-01-02,x,Correios Pará", "2,s,1970-01-02,x,", "3,s,1970-01-02,x,Correios Par�")
    header = "complaint_id,seller_id,filed_at,category,group"
    table.write_text("\n".join([header, *rows]))
    found = import_dumps("tables", [table], tmp_path, warn=said.append)
    assert found.summary.groups == (("Correios Pará", 2),)
    assert "in 1 complaint: 'Correios Par�' is 'Correios Pará'" in said[0]
