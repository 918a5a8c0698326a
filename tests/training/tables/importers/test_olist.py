import numpy as np
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from training.tables.importers import import_dumps
from training.tables.readers import read_history

ORDERS = (
    '"order_id","customer_id","order_status","order_purchase_timestamp","order_approved_at",'
    '"order_delivered_carrier_date","order_delivered_customer_date",'
    '"order_estimated_delivery_date"\n'
    "o1,k1,delivered,2017-10-02 10:56:33,,,2017-10-10 21:25:13,2017-10-18 00:00:00\n"
    "o2,k2,delivered,2017-10-03 08:00:00,,,2017-10-30 12:00:00,2017-10-18 00:00:00\n"
    "o3,k3,shipped,2017-10-04 08:00:00,,,,2017-10-18 00:00:00\n"
    "o4,k4,unavailable,2017-10-05 08:00:00,,,,2017-10-18 00:00:00\n"
)
ITEMS = (
    '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price",'
    '"freight_value"\n'
    "o1,1,p1,sA,2017-10-06 11:07:15,58.90,13.29\n"
    "o1,2,p1,sA,2017-10-06 11:07:15,58.90,13.29\n"
    "o2,1,p2,sA,2017-10-06 11:07:15,58.90,13.29\n"
    "o2,2,p3,sB,2017-10-06 11:07:15,58.90,13.29\n"
    "o3,1,p3,sB,2017-10-06 11:07:15,58.90,13.29\n"
)
REVIEWS = (
    '"review_id","order_id","review_score","review_comment_title","review_comment_message",'
    '"review_creation_date","review_answer_timestamp"\n'
    'r1,o1,1,,"ruim,\r\n""péssimo""",2017-10-11 00:00:00,2017-10-12 10:56:33\n'
    "r1,o2,2,,,2017-10-31 00:00:00,2017-11-01 09:00:00\n"
    "r3,o3,1,,,2017-10-19 00:00:00,2017-10-20 09:00:00\n"
    "r4,o4,1,,,2017-10-19 00:00:00,2017-10-20 09:00:00\n"
    "r5,o3,5,,,2017-10-19 00:00:00,2017-10-21 09:00:00\n"
)
CUSTOMERS = '"customer_id","customer_unique_id","customer_city"\nk1,u1,x\nk2,u1,x\nk3,u3,x\n'


@pytest.fixture
def dump(tmp_path):
    directory = tmp_path / "olist"
    directory.mkdir()
    contents = {
        "orders": ORDERS,
        "order_items": ITEMS,
        "order_reviews": REVIEWS,
        "customers": CUSTOMERS,
        "products": "product_id,product_photos_qty\n",
    }
    for name, text in contents.items():
        (directory / f"olist_{name}_dataset.csv").write_text(text, encoding="utf-8")
    return directory


def imported(dump, **options):
    out = dump.parent / "out"
    import_dumps("olist", [dump], out, **options)
    return [pq.read_table(out / f"{n}.parquet").to_pylist() for n in ("complaints", "orders")]


def test_a_review_of_one_or_two_stars_is_a_complaint_about_each_seller(dump):
    complaints, _ = imported(dump)
    found = [(c["complaint_id"], c["seller_id"], c["category"], c["buyer_id"]) for c in complaints]
    assert found == [
        ("r1/o1", "sA", "dissatisfied", "u1"),
        ("r1/o2/sA", "sA", "late", "u1"),
        ("r1/o2/sB", "sB", "late", "u1"),
        ("r3/o3", "sB", "not_received", "u3"),
    ]
    assert complaints[0]["filed_at"].isoformat() == "2017-10-12T10:56:33+00:00"


def test_orders_with_items_are_the_exposure_of_their_sellers(dump):
    _, orders = imported(dump)
    assert [(o["order_id"], o["seller_id"]) for o in orders] == [
        ("o1", "sA"),
        ("o2/sA", "sA"),
        ("o2/sB", "sB"),
        ("o3", "sB"),
    ]


def test_what_is_imported_can_be_read_with_the_delays_known(dump):
    imported(dump)
    out = dump.parent / "out"
    history = read_history(out / "complaints.parquet", out / "orders.parquet")
    assert history.orders.count.tolist() == [1.0] * 4
    assert history.complaints.delay_days[0] == np.float32(10.0)


def test_files_that_are_not_needed_are_left_out_with_a_warning(dump):
    said = []
    imported(dump, warn=said.append)
    assert said == [
        f"{dump}/olist_products_dataset.csv: is none of the files that are needed, and left out"
    ]


def test_without_customers_a_buyer_is_the_orders_customer(dump):
    (dump / "olist_customers_dataset.csv").unlink()
    complaints, _ = imported(dump)
    assert complaints[0]["buyer_id"] == "k1"


def test_a_missing_file_is_named(dump):
    (dump / "olist_order_items_dataset.csv").unlink()
    with pytest.raises(BadInput, match=r"needs olist_order_items_dataset.csv as well"):
        imported(dump)


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        (
            "orders",
            "o1,k1,x,2017-10-02 10:56:33,,,,\n",
            "row 5: column order_id: 'o1' is missing or",
        ),
        ("orders", "o9,k1,x,,,,,\n", "row 5: column order_purchase_timestamp: '' is no time"),
        ("order_items", "o9,1,p,sA,,,\n", "row 6: column order_id: 'o9' is not among the orders"),
        ("order_items", "o1,1,p,,,,\n", "row 6: column seller_id: is missing"),
        ("order_reviews", "r9,o1,6,,,,2017-10-12\n", "column review_score: '6' is not 1 to 5"),
        ("order_reviews", "r9,o1,1,,,,\n", "column review_answer_timestamp: '' is no time"),
        ("order_reviews", "r9\n", "row 6: 'r9' has 1 columns where 7 are named"),
        ("order_reviews", "r9,o1,,,,,\n", "column review_score: '' is not 1 to 5"),
    ],
)
def test_a_bad_row_is_refused_or_left_out_as_asked(dump, name, line, said):
    with (dump / f"olist_{name}_dataset.csv").open("a") as stream:
        stream.write(line)
    with pytest.raises(BadInput, match=said):
        imported(dump)
    complaints, orders = imported(dump, skip_bad_rows=True)
    assert (len(complaints), len(orders)) == (4, 4)


def test_an_open_quote_is_refused_and_never_swallows_complaints(dump):
    with (dump / "olist_order_reviews_dataset.csv").open("a") as stream:
        stream.write('r6,o1,1,,"open,2017-10-11 00:00:00,2017-10-12 10:56:33\n')
        stream.write("r7,o2,1,,,2017-10-11 00:00:00,2017-10-12 10:56:33\n")
        stream.write('r8,o3,1,"late",,2017-10-11 00:00:00,2017-10-12 10:56:33\n')
    for skip in (False, True):
        with pytest.raises(BadInput, match=r"the quote that opens a value on line 8 is not closed"):
            imported(dump, skip_bad_rows=skip)


def test_a_review_may_be_as_long_as_a_book(dump):
    with (dump / "olist_order_reviews_dataset.csv").open("a") as stream:
        stream.write(f"r6,o1,1,,{'x' * 2_000_000},2017-10-11 00:00:00,2017-10-12 10:56:33\n")
    assert len(imported(dump)[0]) == 5


def test_separators_at_the_ends_of_lines_make_no_columns(dump):
    for path in dump.glob("*.csv"):
        path.write_text(path.read_text().replace("\n", ",,\n").replace("ruim,\r,,\n", "ruim"))
    assert len(imported(dump)[0]) == 4
