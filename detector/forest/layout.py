"""How a forest lies in memory for the compiled kernel.

Two ways down a tree are mixed. The top levels are *blended*: every inner node there is evaluated
for a whole block of rows, deepest first, each choosing between what its two children chose; that
needs no branch and no look-up, and ends in a number of one byte, the row's exit. Below the cut
each row *steps* from child to child. A node costs the blend the same on every level, while a level
costs a step whatever its width, so each tree is cut where its levels have grown too wide.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

EXITS_MAX: Final = 256
"""An exit is written in one byte."""

COLUMNS_MAX: Final = 1 << 16
"""A column is written in the low 16 bits of `Steps.go`; a forest of more is refused."""

NODE_BITS: Final = 20
"""Lowest bits of a word: a node, counted within its tree."""

COLUMN_BITS: Final = 12
"""Bits above them: the column."""

_WORD_BYTES: Final = 8

_LEVEL_COST: Final = 20.0
"""One level of single steps, in blended nodes (measured: 0.69 ns a row against 0.033 ns)."""

_WORDS_LEVEL_COST: Final = 10.0
"""One level of steps together, in blended nodes (measured: 0.45 ns a row against 0.045 ns)."""

_STEPS_COST: Final = 30.0
"""Going over from blending to steps, in blended nodes."""

_PART_BYTES: Final = 1 << 19
"""Words of a part: most of the second-level cache of one core (1-2 MB) is left to the rows."""


class Steps(NamedTuple):
    """T trees of N nodes to go down step by step; a leaf steps to itself."""

    root: NDArray[np.int64]
    """(T,) the first node of each tree."""
    go: NDArray[np.int64]
    """(N,) the left child, times 65,536, plus the column; the right child follows the left."""
    threshold: NDArray[np.float32]
    """(N,) rows above it step right; infinity at a leaf."""
    value: NDArray[np.float64]
    """(N,) what a leaf adds to the sum."""
    levels: int
    """Steps from a root to the deepest leaf of any tree."""


class Blends(NamedTuple):
    """P nodes to blend and E exits to leave by; nodes are counted within their tree.

    A tree's blended nodes stand deepest first, but those whose children are both exits before all
    others.
    """

    start: NDArray[np.int64]
    """(T + 1,) each tree's part of the blended nodes."""
    mixed_start: NDArray[np.int64]
    """(T,) its first node whose children are not both exits."""
    column: NDArray[np.uint16]
    """(P,) what the node looks at."""
    threshold: NDArray[np.float32]
    """(P,) rows above it take the right child's choice."""
    left: NDArray[np.uint16]
    """(P,) the left child, or its exit where both are exits; the right child's is one more."""
    node: NDArray[np.uint16]
    """(P,) the node itself."""
    loose_start: NDArray[np.int64]
    """(T + 1,) each tree's part of the exits whose sibling is not an exit, or who have none."""
    loose_node: NDArray[np.uint16]
    """Such an exit as a node."""
    loose_exit: NDArray[np.uint8]
    """Such an exit, counted within the tree."""
    exit_start: NDArray[np.int64]
    """(T + 1,) each tree's part of the exits."""
    exit_step: NDArray[np.int64]
    """(E,) the exit as a node of `Steps`, where the way goes on."""
    exit_value: NDArray[np.float64]
    """(E,) what the exit adds where no steps follow."""
    rest: NDArray[np.int64]
    """(T,) levels of steps below the cut; 0 where the whole tree is blended."""


class Words(NamedTuple):
    """The trees of `Steps` again, one word a node, for many rows that step together.

    A leaf steps to itself, as it looks at a column behind the last, where every row has minus
    infinity.
    """

    word: NDArray[np.int64]
    """(N,) from above: the threshold's 32 bits (a leaf's: its place in `value`), the column, the
    left child within the tree. Empty where rows step one by one."""
    exit: NDArray[np.int32]
    """(E,) each exit as a node within its tree."""
    value: NDArray[np.float64]
    """What leaves add to the sum, each number once."""
    part_start: NDArray[np.int64]
    """The first tree of each part, and T."""


class Layout(NamedTuple):
    """A forest as the kernel reads it."""

    steps: Steps
    blends: Blends
    words: Words


