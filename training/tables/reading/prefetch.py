"""Inspecting batches on other threads while the caller consumes the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from training.tables.reading.batch import Batch

Found = TypeVar("Found")

AHEAD: Final = 2
"""Batches inspected ahead of the one consumed; Arrow and NumPy release the interpreter's lock."""


def prefetch(
    batches: Iterator[Batch], inspect: Callable[[Batch], Found], consume: Callable[[Found], None]
) -> None:
    """Call `consume` with the result of `inspect` for each batch, in the order of the batches.

    The caller's thread alone reads batches and consumes results; only `inspect` runs on other
    threads, and must change nothing. An error in an earlier batch is raised before one in a later
    batch. The threads end with this call.
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
            waiting.append(pool.submit(inspect, batch))
            if len(waiting) > AHEAD:
                consume(waiting.popleft().result())
        while waiting:
            consume(waiting.popleft().result())
    if failed is not None:
        raise failed


def one_at_a_time(
    batches: Iterator[Batch], inspect: Callable[[Batch], Found], consume: Callable[[Found], None]
) -> None:
    """`prefetch` without other threads: for batches whose reading refuses rows itself."""
    for batch in batches:
        consume(inspect(batch))
