"""Unpooling layers without indices."""

from collections.abc import Sequence

from torch import Tensor, nn

from striate import functional as SF
from striate.arithmetic.arguments import choice
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis
from striate.functional.unpool import UNPOOL_MODES
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _Unpool(nn.Module):
    spatial_axes: int

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        mode: str = "nearest",
        *,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
    ) -> None:
        check_window(self.spatial_axes, kernel_size, stride, padding, dilation)
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.mode = choice(mode, UNPOOL_MODES, "mode")
        self.padding = padding
        self.dilation = dilation

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Spread each element of `input` over its window."""
        return SF.unpool(
            input,
            one_an_axis(self.kernel_size, self.spatial_axes),
            self.stride,
            self.mode,
            padding=self.padding,
            dilation=self.dilation,
            output_size=output_size,
        )

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, mode={self.mode}, padding={self.padding}, "
            f"dilation={self.dilation}"
        )


class UnpoolNd(AnyRank, _Unpool):
    """Each element spread over its window over `ndim` axes: `ndim`, then the arguments of `Unpool2d`.

    >>> import torch
    >>> UnpoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 8, 8, 8, 8])
    """


class Unpool1d(_Unpool):
    """Each element spread over its window, over one axis; the arguments are those of `striate.functional.unpool`.

    >>> import torch
    >>> Unpool1d(2, mode="corner")(torch.randn(1, 2, 4)).shape
    torch.Size([1, 2, 8])
    """

    spatial_axes = 1


class Unpool2d(_Unpool):
    """Each element spread over its window, over two axes; the arguments are those of `striate.functional.unpool`.

    >>> import torch
    >>> Unpool2d(2, mode="corner")(torch.randn(1, 2, 4, 4)).shape
    torch.Size([1, 2, 8, 8])
    """

    spatial_axes = 2


class Unpool3d(_Unpool):
    """Each element spread over its window, over three axes; the arguments are those of `striate.functional.unpool`.

    >>> import torch
    >>> Unpool3d(2, mode="corner")(torch.randn(1, 2, 4, 4, 4)).shape
    torch.Size([1, 2, 8, 8, 8])
    """

    spatial_axes = 3
