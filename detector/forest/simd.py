"""Instructions for the processor's widest registers, which numba would not choose by itself.

Each is written for `WIDTH` rows at once in LLVM's vector types; LLVM parts them into the registers
that the processor has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj

from detector.forest.layout import NODE_BITS

WIDTH: Final = 128
"""Rows that are handled together: eight registers of the widest kind, fewer rows waste the rest."""

LINE: Final = 64
"""Bytes of a cache line, on whose bounds wide loads are fast."""

_LANES: Final = 16
"""Rows of one vector of look-ups; WIDTH / 16 vectors wait for memory together."""


def is_gather_faster() -> bool:
    """Whether this processor gathers 16 values at once faster than one after the other.

    Measured: with AVX-512, Intel's take half the time of single steps and AMD's twice as long.
    """
    wide = binding.get_host_cpu_features().get("avx512f", False)
    return bool(wide) and not binding.get_host_cpu_name().startswith("znver")


def _generated(codegen: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose LLVM instructions this module writes."""
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
    return builder.fcmp_ordered(">", builder.load(place, align=LINE), _splat(builder, threshold))


@_generated
def blend(typing: Any, x: Any, at: Any, limit: Any, choice: Any, left: Any, out: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = choice[left + WIDTH] where x[at] > limit, else choice[left]; WIDTH of each.

    The offsets must be multiples of WIDTH, and the arrays must begin on a cache line.
    """
    signature = types.void(x, types.intp, types.float32, choice, types.intp, types.intp)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        values = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        choices = arrayobj.make_array(sig.args[3])(context, builder, args[3]).data
        byte, step = ir.IntType(8), ir.Constant(args[4].type, WIDTH)
        right = builder.add(args[4], step)
        lower = builder.load(_vector_at(builder, choices, args[4], byte), align=LINE)
        upper = builder.load(_vector_at(builder, choices, right, byte), align=LINE)
        chosen = builder.select(_above(builder, values, args[1], args[2]), upper, lower)
        builder.store(chosen, _vector_at(builder, choices, args[5], byte), align=LINE)
        return context.get_dummy_value()

    return signature, codegen


@_generated
def choose(typing: Any, x: Any, at: Any, limit: Any, choice: Any, exit_: Any, out: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = exit_ + 1 where x[at] > limit, else exit_; otherwise as `blend`."""
    signature = types.void(x, types.intp, types.float32, choice, types.uint8, types.intp)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        values = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        choices = arrayobj.make_array(sig.args[3])(context, builder, args[3]).data
        lower = _splat(builder, args[4])
        upper = _splat(builder, builder.add(args[4], ir.Constant(args[4].type, 1)))
        chosen = builder.select(_above(builder, values, args[1], args[2]), upper, lower)
        place = _vector_at(builder, choices, args[5], ir.IntType(8))
        builder.store(chosen, place, align=LINE)
        return context.get_dummy_value()

    return signature, codegen


@_generated
def fill(typing: Any, choice: Any, out: Any, value: Any) -> Any:  # noqa: ANN401, ARG001
    """choice[out] = value, WIDTH times."""
    signature = types.void(choice, types.intp, types.uint8)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        choices = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        place = _vector_at(builder, choices, args[1], ir.IntType(8))
        builder.store(_splat(builder, args[2]), place, align=LINE)
        return context.get_dummy_value()

    return signature, codegen


@_generated
def step_on(
    typing: Any,  # noqa: ANN401, ARG001
    word: Any,  # noqa: ANN401
    root: Any,  # noqa: ANN401, ARG001
    x: Any,  # noqa: ANN401
    choice: Any,  # noqa: ANN401
    exits: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401, ARG001
    value: Any,  # noqa: ANN401
    sums: Any,  # noqa: ANN401
    levels: Any,  # noqa: ANN401, ARG001
) -> Any:  # noqa: ANN401
    """Go from each row's exit to its leaf and add the leaf's value to the row's sum; WIDTH of each.

    Row r of a tree whose first node is `root` begins at the node `exits[first + choice[r]]` and
    goes `levels` levels down (at least one); `x` holds columns of WIDTH rows. See
    `detector.forest.layout.Words`.
    """
    signature = types.void(word, types.intp, x, choice, exits, types.intp, value, sums, types.intp)

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:  # noqa: ANN401
        def data(k: int) -> ir.Value:
            return arrayobj.make_array(sig.args[k])(context, builder, args[k]).data

        words = builder.gep(data(0), [args[1]])
        starts = builder.gep(data(4), [args[5]])
        nodes = [
            _gather(builder, starts, exit_, ir.IntType(32)) for exit_ in _choices(builder, data(3))
        ]
        nodes = _walk(builder, words, data(2), nodes, args[8])
        for k, node in enumerate(nodes):
            _, index = _halves(builder, _gather(builder, words, node, ir.IntType(64)))
            place = _lanes_at(builder, data(7), k, ir.DoubleType())
            added = _gather(builder, data(6), index, ir.DoubleType())
            total = builder.fadd(builder.load(place, align=8), added)
            builder.store(total, place, align=8)
        return context.get_dummy_value()

    return signature, codegen


def _walk(
    builder: ir.IRBuilder,
    words: ir.Value,
    columns: ir.Value,
    nodes: Sequence[ir.Value],
    levels: ir.Value,
) -> list[ir.Value]:
    """The nodes that vectors of nodes lead to, so many levels down."""
    before = builder.block
    loop, done = builder.append_basic_block("level"), builder.append_basic_block("leaves")
    builder.branch(loop)
    builder.position_at_end(loop)
    level = builder.phi(levels.type)
    level.add_incoming(levels.type(0), before)
    here = [builder.phi(node.type) for node in nodes]
    # All look-ups of a kind stand together, so that none waits for another's answer.
    halves = [_halves(builder, _gather(builder, words, node, ir.IntType(64))) for node in here]
    values = [_values(builder, columns, k, low) for k, (low, _) in enumerate(halves)]
    below = []
    for value, (low, high) in zip(values, halves, strict=True):
        limit = builder.bitcast(high, value.type)
        above = builder.zext(builder.fcmp_ordered(">", value, limit), low.type)
        below.append(builder.add(builder.and_(low, _all(low.type, (1 << NODE_BITS) - 1)), above))
    for phi, node, child in zip(here, nodes, below, strict=True):
        phi.add_incoming(node, before)
        phi.add_incoming(child, loop)
    following = builder.add(level, levels.type(1))
    level.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, levels), loop, done)
    builder.position_at_end(done)
    return below


