"""Average pooling of any rank."""

from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.engine import pooling
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis, pool_window


def avg_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    r"""Take the mean of each window, over as many axes as `kernel_size` has.

    $$y_o = \frac{1}{D_o} \sum_t x_{o \cdot stride - before + t \cdot dilation}$$

    Args:
        input: (N, C, *S), real or complex; (C, *S) where `kernel_size` is a sequence.
        kernel_size: an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: an int or one an axis; `kernel_size` if None.
        padding: as in `striate.functional.conv`, words and pairs included.
        ceil_mode: let a last window hang over the end, if it starts inside the input or the padding before it.
        count_include_pad: divide by the elements of input and padding in the window; if False, of the input alone, as
            TensorFlow does. What hangs over by `ceil_mode` is never counted. A window that counts none gives 0.
        divisor_override: divide by this instead of that count D.
        dilation: step between two taps, an int or one an axis.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: sizes that do not fit, an unknown word, or a `divisor_override` of 0.

    >>> import torch
    >>> avg_pool(torch.arange(5.0).reshape(1, 1, 5), 2, ceil_mode=True)
    tensor([[[0.5000, 2.5000, 4.0000]]])
    """
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    if divisor_override is not None and integer(divisor_override, "divisor_override") == 0:
        raise ValueError("divisor_override must not be 0")
    batched = input if input.ndim == geometry.ndim + 2 else input.unsqueeze(0)
    pooled = pooling.avg_pool(batched, geometry, ceil_mode, count_include_pad, divisor_override)
    return pooled if batched is input else pooled.squeeze(0)


def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> avg_pool1d(torch.randn(1, 3, 9), 3, dilation=2).shape
    torch.Size([1, 3, 2])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )


def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> avg_pool2d(torch.randn(1, 3, 9, 9), 2, padding="same").shape
    torch.Size([1, 3, 5, 5])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )


def avg_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> avg_pool3d(torch.randn(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )
