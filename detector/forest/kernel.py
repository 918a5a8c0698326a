"""The compiled kernel that scores a forest (see `detector.forest.layout` for how).

Nothing here is threaded: the functions release the interpreter's lock, and
`detector.forest.isolation_forest` calls them from several threads.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import CORES, compiled
from detector.forest.layout import Blends, Layout, Steps, Words, layout_of
from detector.forest.simd import LINE, WIDTH, blend, choose, fill, is_gather_faster, step_on

__all__ = ["CORES", "ROWS_ONE_BY_ONE_MAX", "WIDE_STEPS", "WIDTH", "add_up", "warm_up"]

WIDE_STEPS: Final = is_gather_faster()
"""Whether many rows step at once on this processor, so that layouts need words."""

_BLOCK: Final = 4 * WIDTH
"""Rows that go through a part of the trees at once, so that trees are fetched less often; their
values (24 columns: 50 KB) stay near the core."""

_NODES_MAX: Final = 511
"""Nodes of a tree with 256 exits."""

ROWS_ONE_BY_ONE_MAX: Final = 32
"""Up to so many rows, going down tree by tree is faster than blending a block."""

_TREES_AT_ONCE: Final = 256
"""Trees that one row goes down abreast, so that their look-ups overlap."""


def warm_up() -> None:
    """Compile every function for the types it is called with."""
    stump = layout_of(
        tree_start=np.array([0, 3]),
        feature=np.array([0, -1, -1], dtype=np.int32),
        threshold=np.zeros(3, dtype=np.float32),
        value=np.zeros(3),
        left=np.array([1, 0, 0]),
        columns=1,
        wide_steps=WIDE_STEPS,
    )
    for rows in (1, ROWS_ONE_BY_ONE_MAX + 1):
        add_up(stump, np.zeros((rows, 1), dtype=np.float32), np.empty(rows))


def add_up(layout: Layout, rows: NDArray[np.float32], out: NDArray[np.float64]) -> int:
    """Write the sum of the leaf values that each row reaches; the first row with a NaN, or -1.

    `rows` is (n, columns) and C-contiguous, `out` is (n,). The numbers are added in the order of
    the trees, so that the sums round as scikit-learn's do.
    """
    if len(rows) <= ROWS_ONE_BY_ONE_MAX:
        return _add_one_by_one(rows, out, *layout.steps)
    return _add_by_blocks(rows, out, *layout.steps, *layout.blends, *layout.words)


@compiled
def _step_down(
    go: NDArray[np.int64],
    threshold: NDArray[np.float32],
    rows: NDArray[np.float32],
    r: int,
    node: int,
) -> int:
    """The child of `node` that row r goes to; unsigned indices skip numba's check for negatives."""
    at = np.uintp(node)
    way = go[at]
    above = rows[np.uintp(r), np.uintp(way & 0xFFFF)] > threshold[at]
    child: int = (way >> 16) + above
    return child


@compiled
def _add_one_by_one(
    rows: NDArray[np.float32],
    out: NDArray[np.float64],
    root: NDArray[np.int64],
    go: NDArray[np.int64],
    threshold: NDArray[np.float32],
    value: NDArray[np.float64],
    levels: int,
) -> int:
    """`add_up` for few rows: trees go down abreast, so that no look-up waits for another."""
    node = np.empty(min(len(root), _TREES_AT_ONCE), dtype=np.int64)
    for r in range(len(rows)):
        if np.isnan(rows[r]).any():
            return r
        total = 0.0
        for first in range(0, len(root), _TREES_AT_ONCE):
            some = min(_TREES_AT_ONCE, len(root) - first)
            node[:some] = root[first : first + some]
            for _ in range(levels):
                for k in range(some):
                    node[k] = _step_down(go, threshold, rows, r, node[k])
            for k in range(some):
                total += value[np.uintp(node[k])]
        out[r] = total
    return -1


@compiled
def _add_by_blocks(
    rows: NDArray[np.float32],
    out: NDArray[np.float64],
    *layout: Any,  # noqa: ANN401 - `Steps`, `Blends`, then `Words`
) -> int:
    """`add_up` for many rows: tree by tree over blocks of rows that stay near the core.

    The layout comes field by field, because numba takes two microseconds to unpack the tuple.
    """
    steps, blends, words = Steps(*layout[:5]), Blends(*layout[5:18]), Words(*layout[18:])
    width = rows.shape[1] + 1
    columns = _columns(width, rows[:0, 0])
    choice = _aligned(_NODES_MAX * WIDTH, np.empty(0, dtype=np.uint8))
    node = np.empty(WIDTH, dtype=np.int64)
    sums = np.zeros(_BLOCK)
    out[:] = 0.0
    for part in range(len(words.part_start) - 1):
        trees = range(words.part_start[part], words.part_start[part + 1])
        for first in range(0, len(rows), _BLOCK):
            block, block_sums = rows[first : first + _BLOCK], out[first : first + _BLOCK]
            bad = _transpose(block, columns)
            if bad >= 0:
                return first + bad
            sums[: len(block)] = block_sums
            for tree in trees:
                rest = blends.rest[tree]
                _lay_exits(blends, tree, choice)
                for start in range(0, len(block), WIDTH):
                    end = min(start + WIDTH, len(block))
                    some, some_sums = columns[start * width :], sums[start:end]
                    _blend_tree(blends, tree, some, choice)
                    if rest == 0:
                        _add_exits(blends, tree, choice, some_sums)
                    elif len(words.word):
                        _step_wide(steps, blends, words, tree, choice, some, some_sums)
                    else:
                        _step_row_by_row(
                            steps, blends, tree, choice, block[start:end], node, some_sums
                        )
            block_sums[:] = sums[: len(block)]
    return -1


