import numpy as np
import pytest

from detector.errors import BadInput
from training.simulator import Marketplace, simulate
from training.simulator.writing import write_market
from training.tables.readers import read_history

LINKED = Marketplace(sellers=120, days=200, orders_per_day_median=20.0, linked_share=0.6)


@pytest.fixture(scope="module")
def linked():
    return simulate(LINKED, 4)


def test_orders_are_recorded_one_by_one_each_once(linked):
    ids = linked.orders["order_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    named = set(linked.complaints["order_id"].to_pylist()) - {None}
    assert named <= set(ids)


def test_a_complaint_names_an_earlier_order_of_its_seller(linked):
    orders = linked.orders.to_pandas().set_index("order_id")
    complaints = linked.complaints.to_pandas().dropna(subset="order_id")
    about = orders.loc[complaints.order_id]
    assert (about.seller_id.astype(str).to_numpy() == complaints.seller_id.astype(str)).all()
    assert (about.ordered_at.to_numpy() <= complaints.filed_at.to_numpy()).all()


def test_linked_delays_are_those_of_the_truth(linked):
    """In the second half, where all orders that can be named are recorded."""
    history = linked.history()
    table = history.complaints
    late = table.filed_at > np.median(table.filed_at)
    share = np.isfinite(table.delay_days[late]).mean()
    assert share == pytest.approx(0.6, abs=0.05)
    delay = linked.truth.delay
    expected = (delay * (np.arange(len(delay)))).sum()
    assert np.nanmean(table.delay_days[late]) == pytest.approx(expected, abs=0.5)


def test_what_is_written_reads_as_it_was_simulated(linked, tmp_path):
    write_market(LINKED, 4, tmp_path)
    read = read_history(tmp_path / "complaints.parquet", tmp_path / "orders.parquet")
    history = linked.history()
    np.testing.assert_array_equal(read.complaints.delay_days, history.complaints.delay_days)
    np.testing.assert_array_equal(read.orders.count, history.orders.count)
    np.testing.assert_array_equal(read.orders.seller, history.orders.seller)


def test_orders_that_are_not_recorded_cannot_be_named():
    with pytest.raises(BadInput, match="only name orders that are recorded"):
        Marketplace(linked_share=0.5, orders_recorded=False)
