"""Instructions that numba has no name for: the bits of a float as an integer and back, and asking for memory early."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic as numba_intrinsic

READ, DATA, KEEP_IN_L2 = 0, 1, 2


def intrinsic(function: Any) -> Any:
    """Numba's decorator; the context that the function takes first is numba's to give, so callers leave it out."""
    return numba_intrinsic(function)


@intrinsic
def bits_of(typing_context: Any, number: Any) -> Any:
    """The 32 bits of a float32 as an int32."""
    return types.int32(types.float32), lambda context, builder, signature, arguments: builder.bitcast(
        arguments[0], ir.IntType(32)
    )


@intrinsic
def float_of(typing_context: Any, bits: Any) -> Any:
    """The float32 with the bits of an int32."""
    return types.float32(types.int32), lambda context, builder, signature, arguments: builder.bitcast(
        arguments[0], ir.FloatType()
    )


@intrinsic
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of ``array[index]``, to be read soon; harmless wherever it points."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte_pointer, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte_pointer)
        signature_type = ir.FunctionType(ir.VoidType(), [byte_pointer, int32, int32, int32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte_pointer], signature_type)
        builder.call(function, [address, int32(READ), int32(KEEP_IN_L2), int32(DATA)])
        return context.get_dummy_value()

    return types.void(array, index), generate
