"""Blurred downsampling layers."""

from collections.abc import Sequence

from torch import Tensor, nn

from striate import functional as SF
from striate.arithmetic import padding_mode_argument
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _BlurPool(nn.Module):
    spatial_axes: int

    def __init__(
        self,
        kernel_size: Ints = 3,
        stride: Ints = 2,
        padding: PaddingLike | None = None,
        *,
        padding_mode: str | Sequence[str] = "reflect",
    ) -> None:
        check_window(self.spatial_axes, kernel_size, stride, 0 if padding is None else padding, 1)
        padding_mode_argument(padding_mode, self.spatial_axes)
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.padding_mode = padding_mode

    def forward(self, input: Tensor) -> Tensor:
        """Blur and subsample `input`."""
        kernel_size = one_an_axis(self.kernel_size, self.spatial_axes)
        return SF.blur_pool(input, kernel_size, self.stride, self.padding, padding_mode=self.padding_mode)

    def extra_repr(self) -> str:
        """Return the arguments that are not None."""
        padding = "" if self.padding is None else f"padding={self.padding}, "
        return f"kernel_size={self.kernel_size}, stride={self.stride}, {padding}padding_mode={self.padding_mode}"


class BlurPoolNd(AnyRank, _BlurPool):
    """A binomial blur and a stride over `ndim` axes: `ndim`, then the arguments of `BlurPool2d`.

    >>> import torch
    >>> BlurPoolNd(4)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class BlurPool1d(_BlurPool):
    """A binomial blur and a stride over one axis; the arguments are those of `striate.functional.blur_pool`.

    >>> import torch
    >>> BlurPool1d()(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class BlurPool2d(_BlurPool):
    """A binomial blur and a stride over two axes; the arguments are those of `striate.functional.blur_pool`.

    >>> import torch
    >>> BlurPool2d()(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class BlurPool3d(_BlurPool):
    """A binomial blur and a stride over three axes; the arguments are those of `striate.functional.blur_pool`.

    >>> import torch
    >>> BlurPool3d()(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
