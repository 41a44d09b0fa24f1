"""Max unpooling layers: torch.nn's, with every padding and dilation."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.pooling import _MaxUnpoolNd

from striate import functional as SF
from striate.arithmetic.arguments import integers
from striate.functional.conv import Ints, PaddingLike
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _MaxUnpool(_MaxUnpoolNd):
    spatial_axes: int

    kernel_size: Any
    stride: Any
    padding: Any
    dilation: Ints = 1  # layers pickled by torch.nn know none

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        *,
        dilation: Ints = 1,
    ) -> None:
        ndim = self.spatial_axes
        check_window(ndim, kernel_size, stride, padding, dilation)
        nn.Module.__init__(self)  # not super(): torch.nn's faces turn the padding into ints
        self.kernel_size = integers(kernel_size, ndim, "kernel_size", 1)
        self.stride = integers(kernel_size if stride is None else stride, ndim, "stride", 1)
        self.padding = (padding,) * ndim if isinstance(padding, int) else padding
        self.dilation = dilation

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Put the elements of `input` back where `indices` found them."""
        how = self.kernel_size, self.stride, self.padding, output_size
        return SF.max_unpool(input, indices, *how, dilation=self.dilation)

    def extra_repr(self) -> str:
        """torch.nn's text, and the dilation if there is one."""
        return super().extra_repr() + ("" if self.dilation == 1 else f", dilation={self.dilation}")


class MaxUnpoolNd(AnyRank, _MaxUnpool):
    """What max pooling found, put back over `ndim` axes: `ndim`, then the arguments of `MaxUnpool2d`.

    >>> import torch
    >>> values = torch.randn(1, 2, 4, 4, 4, 4)
    >>> MaxUnpoolNd(4, 2)(values, torch.arange(256).reshape(4, 4, 4, 4).expand(values.shape)).shape
    torch.Size([1, 2, 8, 8, 8, 8])
    """


class MaxUnpool1d(_MaxUnpool, nn.MaxUnpool1d):
    """What max pooling over one axis found, put back; the arguments are those of `striate.functional.max_unpool`.

    >>> import torch
    >>> values, indices = torch.nn.MaxPool1d(2, return_indices=True)(torch.randn(1, 2, 8))
    >>> MaxUnpool1d(2)(values, indices).shape
    torch.Size([1, 2, 8])
    """

    spatial_axes = 1


class MaxUnpool2d(_MaxUnpool, nn.MaxUnpool2d):
    """What max pooling over two axes found, put back; the arguments are those of `striate.functional.max_unpool`.

    >>> import torch
    >>> values, indices = torch.nn.MaxPool2d(2, return_indices=True)(torch.randn(1, 2, 8, 8))
    >>> MaxUnpool2d(2)(values, indices).shape
    torch.Size([1, 2, 8, 8])
    """

    spatial_axes = 2


class MaxUnpool3d(_MaxUnpool, nn.MaxUnpool3d):
    """What max pooling over three axes found, put back; the arguments are those of `striate.functional.max_unpool`.

    >>> import torch
    >>> values, indices = torch.nn.MaxPool3d(2, return_indices=True)(torch.randn(1, 2, 8, 8, 8))
    >>> MaxUnpool3d(2)(values, indices).shape
    torch.Size([1, 2, 8, 8, 8])
    """

    spatial_axes = 3
