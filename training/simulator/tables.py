"""A block of the simulated market as the tables of the file formats (Arrow)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import UNDECIDED, Outcome
from training.simulator.episodes import NO_CATEGORY, Episode
from training.simulator.filing import Filed
from training.simulator.groups import group_names
from training.simulator.linking import NO_ORDER, Ordered
from training.simulator.market import Market
from training.simulator.population import Population

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
EPISODES: Final = pa.schema(
    [
        ("episode_id", pa.string()),
        ("seller_id", pa.string()),
        ("kind", pa.string()),
        ("category", pa.string()),
        ("starts_at", TIMESTAMP),
        ("ends_at", TIMESTAMP),
        ("excess", pa.int64()),
    ]
)


def seller_ids(first: int, count: int, of: int) -> pa.Array:
    """Ids of equal length, so that their order is the order of the numbers."""
    digits = len(str(max(of - 1, 0)))
    return pa.array([f"s{number:0{digits}d}" for number in range(first, first + count)])


def complaints_table(filed: Filed, ids: pa.Array, market: Market, block: int) -> pa.Table:
    """The complaints table of one block."""
    numbers = pa.array(np.arange(len(filed.seller)))
    outcome = np.array([o.name.lower() for o in Outcome], dtype=object)
    return pa.table(
        {
            "complaint_id": _joined(f"c{block}-", numbers),
            "seller_id": _named(filed.seller, ids),
            "filed_at": pa.array(filed.filed_at).cast(TIMESTAMP),
            "category": _named(filed.category, pa.array(market.categories)),
            "buyer_id": _joined("b", pa.array(filed.buyer)),
            "evidence_count": pa.array(filed.evidence.astype(np.int32)),
            "outcome": _named(filed.outcome, pa.array(outcome.tolist())),
            "decided_at": pa.array(
                filed.decided_at, mask=filed.decided_at == UNDECIDED, type=pa.int64()
            ).cast(TIMESTAMP),
        }
    )


def with_orders_named(complaints: pa.Table, orders: NDArray[np.int64], block: int) -> pa.Table:
    """The complaints table with the order that each is about."""
    numbers = pa.array(orders, mask=orders == NO_ORDER)
    return complaints.append_column("order_id", _joined(f"o{block}-", numbers))


def with_groups(complaints: pa.Table, group: NDArray[np.int32], groups: int) -> pa.Table:
    """The complaints table with the group that each belongs to, by number of `groups`."""
    return complaints.append_column("group", _named(group, group_names(groups)))


def raw_orders_table(ordered: Ordered, ids: pa.Array, block: int) -> pa.Table:
    """One row an order."""
    return pa.table(
        {
            "order_id": _joined(f"o{block}-", pa.array(np.arange(len(ordered.seller)))),
            "seller_id": _named(ordered.seller, ids),
            "ordered_at": pa.array(ordered.ordered_at).cast(TIMESTAMP),
        }
    )


def orders_table(population: Population, ids: pa.Array, market: Market) -> pa.Table:
    """One row a seller and day with orders."""
    seller, day = np.nonzero(population.orders)
    return pa.table(
        {
            "seller_id": _named(seller, ids),
            "day": pa.array((market.first_day + day).astype(np.int32)).cast(pa.date32()),
            "orders": pa.array(population.orders[seller, day].astype(np.int64)),
        }
    )


def episodes_table(episodes: list[Episode], ids: pa.Array, market: Market, block: int) -> pa.Table:
    """The truth: what was planted."""
    rows = [
        {
            "episode_id": f"e{block}-{number}",
            "seller_id": ids[e.seller].as_py(),
            "kind": e.kind,
            "category": None if e.category == NO_CATEGORY else market.categories[e.category],
            "starts_at": (market.first_day + e.start) * DAY_US,
            "ends_at": (market.first_day + e.end) * DAY_US,
            "excess": len(e.days),
        }
        for number, e in enumerate(episodes)
    ]
    return pa.Table.from_pylist(rows, schema=EPISODES)


def _named(codes: NDArray[Any], names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), names)


def _joined(prefix: str, numbers: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(prefix, numbers.cast(pa.string()), "")
