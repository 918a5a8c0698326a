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
