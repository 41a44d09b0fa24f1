"""Compile each of Triton's kernels to machine code, and print its name."""

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from striate.engine.gpu import dense, depthwise, local, separable

KERNELS = (
    depthwise._forward,
    depthwise._backward_data,
    depthwise._backward_weight,
    dense._forward,
    separable._forward,
    local._forward,
)
CONSTANTS = {
    **dict.fromkeys(("KH", "KW", "STRIDE_W", "DILATION_H", "MODE_H"), 2),
    **dict.fromkeys(("STRIDE_H", "DILATION_W", "MODE_W"), 1),
    **dict.fromkeys(("HAS_BIAS", "HAS_DEPTHWISE_BIAS"), True),
    **dict.fromkeys(("POSITIONS", "CHANNELS", "FILTERS", "SAMPLES", "PRODUCTS"), 16),
    "ACTIVATION": 4,
    "ACCUMULATOR": tl.float32,
    "PRECISION": "tf32",
}
NUMBERS = {"value": "fp32", "parts": "*fp32"}
TENSORS = {
    *("input", "weight", "bias", "output", "grad", "sent", "extended"),
    *("depthwise", "depthwise_bias", "pointwise"),
}


def compile_for_gpu(kernel: triton.JITFunction) -> None:
    names = kernel.arg_names
    constants = {(names.index(name),): value for name, value in CONSTANTS.items() if name in names}
    signature = {
        name: "constexpr" if name in CONSTANTS else NUMBERS.get(name, "*fp16" if name in TENSORS else "i32")
        for name in names
    }
    triton.compile(ASTSource(kernel, signature=signature, constexprs=constants), target=GPUTarget("cuda", 90, 32))


for kernel in KERNELS:
    compile_for_gpu(kernel)
    print(kernel.fn.__module__.rpartition(".")[2] + kernel.fn.__name__)  # noqa: T201, what the test counts
