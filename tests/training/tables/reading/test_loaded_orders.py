import numpy as np

from detector.durations import DAY_US
from training.tables.reading.dictionary_encoder import DictionaryEncoder
from training.tables.reading.loaded_orders import LinkedOrders, read_orders
from training.tables.reading.refusals import Refusals
from training.tables.reading.source import source_of


def read(tmp_path, text, until=None):
    (tmp_path / "o.csv").write_text(text)
    sellers = DictionaryEncoder()
    source = source_of(tmp_path / "o.csv")
    orders = read_orders(source, Refusals(strict=False), sellers, None, until=until, now=None)
    days = orders.day - 19_844  # 2024-05-01
    rows = zip(sellers.decode(orders.seller), days.tolist(), orders.count.tolist(), strict=True)
    return sorted(rows)


RAW = (
    "order_id,seller_id,ordered_at\no1,s,2024-05-01\no2,s,2024-05-02T03:00:00\n"
    "o3,t,2024-05-01\no4,s,2024-05-01T23:59:59\no1,u,2024-05-01\n"
)


def test_orders_are_summed_by_seller_and_day_each_once(tmp_path):
    assert read(tmp_path, RAW) == [("s", 0, 2.0), ("s", 1, 1.0), ("t", 0, 1.0)]


def test_a_day_is_known_when_it_is_over(tmp_path):
    noon_of_the_second = 19_845 * DAY_US + DAY_US // 2
    assert read(tmp_path, RAW, noon_of_the_second) == [("s", 0, 2.0), ("t", 0, 1.0)]


def test_a_seller_day_counts_once(tmp_path):
    text = "seller_id,day,orders\ns,2024-05-02,1\ns,2024-05-01,5\ns,2024-05-01,7\n"
    assert read(tmp_path, text) == [("s", 0, 5.0), ("s", 1, 1.0)]


def test_delays_are_known_where_the_order_came_before():
    complaints = np.array([7, 8, 0, 9], dtype=np.uint64)
    links = LinkedOrders(complaints)
    assert not links.found
    links.add(np.array([7, 9, 5], dtype=np.uint64), np.array([0, 10, 0]) * DAY_US)
    assert links.found
    delays = links.delay_days(complaints, np.array([2, 2, 2, 2]) * DAY_US)
    np.testing.assert_array_equal(delays, np.array([2, np.nan, np.nan, np.nan], np.float32))
