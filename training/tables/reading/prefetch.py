"""Looking at several batches at a time, and taking what was found in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from training.tables.reading.batch import Batch

Found = TypeVar("Found")

AHEAD: Final = 2
"""Batches looked at while another is taken; Arrow and NumPy let other threads run meanwhile."""


def look_ahead(
    batches: Iterator[Batch], look: Callable[[Batch], Found], take: Callable[[Found], None]
) -> None:
    """Call `take` with what `look` found in each batch, in the order of the batches.

    Batches are read and taken by the caller's thread alone; only `look` runs beside it, and must
    change nothing. What is wrong with an earlier batch is raised before what is with a later one.
    The threads end with this call: nothing outlives it that could wait for them.
    """
    waiting: deque[Future[Found]] = deque()
    failed: Exception | None = None
    with ThreadPoolExecutor(AHEAD) as pool:
        while True:
            try:
                batch = next(batches, None)
            except Exception as why:  # noqa: BLE001 - raised below, after what came before it
                failed = why
                break
            if batch is None:
                break
            waiting.append(pool.submit(look, batch))
            if len(waiting) > AHEAD:
                take(waiting.popleft().result())
        while waiting:
            take(waiting.popleft().result())
    if failed is not None:
        raise failed


def look_one_by_one(
    batches: Iterator[Batch], look: Callable[[Batch], Found], take: Callable[[Found], None]
) -> None:
    """`look_ahead` without looking ahead: for batches whose reading refuses rows itself."""
    for batch in batches:
        take(look(batch))
