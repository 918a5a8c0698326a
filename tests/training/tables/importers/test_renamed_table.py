"""What differs from our layout is seen from a table's columns and first rows."""

import gzip
import re

import pytest

from detector.errors import BadInput
from training.tables.importers.renamed_table import RenamedTable, needs_preparation

HEADER = "complaint_id,seller_id,filed_at,category\n"


def test_only_what_differs_from_our_layout_has_to_be_rewritten(tmp_path):
    path = tmp_path / "a.csv"
    texts = {
        HEADER + "1,s,2020-01-01,late\n": False,
        HEADER + "1,s,1/29/2020,late\n": True,
        HEADER + "1,s\ufffd,2020-01-01,late\n": True,
        "seller_id,filed_at,category\ns,2020-01-01,late\n": True,
    }
    for text, needed in texts.items():
        path.write_text(text)
        assert needs_preparation(RenamedTable(path, {}), {}) is needed
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(next(iter(texts)).encode()))
    assert needs_preparation(RenamedTable(packed, {}), {})


def table_of(tmp_path, header, renamed=None):
    """A table of no rows."""
    path = tmp_path / "given.csv"
    path.write_text(f"{header}\n")
    return RenamedTable(path, renamed or {})


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("seller,date,category", "found seller, date, category; name its columns by --map"),
        ("seller;date;category", "columns are separated by ; and have to be by commas"),
        ("seller\tdate", "columns are separated by tabs and have to be by commas"),
        ("seller_id,day,stock", "missing column orders"),
        ("order_id,ordered_at,shop", "missing column seller_id; found order_id, ordered_at, shop;"),
        ("complaint_id,shop,filed_at", "missing column seller_id, category; found complaint_id,"),
        ("seller_id,filed_at", "missing column category; found seller_id, filed_at; name its"),
        ("order_id,seller,date,category", "neither complaints (complaint_id, seller_id, filed_at"),
        ("seller_id,day,category", "nor counts of them (seller_id, day, category, n)"),
    ],
)
def test_a_table_of_no_kind_is_told_what_it_has_and_what_to_do(tmp_path, header, told):
    with pytest.raises(BadInput, match=re.escape(told)):
        table_of(tmp_path, header)


@pytest.mark.parametrize(
    "header", ["seller,filed_at,category", "complaint_id,seller", "seller,day"]
)
def test_a_name_of_the_map_that_the_file_lacks_is_told_with_the_names_that_it_has(tmp_path, header):
    told = f"found {header.replace(',', ', ')}; --map names Seller, which the file does not have"
    with pytest.raises(BadInput, match=re.escape(told)):
        table_of(tmp_path, header, {"Seller": "seller_id"})


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("seller_id,filed_at,category", "complaints"),
        ("complaint_id,seller_id,filed_at,category,order_id,day", "complaints"),
        ("seller_id,day,category,n", "counts"),
        ("seller_id,day,orders,category", "orders"),
        ("order_id,seller_id,ordered_at", "orders"),
    ],
)
def test_a_table_is_of_the_kind_whose_columns_it_has(tmp_path, header, kind):
    assert table_of(tmp_path, header).kind == kind
