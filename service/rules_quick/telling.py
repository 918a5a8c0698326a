"""Sellers told by the compiled fold, some at a time, in a thread a core, in order of id."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Final, NamedTuple

import numpy as np

from detector.compiled import CORES
from service.rules_quick import fields as f
from service.rules_quick.book import Tables, book_for
from service.rules_quick.columns import Columns
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.intern import grouped, texts_longest
from service.rules_quick.plan import Plan
from service.rules_quick.text import tell

AT_ONCE: Final = 1_000
"""Sellers told at a time: a megabyte or so, which the memory just printed from has room for."""


class Part(NamedTuple):
    """What the compiled fold says of some sellers: their texts end to end.

    It is about the sellers from `begin` to `end`, of whom it tells `sellers`; `ends[n]` is where
    the text of the n-th ends. `full` are those whose pages did not suffice: their text is empty.
    """

    begin: int
    end: int
    sellers: Ints
    text: Bytes
    ends: Ints
    full: Ints

    def pieces(self, hard: Mapping[int, bytes]) -> Iterator[bytes | memoryview]:
        """Yield the texts, with those of the other sellers at their places."""
        text, at = memoryview(self.text), 0  # type: ignore[arg-type]
        others = [] if not hard else [one for one in range(self.begin, self.end) if one in hard]
        for place in others:
            before = int(np.searchsorted(self.sellers, place))
            stop = int(self.ends[before - 1]) if before else 0
            if stop > at:
                yield text[at:stop]
                at = stop
            yield hard[place]
        if len(text) > at:
            yield text[at:]


def told_at_once(
    columns: Columns, plan: Plan, tables: Tables, events: Ints, as_of: int
) -> Iterator[Part]:
    """Fold and write sellers, a few parts ahead of what is asked for.

    `events` are the rows of the sellers that are not hard, in the order recorded.
    """
    rows, sellers = columns.rows, plan.sellers
    begins = np.empty(len(sellers) + 1, dtype=np.int64)
    by_seller = grouped(events, rows, len(sellers), begins)
    longest = int(np.max(begins[1:] - begins[:-1], initial=0))
    accounts = rows[sellers, f.SELLER_ID]
    texts = texts_longest(rows, sellers, f.SELLER_ID), texts_longest(rows, events, f.ID)
    width = len(tables.names) + max(texts)
    books: SimpleQueue[Ints] = SimpleQueue()
    for _ in range(CORES):
        books.put(book_for(tables, longest, as_of))

    def told(begin: int) -> Part:
        end = min(begin + AT_ONCE, len(sellers))
        lean = begin + np.flatnonzero(plan.is_hard[begin:end] == 0)
        ends, book = np.empty(len(lean), dtype=np.int64), books.get()
        text = tell(
            *(columns.log, rows, book, by_seller, begins, lean, accounts),
            *(tables.names, width, ends),
        )
        books.put(book)
        full = lean[ends < 0]
        return Part(begin, end, lean, text, np.where(ends < 0, -ends - 1, ends), full)

    return _ahead([partial(told, begin) for begin in range(0, len(sellers), AT_ONCE)])


def _ahead(tasks: list[partial[Part]]) -> Iterator[Part]:
    """Yield the results of tasks in order, of which a few are done ahead."""
    ahead: deque[Future[Part]] = deque()
    with ThreadPoolExecutor(CORES) as pool:
        for task in tasks:
            ahead.append(pool.submit(task))
            if len(ahead) > 2 * CORES:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
