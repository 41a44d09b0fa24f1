"""`override`: torch's own convolution and pooling functions run on our kernels inside a `with` block."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from striate import functional as SF
from striate.engine.guard import is_traced, why_not

_CONVOLUTIONS = {torch.conv1d: SF.conv1d, torch.conv2d: SF.conv2d, torch.conv3d: SF.conv3d}
_TRANSPOSED = {
    torch.conv_transpose1d: SF.conv_transpose1d,
    torch.conv_transpose2d: SF.conv_transpose2d,
    torch.conv_transpose3d: SF.conv_transpose3d,
}


def _max_with_indices(function: Callable[..., Any]) -> Callable[..., Any]:
    """Torch's functions of this name take `return_indices` last and do not read it."""

    def pool(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return function(*args[:6], **{**kwargs, "return_indices": True})

    return pool


_POOLINGS: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.max_pool1d: SF.max_pool1d,
    torch.max_pool2d: SF.max_pool2d,
    torch.max_pool3d: SF.max_pool3d,
    F.max_pool1d: SF.max_pool1d,
    F.max_pool2d: SF.max_pool2d,
    F.max_pool3d: SF.max_pool3d,
    F.max_pool1d_with_indices: _max_with_indices(SF.max_pool1d),
    F.max_pool2d_with_indices: _max_with_indices(SF.max_pool2d),
    F.max_pool3d_with_indices: _max_with_indices(SF.max_pool3d),
    F.avg_pool1d: SF.avg_pool1d,
    F.avg_pool2d: SF.avg_pool2d,
    F.avg_pool3d: SF.avg_pool3d,
}


def override() -> TorchFunctionMode:
    """Route torch's convolution and pooling functions to `striate.functional` inside a `with` block, in this thread.

    Covered are `conv1d` to `conv3d`, `conv_transpose1d` to `conv_transpose3d`, `max_pool1d` to `max_pool3d`, with
    indices or without, and `avg_pool1d` to `avg_pool3d` of torch and `torch.nn.functional`, which torch.nn's layers
    call, on plain dense CPU tensors; their backward passes follow, wherever they run. Everything else stays torch's:
    adaptive pooling, calls with tensor subclasses, under autocast or a transform of torch.func, what `torch.compile`,
    `torch.export` or `torch.jit.trace` records, and every call that torch refuses.
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
            ours, applies = _OURS[func]
            try:
                if applies(*args, **kwargs):
                    return ours(*args, **kwargs)
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
    return _may_touch(input, weight, bias)


def _is_ours_transposed(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,  # noqa: ARG001
    padding: int | Sequence[int] = 0,
    output_padding: object = 0,  # noqa: ARG001
    groups: object = 1,  # noqa: ARG001
    dilation: object = 1,  # noqa: ARG001
) -> bool:
    """Whether torch would take this call, which knows no negative padding and no pairs, and our kernels its tensors."""
    if isinstance(padding, str) or not all(isinstance(n, int) and n >= 0 for n in _ints(padding)):
        return False
    return _may_touch(input, weight, bias)


def _may_touch(input: Tensor, weight: Tensor, bias: Tensor | None) -> bool:
    """Whether our kernels may; torch refuses to mix real and complex tensors, which striate does not."""
    return input.dtype is weight.dtype and why_not(input, weight, bias) is None


def _is_our_pooling(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    *_others: object,
    **_named: object,
) -> bool:
    """Whether torch would take this call, and our kernels may touch its tensor.

    torch refuses paddings of more than half the window, negative ones, pairs and words; what it takes for "no stride"
    and a lone size in a list is left to it.
    """
    paddings, sizes = _ints(padding), _ints(kernel_size)
    if len(paddings) not in {1, len(sizes)} and len(sizes) != 1:
        return False
    if stride is not None and (not _ints(stride) or len(_ints(stride)) not in {1, len(sizes)}):
        return False
    widest = max(len(paddings), len(sizes))
    pairs = zip(_over(paddings, widest), _over(sizes, widest), strict=True)
    return all(isinstance(p, int) and 0 <= 2 * p <= k for p, k in pairs) and why_not(input, input) is None


def _ints(value: int | Sequence[int]) -> Sequence[int]:
    return (value,) if isinstance(value, int) else value


def _over(values: Sequence[int], count: int) -> Sequence[int]:
    return list(values) * count if len(values) == 1 else values


# Each function of torch's: ours in its place, and whether it may take a call.
_OURS: dict[Any, tuple[Callable[..., Any], Callable[..., bool]]] = {
    **{torchs: (ours, _is_ours) for torchs, ours in _CONVOLUTIONS.items()},
    **{torchs: (ours, _is_ours_transposed) for torchs, ours in _TRANSPOSED.items()},
    **{torchs: (ours, _is_our_pooling) for torchs, ours in _POOLINGS.items()},
}