def layout_of(
    tree_start: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    value: NDArray[np.float64],
    left: NDArray[np.int64],
    columns: int,
    *,
    wide_steps: bool,
) -> Layout:
    """Lay out trees written breadth first; `feature` is negative and `left` unused at leaves.

    `wide_steps` asks for steps of many rows at once; trees too large for a word step row by row.
    """
    # Kernels are compiled for writable arrays; for read-only ones numba would compile again.
    tree_start, value = np.require(tree_start, None, "W"), np.require(value, None, "W")
    root, inner = tree_start[:-1], feature >= 0
    tree = np.repeat(np.arange(len(root)), np.diff(tree_start))
    level = _levels(root, left, inner)
    depth = np.maximum.reduceat(level, root)
    fits = columns < 1 << COLUMN_BITS and np.diff(tree_start).max() <= 1 << NODE_BITS
    wide_steps = wide_steps and bool(fits)
    level_cost = _WORDS_LEVEL_COST if wide_steps else _LEVEL_COST
    cut = _cuts(tree[inner], level[inner], depth, level_cost)
    blended = inner & (level < cut[tree])
    leaves = ~inner & (level <= cut[tree])
    exits = leaves | (level == cut[tree])
    steps = Steps(
        root=root,
        go=(np.where(inner, left, np.arange(len(feature))) << 16) | np.maximum(feature, 0),
        threshold=np.where(inner, threshold, np.float32(np.inf)),
        value=value,
        levels=int(depth.max()),
    )
    blends = _blends(root, tree, left, feature, threshold, value, blended, exits, depth - cut)
    words = _words(tree_start, left, feature, threshold, value, columns, np.flatnonzero(exits))
    return Layout(steps, blends, words if wide_steps else _no_words(len(root)))


def _blends(
    root: NDArray[np.int64],
    tree: NDArray[np.int64],
    left: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    value: NDArray[np.float64],
    blended: NDArray[np.bool_],
    exits: NDArray[np.bool_],
    rest: NDArray[np.int64],
) -> Blends:
    number = np.cumsum(exits) - 1
    exit_start = _starts(exits, root)
    number -= exit_start[tree]
    node = np.flatnonzero(blended)
    paired = exits[left[node]] & exits[left[node] + 1]
    order = np.lexsort((-node, ~paired, tree[node]))
    node, paired = node[order], paired[order]
    child = left[node]
    loose = exits.copy()
    loose[child[paired]] = loose[child[paired] + 1] = False
    start = _starts(blended, root)
    return Blends(
        start=start,
        mixed_start=start[:-1] + np.bincount(tree[node[paired]], minlength=len(root)),
        column=feature[node].astype(np.uint16),
        threshold=threshold[node],
        left=np.where(paired, number[child], child - root[tree[node]]).astype(np.uint16),
        node=(node - root[tree[node]]).astype(np.uint16),
        loose_start=_starts(loose, root),
        loose_node=(np.flatnonzero(loose) - root[tree[loose]]).astype(np.uint16),
        loose_exit=number[loose].astype(np.uint8),
        exit_start=exit_start,
        exit_step=np.flatnonzero(exits),
        exit_value=value[exits],
        rest=rest,
    )


def _words(
    tree_start: NDArray[np.int64],
    left: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    value: NDArray[np.float64],
    columns: int,
    exits: NDArray[np.int64],
) -> Words:
    inner = feature >= 0
    root = np.repeat(tree_start[:-1], np.diff(tree_start))
    # Minus zero becomes zero here, which no sum can tell.
    values, place = np.unique(value, return_inverse=True)
    high = np.where(inner, np.ascontiguousarray(threshold).view(np.int32), place)
    node = np.where(inner, left, np.arange(len(inner))) - root
    low = (np.where(inner, feature, columns).astype(np.int64) << NODE_BITS) | node
    part = tree_start[:-1] * _WORD_BYTES // _PART_BYTES
    return Words(
        word=(high.astype(np.int64) << 32) | low,
        exit=(exits - root[exits]).astype(np.int32),
        value=values,
        part_start=np.append(np.flatnonzero(np.diff(part, prepend=-1)), len(tree_start) - 1),
    )


def _no_words(trees: int) -> Words:
    """Words where rows step one by one."""
    return Words(
        np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0), np.array([0, trees], np.int64)
    )


def _levels(
    root: NDArray[np.int64], left: NDArray[np.int64], inner: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(N,) steps from the root to each node."""
    level = np.zeros(len(inner), dtype=np.int64)
    parents, depth = root[inner[root]], 0
    while parents.size:
        depth += 1
        children = np.concatenate([left[parents], left[parents] + 1])
        level[children] = depth
        parents = children[inner[children]]
    return level


def _cuts(
    tree: NDArray[np.int64],
    level: NDArray[np.int64],
    depth: NDArray[np.int64],
    level_cost: float,
) -> NDArray[np.int64]:
    """(T,) the level at which blending a tree ends, given where the inner nodes are."""
    trees, levels = len(depth), int(depth.max()) + 1
    width = np.bincount(tree * levels + level, minlength=trees * levels).reshape(trees, levels)
    blended = np.cumsum(np.pad(width, ((0, 0), (1, 0))), axis=1)[:, :levels]
    rest = np.maximum(depth[:, np.newaxis] - np.arange(levels), 0)
    cost = blended + np.where(rest > 0, _STEPS_COST + level_cost * rest, 0.0)
    # With k blended nodes a tree has k + 1 exits.
    cost[blended >= EXITS_MAX] = np.inf
    cut: NDArray[np.int64] = np.minimum(np.argmin(cost, axis=1), depth)
    return cut


def _starts(chosen: NDArray[np.bool_], root: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T + 1,) where each tree's chosen nodes begin among all that are chosen."""
    counts = np.add.reduceat(chosen, root, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(counts)])
