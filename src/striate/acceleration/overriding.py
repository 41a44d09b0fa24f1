"""`override`: torch's own convolution functions run on our kernels inside a `with` block."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from striate import functional as SF
from striate.engine.guard import is_traced, why_not

_CONVOLUTIONS = {torch.conv1d: SF.conv1d, torch.conv2d: SF.conv2d, torch.conv3d: SF.conv3d}
_TRANSPOSED = {
    torch.conv_transpose1d: SF.conv_transpose1d,
    torch.conv_transpose2d: SF.conv_transpose2d,
    torch.conv_transpose3d: SF.conv_transpose3d,
}
_OURS: dict[Any, Callable[..., Tensor]] = {**_CONVOLUTIONS, **_TRANSPOSED}


def override() -> TorchFunctionMode:
    """Route torch's convolution functions to `striate.functional` inside a `with` block, in this thread.

    Covered are `torch.conv1d` to `conv3d` and `conv_transpose1d` to `conv_transpose3d`, which are also those of
    `torch.nn.functional` and what torch.nn's layers call, on plain dense CPU tensors; their backward passes follow,
    wherever they run. Everything else stays torch's: pooling, calls with tensor subclasses, under autocast or a
    transform of torch.func, what `torch.compile`, `torch.export` or `torch.jit.trace` records, and every call that
    torch refuses.
    Blocks may be nested. Inside, every call of any torch function passes through Python first, which costs 1 to 2 us,
    and a convolution's own way some 7 us; `striate.accelerate` leaves the other functions alone.

    >>> with override():
    ...     torch.nn.functional.conv2d(torch.randn(1, 8, 9, 9), torch.randn(8, 1, 3, 3), groups=8).shape
    torch.Size([1, 8, 7, 7])
    """
    return _Override()


class _Override(TorchFunctionMode):
    """torch takes the mode off its stack while `__torch_function__` runs, so that what we call there is torch's own."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        kwargs = kwargs or {}
        if func in _OURS and not is_traced():
            try:
                if (_is_ours if func in _CONVOLUTIONS else _is_ours_transposed)(*args, **kwargs):
                    return _OURS[func](*args, **kwargs)
            except (TypeError, ValueError):
                pass  # what striate refuses is torch's to refuse, in its own words
        return func(*args, **kwargs)


def _is_ours(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: str | int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,  # noqa: ARG001
    groups: int = 1,  # noqa: ARG001
) -> bool:
    """Whether torch would take this call, and our kernels may touch its tensors.

    torch refuses paddings that striate knows: negative ones, pairs, other words, and `"same"` with a stride.
    """
    if isinstance(padding, str):
        strides = (stride,) if isinstance(stride, int) else stride
        if padding != "valid" and (padding != "same" or set(strides) != {1}):
            return False
    elif not all(isinstance(n, int) and n >= 0 for n in ((padding,) if isinstance(padding, int) else padding)):
        return False
    return why_not(input, weight, bias) is None


def _is_ours_transposed(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *window: object,  # noqa: ARG001, striate refuses all that torch does
    **named: object,  # noqa: ARG001
) -> bool:
    """Whether our kernels may touch the tensors of this call."""
    return why_not(input, weight, bias) is None
