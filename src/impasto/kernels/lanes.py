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
_VECTOR = ir.VectorType(_FLOAT, 8)
_FUSED = ("contract",)  # a product and a sum may become one instruction; nothing else is rearranged


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Lanes")


_lanes = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


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
def add_scaled(typing: Any, total: Any, lanes: Any, factor: Any) -> Any:
    """Total + lanes * factor, for one float32 factor."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        total, lanes, factor = arguments
        return builder.fadd(total, builder.fmul(lanes, _spread(builder, factor), flags=_FUSED), flags=_FUSED)

    return _lanes(_lanes, _lanes, types.float32), build


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
