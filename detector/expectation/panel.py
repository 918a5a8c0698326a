"""Counts and exposure of every seller by block of time before an instant.

Time before the instant T is cut into *blocks* by age: single days for the last weeks, then weeks.
A panel holds, for n sellers, B blocks and C columns, the complaints in each block and the orders
that could have drawn them. Column 0 counts all complaints; then come the categories that are
counted one by one, the rest together, and two that cut across: complaints without evidence and
complaints by a buyer who has just complained about the same seller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution
from detector.expectation.exposure import exposure_of, span_of
from detector.history.history import UNKNOWN, Complaints, History
from detector.history.timeline import Blocks, blocks_of
from detector.kernels import kernels_ready, parallel_map
from detector.settings import Settings

# In brackets, so that no marketplace's own category is taken for one of these columns.
ALL = "(all)"
OTHER = "(other categories)"
WITHOUT_EVIDENCE = "(without evidence)"
REPEAT_BUYER = "(by repeat buyers)"
ACROSS = (WITHOUT_EVIDENCE, REPEAT_BUYER)
"""Columns that cut across categories."""

Array = NDArray[np.float64]
Codes = NDArray[np.int32]

_PART = 4_096
"""Sellers counted at a time on each core."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Complaints and exposure of n sellers by block and column."""

    counts: Array
    """(n, B, C) complaints."""
    exposure: Array
    """(n, B) orders whose complaints would fall into the block; without orders, days since the
    seller was first seen."""
    span: Array = field(default_factory=lambda: np.zeros(0))
    """(B,) exposure of a seller that was there all along; zeros where orders tell who was."""

    def __len__(self) -> int:
        return len(self.counts)


def columns_of(history: History, settings: Settings) -> tuple[str, ...]:
    """Names of the columns (C,) to count in a history: the largest categories first."""
    complaints = history.complaints
    volume = np.bincount(complaints.category, minlength=len(history.categories))
    ranked = sorted(range(len(volume)), key=lambda c: (-volume[c], history.categories[c]))
    watched = tuple(history.categories[c] for c in ranked[: settings.categories_max])
    columns = (ALL, *watched)
    if len(ranked) > len(watched):
        columns += (OTHER,)
    if complaints.evidence is not None:
        columns += (WITHOUT_EVIDENCE,)
    if complaints.buyer is not None:
        columns += (REPEAT_BUYER,)
    return columns


def categories_in(columns: Sequence[str]) -> tuple[str, ...]:
    """The categories that columns count one by one."""
    return tuple(name for name in columns if name not in (ALL, OTHER, *ACROSS))


def column_of_each(categories: Sequence[str], columns: Sequence[str]) -> NDArray[np.int64]:
    """(k,) the column that counts each of k categories by itself or among the rest.

    -1 for one that is counted among all complaints alone, as a detector that knew no rarer
    categories has no column for the rest.
    """
    number = {name: i for i, name in enumerate(columns)}
    rest = number.get(OTHER, -1)
    own = [-1 if c in ACROSS else number.get(c, rest) for c in categories]
    return np.array(own, dtype=np.int64)


def panel_of(
    history: History,
    instant: int,
    columns: tuple[str, ...],
    delay: DelayDistribution,
    settings: Settings,
) -> Panel:
    """The panel of n sellers, from a history that holds nothing dated at or after the instant.

    `instant` is in microseconds UTC.
    """
    blocks = blocks_of(settings)
    n = len(history.sellers)
    counts = np.zeros((n, len(blocks), len(columns)))
    exposure = np.zeros((n, len(blocks)))

    def fill(first: int) -> None:
        rows = slice(first, min(first + _PART, n))
        part = history if n <= _PART else history.part(rows.start, rows.stop)
        _count(part, instant, columns, blocks, settings, counts[rows])
        exposure[rows] = exposure_of(part, instant, blocks, delay)

    parallel_map(fill, range(0, n, _PART))
    return Panel(counts, exposure, span_of(history, instant, blocks, delay))


def _count(
    history: History,
    instant: int,
    columns: tuple[str, ...],
    blocks: Blocks,
    settings: Settings,
    counts: Array,
) -> None:
    """Count complaints into `counts` (n, B, C), which holds zeros."""
    if kernels_ready():
        from detector.expectation import panel_kernel

        panel_kernel.count(*_events(history, instant, columns, blocks, settings), counts)
        return
    complaints = history.complaints
    age = (instant - 1 - complaints.filed_at) // DAY_US
    inside = age < blocks.edges[-1]
    place = complaints.seller.astype(np.int64) * counts.shape[1] + blocks.block_of(age)
    size = counts.shape[0] * counts.shape[1]
    for number, rows in column_rows(history, columns, settings):
        chosen = inside if rows is None else inside & rows
        column = np.bincount(place[chosen], minlength=size)
        counts[:, :, number] = column.reshape(counts.shape[:2])


