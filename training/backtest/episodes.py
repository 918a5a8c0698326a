"""The truth a back-test judges by: which seller's complaints were raised, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from training.tables.reading.columns import instants_in, texts_in
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source, check_columns

REQUIRED: Final = ("seller_id", "starts_at", "ends_at")
KNOWN: Final = (*REQUIRED, "kind", "episode_id")
UNNAMED: Final = "episode"
"""The kind of an episode whose kind nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """k episodes, one a row."""

    episode_id: tuple[str, ...]
    seller: NDArray[np.int64]
    """(k,) index into the sellers of the history that is tested."""
    kind: tuple[str, ...]
    start: NDArray[np.float64]
    """(k,) days since 1970."""
    end: NDArray[np.float64]
    """(k,) days since 1970; the first moment after the episode."""

    def __len__(self) -> int:
        return len(self.seller)

    def between(self, first: float, last: float) -> NDArray[np.int64]:
        """Numbers of the episodes that lie wholly in a span of days."""
        return np.flatnonzero((self.start >= first) & (self.end <= last))

    def covering(self, day: int, after_days: float) -> NDArray[np.bool_]:
        """(k,) which began before a day's midnight and ended at most `after_days` before it."""
        return np.asarray((self.start < day) & (day <= self.end + after_days))


def episodes_of(table: pa.Table, sellers: tuple[str, ...]) -> Episodes:
    """Episodes from the simulator's table; those of sellers that `sellers` lacks are left out."""
    place = {seller: number for number, seller in enumerate(sellers)}
    number = np.array([place.get(s, -1) for s in table["seller_id"].to_pylist()], dtype=np.int64)
    known = table.filter(pa.array(number >= 0))
    return Episodes(
        episode_id=tuple(known["episode_id"].to_pylist()),
        seller=number[number >= 0],
        kind=tuple(known["kind"].to_pylist()),
        start=known["starts_at"].cast(pa.int64()).to_numpy() / DAY_US,
        end=known["ends_at"].cast(pa.int64()).to_numpy() / DAY_US,
    )


def episodes_in(source: Source, sellers: tuple[str, ...], *, until: int) -> Episodes:
    """Read an episodes table, which has seller_id, starts_at, ends_at [, kind, …].

    Episodes that start at or after `until` (microseconds) are left out. Raises BadInput naming
    file, row, column and value where a row is wrong or names a seller that `sellers` lacks.
    """
    check_columns(source, REQUIRED)
    wanted = [n for n in KNOWN if n in source.names]
    place = {seller: number for number, seller in enumerate(sellers)}
    refusals = Refusals()
    parts = [
        _checked(Rows(batch.place, batch.numbers, batch.columns), refusals, place, until)
        for batch in source.batches(wanted, refusals)
    ]
    ids = [name for part in parts for name in part["episode_id"]]
    return Episodes(
        episode_id=tuple(name or f"episode {n + 1}" for n, name in enumerate(ids)),
        seller=_joined(parts, "seller").astype(np.int64),
        kind=tuple(kind for part in parts for kind in part["kind"]),
        start=_joined(parts, "starts_at") / DAY_US,
        end=_joined(parts, "ends_at") / DAY_US,
    )


def _checked(rows: Rows, refusals: Refusals, place: dict[str, int], until: int) -> dict[str, Any]:
    sellers = texts_in(rows, "seller_id", required=True).to_pylist()
    start, _ = instants_in(rows, "starts_at", required=True, now=None)
    end, _ = instants_in(rows, "ends_at", required=True, now=None)
    numbers = np.array([place.get(seller, -1) for seller in sellers], dtype=np.int64)
    early = start < until
    unknown = "has neither a complaint nor an order in the history"
    rows.refuse(early & (numbers < 0), "seller_id", unknown)
    rows.refuse(end <= start, "ends_at", "is not after starts_at")
    rows.report(refusals)
    return {
        "seller": numbers[early],
        "starts_at": start[early],
        "ends_at": end[early],
        "kind": [kind or UNNAMED for kind in _chosen(rows, "kind", early)],
        "episode_id": _chosen(rows, "episode_id", early),
    }


def _chosen(rows: Rows, name: str, mask: NDArray[np.bool_]) -> list[str | None]:
    if rows.column(name) is None:
        return [None] * int(mask.sum())
    texts: list[str | None] = texts_in(rows, name, required=False).to_pylist()
    return [text for text, wanted in zip(texts, mask, strict=True) if wanted]


def _joined(parts: list[dict[str, Any]], name: str) -> NDArray[Any]:
    return np.concatenate([np.zeros(0), *(part[name] for part in parts)])


def check_days(first: int, last: int) -> None:
    """Refuse a span that is not whole days, one after the other (microseconds UTC)."""
    if first % DAY_US or last % DAY_US:
        raise BadInput("a back-test goes by whole days: give its start and end as dates")
    if last <= first:
        raise BadInput(
            "the end (--until) must come after the start (--from): the days between are scored"
        )
