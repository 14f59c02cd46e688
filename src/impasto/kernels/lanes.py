# ruff: noqa: ARG001  (numba asks for these parameters by name, needed or not)
"""Eight floats at a time: a vector type for compiled loops, which LLVM keeps in one register where the processor has them.

numba's own vectoriser works on the innermost loop alone; where that loop gathers (a window of any shape), nothing is
left to vectorise but the eight sums it feeds.
"""

from typing import Any

from impasto.kernels import use_cache

use_cache()

from llvmlite import ir  # noqa: E402
from numba.core import cgutils, types  # noqa: E402
from numba.core.datamodel import models  # noqa: E402
from numba.extending import intrinsic, register_model  # noqa: E402

_FLOAT, _INDEX = ir.FloatType(), ir.IntType(32)
_FOUR, _VECTOR, _PAIR = (ir.VectorType(_FLOAT, size) for size in (4, 8, 16))
_FUSED = ("contract",)  # a product and a sum may become one instruction; nothing else is rearranged


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Lanes")


class _Pairs(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Pairs")


_lanes, _pairs = _Lanes(), _Pairs()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


@register_model(_Pairs)
class _PairsModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _PAIR)


def _order(*lanes: int) -> Any:
    """Which lanes of two vectors, one behind the other, a shuffle takes."""
    return ir.Constant(ir.VectorType(_INDEX, len(lanes)), [ir.Constant(_INDEX, lane) for lane in lanes])


def _spread(builder: Any, value: Any) -> Any:
    """One float in all eight lanes."""
    empty = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(_INDEX, 8), [ir.Constant(_INDEX, 0)] * 8))


@intrinsic
def fill(typing: Any, value: Any) -> Any:
    """Eight times the same float32."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return _lanes(types.float32), build


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Eight floats of a contiguous float32 array (n,), from `index` on. No index is checked."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        return builder.load(builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer()), align=4)

    return _lanes(array, types.intp), build


@intrinsic
def sums_and_differences(typing: Any, array: Any, one: Any, other: Any) -> Any:
    """Of the four floats from index `one` on and the four from `other` on: four sums, then four differences."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, *indices = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        places = [builder.bitcast(builder.gep(data, [index]), _FOUR.as_pointer()) for index in indices]
        a, b = (builder.load(place, align=4) for place in places)
        return builder.shuffle_vector(builder.fadd(a, b), builder.fsub(a, b), _order(*range(8)))

    return _lanes(array, types.intp, types.intp), build


@intrinsic
def no_pair(typing: Any) -> Any:
    """Twice eight zeros: the sums of two channels, before anything is added."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(_PAIR, [ir.Constant(_FLOAT, 0.0)] * 16)

    return _pairs(), build


def _adding(first: int) -> Any:
    def operation(typing: Any, total: Any, weights: Any, values: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            total, weights, values = arguments
            channels = [channel for f in (first, first + 1) for channel in [f] * 4 + [4 + f] * 4]
            factors = builder.shuffle_vector(values, values, _order(*channels))
            twice = builder.shuffle_vector(weights, weights, _order(*range(8), *range(8)))
            return builder.fadd(total, builder.fmul(twice, factors, flags=_FUSED), flags=_FUSED)

        return _pairs(_pairs, _lanes, _lanes), build

    operation.__doc__ = f"""Total + weights * channels {first} and {first + 1} of sums_and_differences.

    The first four weights are for the sum, the last four for the difference.
    """
    return intrinsic(operation)


add_first, add_last = _adding(0), _adding(2)


@intrinsic
def add_pairs(typing: Any, a: Any, b: Any) -> Any:
    """A + b, of two channels each."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments)

    return _pairs(_pairs, _pairs), build


def _unfolding(half: int) -> Any:
    def operation(typing: Any, pair: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pair, one = arguments[0], ir.Constant(_FLOAT, 1.0)
            even, odd = (
                builder.shuffle_vector(pair, pair, _order(*[8 * half + part + k % 4 for k in range(8)])) for part in (0, 4)
            )  # fmt: skip
            signs = ir.Constant(_VECTOR, [one] * 4 + [ir.Constant(_FLOAT, -1.0)] * 4)
            return builder.fadd(even, builder.fmul(odd, signs, flags=_FUSED), flags=_FUSED)

        return _lanes(_pairs), build

    operation.__doc__ = (
        f"""Channel {half} of two: the first four lanes plus the last four, then the first four minus them."""
    )
    return intrinsic(operation)


unfold_first, unfold_last = _unfolding(0), _unfolding(1)


def _pairwise(name: str, doc: str) -> Any:
    def operation(typing: Any, a: Any, b: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, name)(*arguments, flags=_FUSED)

        return _lanes(_lanes, _lanes), build

    operation.__doc__ = doc
    return intrinsic(operation)


add = _pairwise("fadd", "a + b.")
subtract = _pairwise("fsub", "a - b.")
multiply = _pairwise("fmul", "a * b.")
divide = _pairwise("fdiv", "a / b.")


@intrinsic
def root(typing: Any, lanes: Any) -> Any:
    """Square roots of absolute values: rounding below zero does no harm."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = arguments[0]
        for name in ("llvm.fabs.v8f32", "llvm.sqrt.v8f32"):
            function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), name)
            value = builder.call(function, [value])
        return value

    return _lanes(_lanes), build


@intrinsic
def total(typing: Any, lanes: Any) -> Any:
    """The sum of all eight."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        parts = [builder.extract_element(arguments[0], ir.Constant(_INDEX, k)) for k in range(8)]
        while len(parts) > 1:
            parts = [builder.fadd(a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return types.float32(_lanes), build
