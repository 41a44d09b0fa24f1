"""Average pooling layers: torch.nn's, with every padding and dilation."""

from typing import Any

from torch import Tensor, nn
from torch.nn.modules.pooling import _AvgPoolNd

from striate import functional as SF
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _AvgPool(_AvgPoolNd):
    spatial_axes: int

    kernel_size: Any
    stride: Any
    padding: Any
    divisor_override: int | None = None  # layers pickled by torch.nn know neither
    dilation: Ints = 1

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
        *,
        dilation: Ints = 1,
    ) -> None:
        check_window(self.spatial_axes, kernel_size, stride, padding, dilation)
        nn.Module.__init__(self)  # not super(): torch's 1-D layer takes fewer arguments than its others
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        self.dilation = dilation

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.avg_pool(
            input,
            one_an_axis(self.kernel_size, self.spatial_axes),
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
            dilation=self.dilation,
        )

    def extra_repr(self) -> str:
        """torch.nn's text, and the dilation if there is one."""
        return super().extra_repr() + ("" if self.dilation == 1 else f", dilation={self.dilation}")


class AvgPoolNd(AnyRank, _AvgPool):
    """The mean of each window over `ndim` axes: `ndim`, then the arguments of `AvgPool2d`.

    >>> import torch
    >>> AvgPoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class AvgPool1d(_AvgPool, nn.AvgPool1d):
    """The mean of each window over one axis; the arguments are those of `striate.functional.avg_pool`.

    >>> import torch
    >>> AvgPool1d(3, stride=1, padding="same")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 2, 10])
    """

    spatial_axes = 1


class AvgPool2d(_AvgPool, nn.AvgPool2d):
    """The mean of each window over two axes; the arguments are those of `striate.functional.avg_pool`.

    >>> import torch
    >>> AvgPool2d(2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class AvgPool3d(_AvgPool, nn.AvgPool3d):
    """The mean of each window over three axes; the arguments are those of `striate.functional.avg_pool`.

    >>> import torch
    >>> AvgPool3d(2)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
