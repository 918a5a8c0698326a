"""A made-up marketplace as data frames: what `detector simulate` writes."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pyarrow as pa

from detector.errors import BadInput
from training.frames.parameters import checked_count, checked_seed
from training.simulator import Episodes, Marketplace
from training.simulator import simulate as run
from training.tables.frames import Frame, check_kind, in_kind


class Simulated(NamedTuple):
    """A made-up market's tables."""

    complaints: Frame
    """complaint_id, seller_id, filed_at, category, buyer_id, evidence_count, outcome, decided_at
    and, where complaints are linked, order_id; where there are groups, group."""
    orders: Frame | None
    """seller_id, day and orders, or a row an order where complaints are linked."""
    episodes: Frame
    """The truth: episode_id, seller_id, kind, category, starts_at, ends_at and excess
    (complaints that the episode brought)."""


def simulate(
    *,
    sellers: int = 4_000,
    days: int = 500,
    seed: int = 0,
    episodes: bool = True,
    orders: bool = True,
    linked: float = 0.0,
    groups: int = 0,
    kind: str = "pandas",
) -> Simulated:
    """Make up a marketplace from 1 January 2024 on, with planted episodes.

    Parameters
    ----------
    sellers, days : int
        How many, from 1 up.
    seed : int
        The same seed gives the same market, and the command's.
    episodes : bool
        Whether to plant episodes.
    orders : bool
        Whether orders are recorded.
    linked : float
        Share (0 to 1) of the complaints that name their order; orders are then recorded one by one.
    groups : int
        How many groups, such as carriers, complaints name. Each seller has one to three.
    kind : str
        Of the frames: ``pandas``, ``polars``, ``duckdb`` or ``pyarrow``.

    Raises BadInput for arguments that make no market.
    """
    if not 0 <= linked <= 1:
        raise BadInput(f"linked is {linked!r}; a share from 0 to 1 is wanted")
    market = Marketplace(
        sellers=checked_count(sellers, "sellers"),
        days=checked_count(days, "days"),
        orders_recorded=orders,
        linked_share=linked,
        groups=checked_count(groups, "groups"),
    )
    if not episodes:
        market = replace(market, episodes=Episodes(per_seller_year=0.0))
    check_kind(kind)
    made = run(market, checked_seed(seed), truth=False)
    return Simulated(
        complaints=in_kind(_plain(made.complaints), kind),
        orders=None if made.orders is None else in_kind(_plain(made.orders), kind),
        episodes=in_kind(made.episodes, kind),
    )


def _plain(table: pa.Table) -> pa.Table:
    """Ids and categories as texts instead of codes."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
