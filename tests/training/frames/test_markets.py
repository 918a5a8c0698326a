"""A made-up market comes as frames, and is the command's."""

import pyarrow as pa
import pytest

from detector import simulate
from detector.errors import BadInput
from tests.frames import arrow
from training.simulator import Marketplace
from training.simulator import simulate as run

SIZE = {"sellers": 30, "days": 60, "seed": 4}


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb", "pyarrow"])
def test_every_kind_of_frame_holds_the_simulators_market(kind):
    made = run(Marketplace(sellers=30, days=60), 4)
    found = simulate(**SIZE, kind=kind)
    for name in ("complaints", "orders", "episodes"):
        assert arrow(getattr(found, name)).to_pylist() == getattr(made, name).to_pylist()


def test_ids_are_texts():
    for table in simulate(**SIZE, kind="pyarrow"):
        assert not any(pa.types.is_dictionary(field.type) for field in table.schema)


def test_episodes_orders_links_and_groups_can_be_chosen():
    quiet = simulate(**SIZE, episodes=False, orders=False)
    assert quiet.orders is None
    assert len(quiet.episodes) == 0
    linked = simulate(**SIZE, linked=0.5)
    assert "order_id" in linked.complaints.columns
    assert linked.orders.columns.tolist() == ["order_id", "seller_id", "ordered_at"]
    assert set(simulate(**SIZE, groups=2).complaints["group"]) == {"g0", "g1"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sellers": 0}, "at least one seller"),
        ({"days": 0}, "one day"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"linked": 2}, "linked is 2; a share from 0 to 1"),
        ({"groups": 1_001}, "0 to 1,000 groups"),
        ({"linked": 0.5, "orders": False}, "can only name orders that are recorded"),
        ({"kind": "dask"}, "'dask' is no kind of frame"),
    ],
)
def test_what_makes_no_market_is_refused(options, said):
    with pytest.raises(BadInput, match=said):
        simulate(**SIZE | options)