def _choices(builder: ir.IRBuilder, choice: ir.Value) -> list[ir.Value]:
    """WIDTH bytes as vectors of integers."""
    wide = ir.VectorType(ir.IntType(32), _LANES)
    return [
        builder.zext(builder.load(_lanes_at(builder, choice, k, ir.IntType(8)), align=16), wide)
        for k in range(WIDTH // _LANES)
    ]


def _values(builder: ir.IRBuilder, columns: ir.Value, k: int, low: ir.Value) -> ir.Value:
    """What the k-th vector of rows has in the columns that the low halves of words name."""
    lanes = ir.Constant(low.type, [k * _LANES + lane for lane in range(_LANES)])
    column = builder.lshr(low, _all(low.type, NODE_BITS))
    place = builder.mul(column, _all(low.type, WIDTH))
    return _gather(builder, columns, builder.add(place, lanes), ir.FloatType())


def _halves(builder: ir.IRBuilder, words: ir.Value) -> tuple[ir.Value, ir.Value]:
    """The low and the high 32 bits of a vector of words."""
    both = builder.bitcast(words, ir.VectorType(ir.IntType(32), 2 * _LANES))
    undefined = ir.Constant(both.type, ir.Undefined)
    lanes = ir.VectorType(ir.IntType(32), _LANES)
    low, high = (
        builder.shuffle_vector(
            both, undefined, ir.Constant(lanes, [2 * lane + half for lane in range(_LANES)])
        )
        for half in (0, 1)
    )
    return low, high


def _gather(builder: ir.IRBuilder, base: ir.Value, index: ir.Value, element: ir.Type) -> ir.Value:
    """A vector of the elements at several indices."""
    places = builder.gep(base, [ir.IntType(32)(0)])
    # llvmlite writes only addresses of one index; LLVM makes a vector of addresses of a vector.
    places.operands[1], places.indices = index, [index]
    places.type = ir.VectorType(ir.PointerType(), _LANES)
    found = ir.VectorType(element, _LANES)
    everywhere = ir.VectorType(ir.IntType(1), _LANES)
    arguments = [places.type, ir.IntType(32), everywhere, found]
    gather = builder.module.declare_intrinsic(
        f"llvm.masked.gather.v{_LANES}{element.intrinsic_name}.v{_LANES}p0",
        (),
        ir.FunctionType(found, arguments),
    )
    return builder.call(
        gather,
        [places, ir.IntType(32)(4), _all(everywhere, 1), ir.Constant(found, ir.Undefined)],
    )


def _all(vector: ir.VectorType, number: int) -> ir.Constant:
    return ir.Constant(vector, [number] * _LANES)


def _lanes_at(builder: ir.IRBuilder, pointer: ir.Value, k: int, element: ir.Type) -> ir.Value:
    """The address of the k-th vector of elements."""
    place = builder.gep(pointer, [ir.IntType(64)(k * _LANES)])
    return builder.bitcast(place, ir.PointerType(ir.VectorType(element, _LANES)))
