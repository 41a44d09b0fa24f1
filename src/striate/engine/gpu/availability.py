"""Whether Triton's kernels can run: on a GPU, or by Triton's interpreter."""

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor
from torch.autograd import forward_ad

from striate.engine.guard import needs_operators

_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@cache
def has_triton() -> bool:
    """Whether the package triton is installed, as it is beside torch's builds for CUDA."""
    return find_spec("triton") is not None


def is_interpreted() -> bool:
    """Whether Triton runs its kernels by NumPy, on the CPU: `TRITON_INTERPRET=1`, set before a kernel is loaded."""
    return os.environ.get("TRITON_INTERPRET") == "1"


def refuse_unless_triton(modes: Sequence[str], value: float, *tensors: Tensor) -> None:
    """Raise RuntimeError with the reason if Triton's kernels, which are forced, cannot take these tensors.

    Args:
        modes: a border rule for each spatial axis.
        value: the value outside the signal under the rule `"constant"`.
        tensors: input, weights and biases.
    """
    reason = _why_not(modes, value, *tensors)
    if reason is not None:
        raise RuntimeError(f"the kernel 'triton' is forced and cannot run: {reason}")


def _why_not(modes: Sequence[str], value: float, *tensors: Tensor) -> str | None:
    first = tensors[0]
    if len(modes) > 2:
        return f"its kernels have 1 or 2 spatial axes, not {len(modes)}"
    if "mean" in modes:
        return "its kernels do not know padding_mode 'mean'"
    if value != 0.0 and {"zeros", "constant"} <= set(modes):
        return "its kernels have one value outside the input, and padding_mode asks for 'zeros' and 'constant'"
    if first.dtype not in _DTYPES:
        return f"input has dtype {first.dtype}, not a real floating one"
    if any(tensor.dtype is not first.dtype for tensor in tensors):
        return "its kernels take tensors of one dtype"
    if needs_operators(*tensors) or forward_ad._current_level >= 0:
        return "a transform, an autocast or a kind of tensor that knows torch's operators only is at work"
    if first.device.type != "cuda" and not (is_interpreted() and first.is_cpu):
        return f"input is on {first.device}, not on a GPU, and TRITON_INTERPRET=1 is not set"
    if any(0 in tensor.shape for tensor in tensors):
        return "a tensor is empty"
    return None
