import pyarrow as pa

from training.simulator import Marketplace, simulate
from training.simulator.tables import seller_ids


def test_the_order_of_ids_is_the_order_of_numbers():
    ids = seller_ids(5, 10, of=1_000).to_pylist()
    assert ids[0] == "s005"
    assert ids == sorted(ids)


def test_the_tables_have_the_columns_of_the_formats():
    simulation = simulate(Marketplace(sellers=30, days=100), 1)
    complaints, orders = simulation.complaints.schema, simulation.orders.schema
    assert complaints.names == [
        "complaint_id", "seller_id", "filed_at", "category", "buyer_id", "evidence_count",
        "outcome", "decided_at",
    ]  # fmt: skip
    assert complaints.field("filed_at").type == pa.timestamp("us", tz="UTC")
    assert orders.names == ["seller_id", "day", "orders"]
    assert orders.field("day").type == pa.date32()
    assert set(simulation.complaints["outcome"].unique().to_pylist()) <= {
        "pending", "upheld", "rejected", "unfounded",
    }  # fmt: skip
