"""The compiled kernel that scores a forest (see `detector.forest_layout` for how).

Nothing here is threaded: the functions let go of the interpreter's lock, and `detector.forest`
calls them from several threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy.typing import NDArray

from detector.compiled import CORES, compiled
from detector.forest_layout import Blends, Layout, Steps, layout_of

__all__ = ["CORES", "ROWS_ONE_BY_ONE_MAX", "WIDTH", "add_up", "warm_up"]

WIDTH: Final = 128
"""Rows that one blend handles: eight registers of the widest kind, fewer rows waste the rest."""

_BLOCK: Final = 2 * WIDTH
"""Rows whose values (24 columns: 24 KB) and choices (62 KB at most) stay near the core."""

_NODES_MAX: Final = 511
"""Nodes of a tree with 256 exits."""

_LINE: Final = 64
"""Bytes of a cache line, on whose bounds wide loads are fast."""

ROWS_ONE_BY_ONE_MAX: Final = 32
"""Up to so many rows, going down tree by tree is faster than blending a block."""

_TREES_AT_ONCE: Final = 256
"""Trees that one row goes down abreast, so that their look-ups overlap."""


def _generated(codegen: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose instructions for the processor we write ourselves."""
    return intrinsic(codegen)  # type: ignore[no-any-return]