@compiled
def _columns(width: int, empty: NDArray[np.float32]) -> NDArray[np.float32]:
    """Room for the columns of a block; the last is minus infinity for all rows."""
    columns = _aligned(width * _BLOCK, empty)
    for end in range(width * WIDTH, width * _BLOCK + 1, width * WIDTH):
        columns[end - WIDTH : end] = -np.inf
    return columns


@compiled
def _aligned(count: int, empty: NDArray[Any]) -> NDArray[Any]:
    """`count` zeros of the type of `empty`, beginning on a cache line."""
    room = np.zeros(count + LINE, dtype=empty.dtype)
    skip = (LINE - (room.ctypes.data & (LINE - 1))) & (LINE - 1)
    return room[skip // empty.itemsize :]


@compiled
def _transpose(block: NDArray[np.float32], columns: NDArray[np.float32]) -> int:
    """Write rows as columns, WIDTH rows of a column together; the first with a NaN, or -1."""
    width = block.shape[1]
    for r in range(len(block)):
        place = (r // WIDTH) * WIDTH * (width + 1) + r % WIDTH
        nans = 0
        for column in range(width):
            x = block[r, column]
            nans += np.isnan(x)
            columns[place + column * WIDTH] = x
        if nans:
            return r
    return -1


@compiled
def _lay_exits(blends: Blends, tree: int, choice: NDArray[np.uint8]) -> None:
    """Initialise each loose exit's choice to itself, for every row."""
    for k in range(blends.loose_start[tree], blends.loose_start[tree + 1]):
        at = np.uintp(k)
        fill(choice, np.intp(blends.loose_node[at]) * WIDTH, blends.loose_exit[at])


@compiled
def _blend_tree(
    blends: Blends, tree: int, columns: NDArray[np.float32], choice: NDArray[np.uint8]
) -> None:
    """Every node takes over one child's choice, deepest first; the root's is the row's exit."""
    mixed = blends.mixed_start[tree]
    for k in range(blends.start[tree], mixed):
        at = np.uintp(k)
        choose(
            columns,
            np.intp(blends.column[at]) * WIDTH,
            blends.threshold[at],
            choice,
            np.uint8(blends.left[at]),
            np.intp(blends.node[at]) * WIDTH,
        )
    for k in range(mixed, blends.start[tree + 1]):
        at = np.uintp(k)
        blend(
            columns,
            np.intp(blends.column[at]) * WIDTH,
            blends.threshold[at],
            choice,
            np.intp(blends.left[at]) * WIDTH,
            np.intp(blends.node[at]) * WIDTH,
        )


@compiled
def _add_exits(
    blends: Blends, tree: int, choice: NDArray[np.uint8], sums: NDArray[np.float64]
) -> None:
    start = np.uintp(blends.exit_start[tree])
    for r in range(np.uintp(len(sums))):
        sums[r] += blends.exit_value[start + np.uintp(choice[r])]


@compiled
def _step_wide(
    steps: Steps,
    blends: Blends,
    words: Words,
    tree: int,
    choice: NDArray[np.uint8],
    columns: NDArray[np.float32],
    sums: NDArray[np.float64],
) -> None:
    """Go from each row's exit to its leaf, WIDTH rows at once: behind `sums` lies room for all."""
    step_on(
        words.word,
        steps.root[tree],
        columns,
        choice,
        words.exit,
        blends.exit_start[tree],
        words.value,
        sums,
        blends.rest[tree],
    )


@compiled
def _step_row_by_row(
    steps: Steps,
    blends: Blends,
    tree: int,
    choice: NDArray[np.uint8],
    part: NDArray[np.float32],
    node: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Go from each row's exit to its leaf; rows go down abreast."""
    start = np.uintp(blends.exit_start[tree])
    for r in range(np.uintp(len(sums))):
        node[r] = blends.exit_step[start + np.uintp(choice[r])]
    for _ in range(blends.rest[tree]):
        for r in range(np.uintp(len(sums))):
            node[r] = _step_down(steps.go, steps.threshold, part, r, node[r])
    for r in range(np.uintp(len(sums))):
        sums[r] += steps.value[np.uintp(node[r])]
