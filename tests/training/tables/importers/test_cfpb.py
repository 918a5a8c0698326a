import gzip

import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.importers import import_dumps
from training.tables.readers import read_history

NAMES = (
    "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,"
    "Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,"
    "Submitted via,Date sent to company,Company response to consumer,Timely response?,"
    "Consumer disputed?,Complaint ID\n"
)


def row(number, received="2019-09-24", company="ACME BANK, INC.", product="Debt collection"):
    return (
        f'{received},"{product}",I do not know,Issue,,"He said ""no"",\nthen XXXX",,"{company}",'
        f"FL,334XX,,Consent provided,Web,2019-09-24,Closed,Yes,N/A,{number}\n"
    )


def imported(tmp_path, content, **options):
    (tmp_path / "complaints.csv.gz").write_bytes(gzip.compress(content.encode()))
    import_dumps("cfpb", [tmp_path / "complaints.csv.gz"], tmp_path / "out", **options)
    return pq.read_table(tmp_path / "out" / "complaints.parquet").to_pylist()


def test_a_company_is_a_seller_and_its_product_the_category(tmp_path):
    found = imported(tmp_path, NAMES + row(3_384_392) + row(7, product="Credit card, prepaid"))
    assert found[0]["complaint_id"] == "3384392"
    assert found[0]["seller_id"] == "ACME BANK, INC."
    assert [complaint["category"] for complaint in found] == [
        "debt_collection",
        "credit_card_prepaid",
    ]


@pytest.mark.parametrize("day", ["2019-09-24", "09/24/2019", "2019-09-24T00:00:00.000Z"])
def test_days_of_every_age_of_the_export_are_read(tmp_path, day):
    (found,) = imported(tmp_path, NAMES + row(1, day))
    assert found["filed_at"].isoformat() == "2019-09-24T00:00:00+00:00"


def test_repeated_names_and_missing_products_are_no_matter(tmp_path):
    found = imported(tmp_path, NAMES + row(1) + NAMES + row(2, product=""))
    assert [complaint["category"] for complaint in found] == ["debt_collection", "unspecified"]


def test_a_bad_row_is_refused_or_left_out_as_asked(tmp_path):
    content = NAMES + row(1) + row(2, company="") + row("", "2019-09-25") + row(4, "soon")
    with pytest.raises(BadInput, match="row 2: column company: is missing"):
        imported(tmp_path, content)
    said = []
    assert len(imported(tmp_path, content, skip_bad_rows=True, warn=said.append)) == 1
    assert said[0].startswith("3 bad rows were left out")


def test_what_is_imported_can_be_read(tmp_path):
    imported(tmp_path, NAMES + "".join(row(number) for number in range(50)))
    history = read_history(tmp_path / "out" / "complaints.parquet")
    assert history.sellers == ("ACME BANK, INC.",)


def test_a_foreign_layout_is_refused(tmp_path):
    with pytest.raises(BadInput, match="not of the cfpb layout: no column Company, Complaint ID"):
        imported(tmp_path, "Date received,Product\n")


def test_a_complaint_that_two_exports_hold_is_refused_with_both_names_or_counted_once(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(NAMES + row(1) + row(2))
    second.write_text(NAMES + row(3) + NAMES + row(2) + row(4))
    with pytest.raises(BadInput) as refused:
        import_dumps("cfpb", [first, second], tmp_path / "out")
    assert str(refused.value) == (
        f"{second}: row 3: column complaint_id: '2' is in {first} as well"
    )
    import_dumps("cfpb", [first, second], tmp_path / "out", skip_bad_rows=True)
    found = pq.read_table(tmp_path / "out" / "complaints.parquet").column("complaint_id")
    assert found.to_pylist() == ["1", "2", "3", "4"]