def _splat(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    """A vector of WIDTH equal values."""
    undefined = ir.Constant(ir.VectorType(value.type, WIDTH), ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, undefined, lanes)


def _vector_at(
    builder: ir.IRBuilder, pointer: ir.Value, offset: ir.Value, element: ir.Type
) -> ir.Value:
    """The address of WIDTH elements beginning at an offset."""
    vector = ir.PointerType(ir.VectorType(element, WIDTH))
    return builder.bitcast(builder.gep(pointer, [offset]), vector)


def _above(
    builder: ir.IRBuilder, values: ir.Value, offset: ir.Value, threshold: ir.Value
) -> ir.Value:
    """Whether WIDTH floats that begin on a cache line are above a threshold."""
    place = _vector_at(builder, values, offset, ir.FloatType())
    return builder.fcmp_ordered(">", builder.load(place, align=_LINE), _splat(builder, threshold))


@_generated
def _blend(typing: Any, x: Any, at: Any, limit: Any, choice: Any, left: Any, out: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = choice[left + WIDTH] where x[at] > limit, else choice[left]; WIDTH of each.

    The offsets must be multiples of WIDTH, and the arrays must begin on a cache line.
    """
    signature = types.void(x, types.intp, types.float32, choice, types.intp, types.intp)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        values = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        choices = arrayobj.make_array(sig.args[3])(context, builder, args[3]).data
        byte, step = ir.IntType(8), ir.Constant(args[4].type, WIDTH)
        right = builder.add(args[4], step)
        lower = builder.load(_vector_at(builder, choices, args[4], byte), align=_LINE)
        upper = builder.load(_vector_at(builder, choices, right, byte), align=_LINE)
        chosen = builder.select(_above(builder, values, args[1], args[2]), upper, lower)
        builder.store(chosen, _vector_at(builder, choices, args[5], byte), align=_LINE)
        return context.get_dummy_value()

    return signature, codegen


@_generated
def _choose(typing: Any, x: Any, at: Any, limit: Any, choice: Any, exit_: Any, out: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = exit_ + 1 where x[at] > limit, else exit_; otherwise as `_blend`."""
    signature = types.void(x, types.intp, types.float32, choice, types.uint8, types.intp)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        values = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        choices = arrayobj.make_array(sig.args[3])(context, builder, args[3]).data
        lower = _splat(builder, args[4])
        upper = _splat(builder, builder.add(args[4], ir.Constant(args[4].type, 1)))
        chosen = builder.select(_above(builder, values, args[1], args[2]), upper, lower)
        place = _vector_at(builder, choices, args[5], ir.IntType(8))
        builder.store(chosen, place, align=_LINE)
        return context.get_dummy_value()

    return signature, codegen


@_generated
def _fill(typing: Any, choice: Any, out: Any, value: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = value, WIDTH times."""
    signature = types.void(choice, types.intp, types.uint8)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        choices = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        place = _vector_at(builder, choices, args[1], ir.IntType(8))
        builder.store(_splat(builder, args[2]), place, align=_LINE)
        return context.get_dummy_value()

    return signature, codegen


def warm_up() -> None:
    """Compile every function for the types it is called with."""
    stump = layout_of(
        tree_start=np.array([0, 3]),
        feature=np.array([0, -1, -1], dtype=np.int32),
        threshold=np.zeros(3, dtype=np.float32),
        value=np.zeros(3),
        left=np.array([1, 0, 0]),
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
    return _add_by_blocks(rows, out, *layout.steps, *layout.blends)


@compiled
def _step_down(
    go: NDArray[np.int64],
    threshold: NDArray[np.float32],
    rows: NDArray[np.float32],
    r: int,
    node: int,
) -> int:
    """The child of `node` that row r goes to. (Unsigned indices spare numba a look for -1.)"""
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
    *layout: Any,  # noqa: ANN401 - `Steps`, then `Blends`
) -> int:
    """`add_up` for many rows: tree by tree over blocks of rows that stay near the core.

    The layout comes field by field, because numba takes two microseconds to look at the tuple.
    """
    steps, blends = Steps(*layout[:5]), Blends(*layout[5:])
    width = rows.shape[1]
    columns = _aligned(width * _BLOCK, rows[:0, 0])
    choice = _aligned(_NODES_MAX * WIDTH, np.empty(0, dtype=np.uint8))
    node = np.empty(WIDTH, dtype=np.int64)
    for first in range(0, len(rows), _BLOCK):
        block, sums = rows[first : first + _BLOCK], out[first : first + _BLOCK]
        bad = _transpose(block, columns)
        if bad >= 0:
            return first + bad
        sums[:] = 0.0
        for tree in range(len(blends.rest)):
            _lay_exits(blends, tree, choice)
            for start in range(0, len(block), WIDTH):
                _blend_tree(blends, tree, columns[start * width :], choice)
                part, part_sums = block[start : start + WIDTH], sums[start : start + WIDTH]
                if blends.rest[tree] == 0:
                    _add_exits(blends, tree, choice, part_sums)
                else:
                    _step_on(steps, blends, tree, choice, part, node, part_sums)
    return -1


@compiled
def _aligned(count: int, empty: NDArray[Any]) -> NDArray[Any]:
    """`count` zeros of the type of `empty`, beginning on a cache line."""
    room = np.zeros(count + _LINE, dtype=empty.dtype)
    skip = (_LINE - (room.ctypes.data & (_LINE - 1))) & (_LINE - 1)
    return room[skip // empty.itemsize :]


@compiled
def _transpose(block: NDArray[np.float32], columns: NDArray[np.float32]) -> int:
    """Write rows as columns, WIDTH rows of a column together; the first with a NaN, or -1."""
    width = block.shape[1]
    for r in range(len(block)):
        place = (r // WIDTH) * WIDTH * width + r % WIDTH
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
    """An exit chooses itself, for every row."""
    for k in range(blends.loose_start[tree], blends.loose_start[tree + 1]):
        at = np.uintp(k)
        _fill(choice, np.intp(blends.loose_node[at]) * WIDTH, blends.loose_exit[at])


@compiled
def _blend_tree(
    blends: Blends, tree: int, columns: NDArray[np.float32], choice: NDArray[np.uint8]
) -> None:
    """Every node takes over one child's choice, deepest first; the root's is the row's exit."""
    mixed = blends.mixed_start[tree]
    for k in range(blends.start[tree], mixed):
        at = np.uintp(k)
        _choose(
            columns,
            np.intp(blends.column[at]) * WIDTH,
            blends.threshold[at],
            choice,
            np.uint8(blends.left[at]),
            np.intp(blends.node[at]) * WIDTH,
        )
    for k in range(mixed, blends.start[tree + 1]):
        at = np.uintp(k)
        _blend(
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
def _step_on(
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