def _events(
    history: History,
    instant: int,
    columns: tuple[str, ...],
    blocks: Blocks,
    settings: Settings,
) -> tuple[
    Codes, NDArray[np.int64], NDArray[np.int16], Codes, Codes, NDArray[np.int64], int, int, int
]:
    """The arguments of the kernel's `count`, except the array to count into."""
    complaints = history.complaints
    none = np.zeros(0, dtype=np.int32)
    number = {name: i for i, name in enumerate(columns)}
    watched = column_of_each(history.categories, columns).astype(np.int16)
    without_evidence = number.get(WITHOUT_EVIDENCE, -1)
    repeat_buyer = number.get(REPEAT_BUYER, -1)
    evidence = complaints.evidence if without_evidence >= 0 else None
    buyer = complaints.buyer if repeat_buyer >= 0 else None
    return (
        np.require(complaints.seller, np.int32, ["C", "W"]),
        instant - 1 - complaints.filed_at,
        watched[complaints.category],
        none if evidence is None else np.require(evidence, np.int32, ["C", "W"]),
        none if buyer is None else np.require(buyer, np.int32, ["C", "W"]),
        blocks.block_of(np.arange(blocks.edges[-1])),
        without_evidence,
        repeat_buyer,
        settings.repeat_days * DAY_US,
    )


def column_rows(
    history: History, columns: tuple[str, ...], settings: Settings
) -> list[tuple[int, NDArray[np.bool_] | None]]:
    """Each column's number, and a mask of the complaints that it counts; None is all of them."""
    complaints = history.complaints
    number = {name: i for i, name in enumerate(columns)}
    watched = column_of_each(history.categories, columns)
    code = watched[complaints.category] if len(watched) else np.zeros(0, dtype=int)
    rows: list[tuple[int, NDArray[np.bool_] | None]] = [(0, None)]
    rows += [
        (i, code == i)
        for i, name in enumerate(columns)
        if i > 0 and name not in (WITHOUT_EVIDENCE, REPEAT_BUYER)
    ]
    if WITHOUT_EVIDENCE in number and complaints.evidence is not None:
        rows.append((number[WITHOUT_EVIDENCE], complaints.evidence == 0))
    if REPEAT_BUYER in number and complaints.buyer is not None:
        repeated = _repeats(complaints, complaints.buyer, settings.repeat_days)
        rows.append((number[REPEAT_BUYER], repeated))
    return rows


def totals(panel: Panel, base: Array, first: int = 0) -> tuple[Array, Array]:
    """Complaints and dues of each seller in the blocks from `first` on, (n, C) each.

    `base` (B, C) is what is due for each unit of exposure. Blocks are added one by one, youngest
    first, so that NumPy and the kernel round alike.
    """
    if kernels_ready():
        from detector.expectation import panel_kernel

        sums: tuple[Array, Array] = panel_kernel.totals(panel.counts, panel.exposure, base, first)
        return sums
    due = np.zeros((len(panel), base.shape[1]))
    for b in range(first, len(base)):
        due += panel.exposure[:, b : b + 1] * base[b]
    return panel.counts[:, first:].sum(axis=1), due


def market_due_of(panel: Panel, base: Array, first: int = 0) -> float:
    """Complaints due since the market began to a seller of the market's own rate.

    `base` (B, C) is what is due for each unit of exposure, in the blocks from `first` on.
    """
    due = 0.0
    for span, rate in zip(panel.span[first:], base[first:, 0], strict=False):
        due += float(span * rate)
    return due


def _repeats(complaints: Complaints, buyers: Codes, within_days: int) -> NDArray[np.bool_]:
    """(n,) whether the same buyer complained about the same seller at most so many days before."""
    found = np.zeros(len(complaints), dtype=bool)
    known = np.flatnonzero(buyers != UNKNOWN)
    seller, buyer = complaints.seller[known], buyers[known]
    filed_at = complaints.filed_at[known]
    order = np.lexsort((filed_at, buyer, seller))
    before, after = order[:-1], order[1:]
    same = (seller[before] == seller[after]) & (buyer[before] == buyer[after])
    near = filed_at[after] - filed_at[before] <= within_days * DAY_US
    found[known[after[same & near]]] = True
    return found
