"""What a table of complaints holds, for the person who imports it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from detector.instants import text_of
from training.tables.importers.damaged_names import DAMAGE

_CATEGORIES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """Span, sellers and categories of some complaints."""

    complaints: int
    span: tuple[int, int] | None
    """Times of the first and the last complaint, microseconds UTC; None without complaints."""
    sellers: tuple[str, ...]
    categories: tuple[tuple[str, int], ...]
    """With their complaints, the largest first."""

    def sentence(self) -> str:
        """How many complaints, about whom, when and of what."""
        if self.span is None:
            return "no complaints"
        first, last = (text_of(instant)[:10] for instant in self.span)
        largest = self.categories[:_CATEGORIES_SHOWN]
        names = ", ".join(f"{name} {count:,}" for name, count in largest)
        rest = len(self.categories) - len(largest)
        more = f" and {rest:,} more" if rest else ""
        return (
            f"{counted(self.complaints, 'complaint')} about "
            f"{counted(len(self.sellers), 'seller')}, {first} to {last}; "
            f"{'category' if len(self.categories) == 1 else 'categories'} {names}{more}"
        )

    def facts(self) -> dict[str, Any]:
        """The same for machines."""
        first, last = (None, None) if self.span is None else map(text_of, self.span)
        return {
            "complaints": self.complaints,
            "sellers": len(self.sellers),
            "first": first,
            "last": last,
            "categories": dict(self.categories),
        }

    def damaged(self) -> list[str]:
        """Names of sellers and categories that hold damaged text."""
        return [n for n in (*self.sellers, *(n for n, _ in self.categories)) if DAMAGE in n]


class Gathering:
    """A summary while the table passes by, batch by batch."""

    def __init__(self) -> None:
        self._complaints = 0
        self._first: list[int] = []
        self._last: list[int] = []
        self._sellers: set[str] = set()
        self._categories: Counter[str] = Counter()

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
        for one in pc.value_counts(batch.column("category")).to_pylist():
            self._categories[one["values"]] += one["counts"]

    def summary(self) -> Summary:
        """Of all that was added."""
        span = (min(self._first), max(self._last)) if self._first else None
        ranked = sorted(self._categories.items(), key=lambda item: (-item[1], item[0]))
        return Summary(self._complaints, span, tuple(sorted(self._sellers)), tuple(ranked))


def counted(count: int, noun: str) -> str:
    """Such as 1 seller, or 1,200 sellers."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
