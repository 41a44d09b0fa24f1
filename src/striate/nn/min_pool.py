"""Min pooling layers."""

from torch import Tensor

from striate import functional as SF
from striate.functional.conv import Ints, PaddingLike
from striate.functional.max_pool import MaxPooled
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import WindowPool


class _MinPool(WindowPool):
    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation, ceil_mode)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> MaxPooled:
        """Pool `input`."""
        return SF.min_pool(
            input, self.window, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )


class MinPoolNd(AnyRank, _MinPool):
    """The minimum of each window over `ndim` axes: `ndim`, then the arguments of `MinPool2d`.

    >>> import torch
    >>> MinPoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class MinPool1d(_MinPool):
    """The minimum of each window over one axis; the arguments are those of `striate.functional.min_pool`.

    >>> import torch
    >>> MinPool1d(3, 2, "same")(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class MinPool2d(_MinPool):
    """The minimum of each window over two axes; the arguments are those of `striate.functional.min_pool`.

    >>> import torch
    >>> MinPool2d(3, 2, "same")(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class MinPool3d(_MinPool):
    """The minimum of each window over three axes; the arguments are those of `striate.functional.min_pool`.

    >>> import torch
    >>> MinPool3d(3, 2, "same")(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
