"""Sum pooling layers."""

from torch import Tensor

from striate import functional as SF
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import WindowPool


class _SumPool(WindowPool):
    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.sum_pool(input, self.window, self.stride, self.padding, self.dilation, self.ceil_mode)


class SumPoolNd(AnyRank, _SumPool):
    """The sum of each window over `ndim` axes: `ndim`, then the arguments of `SumPool2d`.

    >>> import torch
    >>> SumPoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class SumPool1d(_SumPool):
    """The sum of each window over one axis; the arguments are those of `striate.functional.sum_pool`.

    >>> import torch
    >>> SumPool1d(2)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class SumPool2d(_SumPool):
    """The sum of each window over two axes; the arguments are those of `striate.functional.sum_pool`.

    >>> import torch
    >>> SumPool2d(2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class SumPool3d(_SumPool):
    """The sum of each window over three axes; the arguments are those of `striate.functional.sum_pool`.

    >>> import torch
    >>> SumPool3d(2)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
