"""A log folded to the JSON of `detector rules replay`, the way that suits its length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detector.rules import Policies
from service.rules_log import read_log
from service.rules_shards import replay_text

COMPILED_BYTES_MIN: Final = 8_000_000
"""Below this (20,000 events) the pure fold takes no longer than loading the compiled code does."""


def replayed(
    path: Path, policies: Policies, *, as_of: int | None, known_at: int | None
) -> Iterator[bytes | memoryview]:
    """Fold a log and yield the pieces of the JSON. Raises BadInput when it cannot be read."""
    if path.is_file() and path.stat().st_size >= COMPILED_BYTES_MIN:
        from service.rules_quick.replay import replay_quickly

        pieces = replay_quickly(path, policies, as_of=as_of, known_at=known_at)
        if pieces is not None:
            yield from pieces
            return
    read = read_log(path)
    for piece in replay_text(read.events, read.refused, policies, as_of=as_of, known_at=known_at):
        yield piece.encode()
