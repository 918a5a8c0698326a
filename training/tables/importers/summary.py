"""What a table of complaints holds, for the person who imports it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from detector.instants import text_of
from detector.nouns import counted
from training.tables.importers.damaged_names import DAMAGE

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """Span, sellers, categories and groups of some complaints."""

    complaints: int
    span: tuple[int, int] | None
    """Times of the first and the last complaint, microseconds UTC; None without complaints."""
    sellers: tuple[str, ...]
    categories: tuple[tuple[str, int], ...]
    """With their complaints, the largest first."""
    groups: tuple[tuple[str, int], ...] = ()
    """The same."""

    def sentence(self) -> str:
        """How many complaints, about whom, when and of what."""
        if self.span is None:
            return "no complaints"
        first, last = (text_of(instant)[:10] for instant in self.span)
        categories = "category" if len(self.categories) == 1 else "categories"
        said = (
            f"{counted(self.complaints, 'complaint')} about "
            f"{counted(len(self.sellers), 'seller')}, {first} to {last}; "
            f"{categories} {_largest(self.categories)}"
        )
        if not self.groups:
            return said
        return f"{said}; {'group' if len(self.groups) == 1 else 'groups'} {_largest(self.groups)}"

    def facts(self) -> dict[str, Any]:
        """The same for machines."""
        first, last = (None, None) if self.span is None else map(text_of, self.span)
        return {
            "complaints": self.complaints,
            "sellers": len(self.sellers),
            "first": first,
            "last": last,
            "categories": dict(self.categories),
            "groups": dict(self.groups),
        }

    def damaged(self) -> list[str]:
        """Names of sellers, categories and groups that hold damaged text."""
        others = (name for name, _ in (*self.categories, *self.groups))
        return [name for name in (*self.sellers, *others) if DAMAGE in name]


def _largest(names: tuple[tuple[str, int], ...]) -> str:
    shown = ", ".join(f"{name} {count:,}" for name, count in names[:_SHOWN])
    rest = len(names) - _SHOWN
    return f"{shown} and {rest:,} more" if rest > 0 else shown


class Gathering:
    """A summary while the table passes by, batch by batch."""

    def __init__(self) -> None:
        self._complaints = 0
        self._first: list[int] = []
        self._last: list[int] = []
        self._sellers: set[str] = set()
        self._categories: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()

    def add(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Take in rows with seller_id, category and filed_at (a time, or int64 microseconds)."""
        if not batch.num_rows:
            return
        self._complaints += batch.num_rows
        filed_at = batch.column("filed_at").cast(pa.int64())
        bounds = pc.min_max(filed_at).as_py()
        self._first.append(bounds["min"])
        self._last.append(bounds["max"])
        self._sellers.update(pc.unique(batch.column("seller_id")).to_pylist())
        for name, counts in (("category", self._categories), ("group", self._groups)):
            if name in batch.schema.names:
                for one in pc.value_counts(batch.column(name).drop_null()).to_pylist():
                    counts[one["values"]] += one["counts"]

    def summary(self) -> Summary:
        """Of all that was added."""
        span = (min(self._first), max(self._last)) if self._first else None
        categories, groups = _ranked(self._categories), _ranked(self._groups)
        return Summary(self._complaints, span, tuple(sorted(self._sellers)), categories, groups)


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
