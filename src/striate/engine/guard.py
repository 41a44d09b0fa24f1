"""Who may run our kernels: plain dense CPU tensors in eager mode. Everything else sees torch's own operators."""

import torch
from torch import Tensor
from torch.autograd import forward_ad

_PLAIN = (Tensor, torch.nn.Parameter)
# Names bound once: each attribute looked up anew is 40 ns of every call.
_transforms_active = torch._C._are_functorch_transforms_active
_autocast_enabled = torch.is_autocast_enabled
_dispatch_modes = torch._C._len_torch_dispatch_stack
is_compiling = torch.compiler.is_compiling
is_tracing = torch._C._is_tracing

_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def why_not(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> str | None:
    """Return why our kernels may not touch these tensors here, or None; some 0.45 us when they may.

    Functional transforms, forward-mode AD, autocast and dispatch modes (fake tensors, counters) know torch's operators.
    """
    for tensor in (input, weight):
        if type(tensor) not in _PLAIN or not tensor.is_cpu or tensor.layout is not torch.strided:
            return _why_not_plain("input" if tensor is input else "weight", tensor)
    if bias is not None and (type(bias) not in _PLAIN or not bias.is_cpu or bias.dtype is not weight.dtype):
        return f"bias is a {type(bias).__name__} of {bias.dtype} on {bias.device}, not a plain tensor like the weight"
    if _transforms_active():
        return "a torch.func transform is active"
    if forward_ad._current_level >= 0:
        return "forward-mode AD is active"
    if _autocast_enabled("cpu"):
        return "autocast is active"
    if _dispatch_modes():
        return "a dispatch mode of torch is active"
    return None


def _why_not_plain(name: str, tensor: Tensor) -> str:
    if type(tensor) not in _PLAIN:
        return f"{name} is a {type(tensor).__name__}, not a plain tensor"
    return f"{name} is a {tensor.layout} tensor on {tensor.device}, not a dense one on the CPU"


def is_traced() -> bool:
    """Whether `torch.compile`, `torch.export` or `torch.jit.trace` records this call; they see torch's operators."""
    return is_compiling() or is_tracing()


def needs_operators(*tensors: Tensor) -> bool:
    """Whether only torch's operators know this call: subclasses, functional transforms, forward-mode AD, autocast."""
    if any(type(tensor) not in _PLAIN or tensor.layout is not torch.strided or tensor.is_meta for tensor in tensors):
        return True
    return _transforms_active() or forward_ad._current_level >= 0 or autocasts(tensors[0])


def autocasts(tensor: Tensor) -> bool:
    """Whether torch chooses the dtypes of operators on this tensor's device."""
    return not tensor.is_meta and torch.is_autocast_enabled(tensor.device.type)


def layout_of(tensor: Tensor) -> str:
    """Return `"nchw"` for a contiguous tensor, `"nhwc"` for channels_last, else `"strided"`; both is contiguous."""
    if tensor.is_contiguous():
        return "nchw"
    memory_format = _CHANNELS_LAST.get(tensor.ndim)
    channels_last = memory_format is not None and tensor.is_contiguous(memory_format=memory_format)
    return "nhwc" if channels_last else "strided"
