"""Max pooling layers: torch.nn's, with every padding."""

from torch import Tensor, nn
from torch.nn.modules.pooling import _MaxPoolNd

from striate import functional as SF
from striate.functional.conv import Ints, PaddingLike
from striate.functional.max_pool import MaxPooled
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _MaxPool(_MaxPoolNd):
    spatial_axes: int

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        check_window(self.spatial_axes, kernel_size, stride, padding, dilation)
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)  # type: ignore[arg-type]

    def forward(self, input: Tensor) -> MaxPooled:
        """Pool `input`."""
        return SF.max_pool(
            input,
            one_an_axis(self.kernel_size, self.spatial_axes),
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )


class MaxPoolNd(AnyRank, _MaxPool):
    """The maximum of each window over `ndim` axes: `ndim`, then the arguments of `MaxPool2d`.

    >>> import torch
    >>> MaxPoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class MaxPool1d(_MaxPool, nn.MaxPool1d):
    """The maximum of each window over one axis; the arguments are those of `striate.functional.max_pool`.

    >>> import torch
    >>> MaxPool1d(3, padding="same")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class MaxPool2d(_MaxPool, nn.MaxPool2d):
    """The maximum of each window over two axes; the arguments are those of `striate.functional.max_pool`.

    >>> import torch
    >>> MaxPool2d(2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class MaxPool3d(_MaxPool, nn.MaxPool3d):
    """The maximum of each window over three axes; the arguments are those of `striate.functional.max_pool`.

    >>> import torch
    >>> MaxPool3d(2)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
