"""Fractional max pooling layers: torch.nn's, and that over one axis."""

from typing import Any

from torch import Tensor, nn

from striate import functional as SF
from striate.arithmetic.adaptive import ratios_argument
from striate.arithmetic.arguments import integers
from striate.functional.conv import Ints
from striate.functional.fractional_pool import Ratios
from striate.functional.max_pool import MaxPooled
from striate.nn.any_rank import AnyRank


class _FractionalMaxPool(nn.Module):
    spatial_axes: int

    kernel_size: Any
    output_size: Any
    output_ratio: Any
    _random_samples: Tensor | None

    def __init__(
        self,
        kernel_size: Ints,
        output_size: Ints | None = None,
        output_ratio: Ratios | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        nn.Module.__init__(self)  # not super(): torch.nn's faces, next in line, have no common base
        ndim = self.spatial_axes
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"give one of output_size and output_ratio, but got {output_size} and {output_ratio}")
        self.kernel_size = integers(kernel_size, ndim, "kernel_size", 1)
        self.output_size = None if output_size is None else integers(output_size, ndim, "output_size", 1)
        self.output_ratio = None if output_ratio is None else ratios_argument(output_ratio, ndim)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)

    def forward(self, input: Tensor) -> MaxPooled:
        """Pool `input`."""
        return SF.fractional_max_pool(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )

    def extra_repr(self) -> str:
        """Return the arguments."""
        asked = f"output_ratio={self.output_ratio}" if self.output_size is None else f"output_size={self.output_size}"
        return f"kernel_size={self.kernel_size}, {asked}"


class FractionalMaxPoolNd(AnyRank, _FractionalMaxPool):
    """Fractional maxima over `ndim` axes: `ndim`, then the arguments of `FractionalMaxPool2d`.

    >>> import torch
    >>> FractionalMaxPoolNd(4, 2, 3)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 3, 3, 3, 3])
    """


class FractionalMaxPool1d(_FractionalMaxPool):
    """Fractional maxima over one axis; the arguments are those of `striate.functional.fractional_max_pool`.

    >>> import torch
    >>> FractionalMaxPool1d(2, 6)(torch.randn(1, 2, 9)).shape
    torch.Size([1, 2, 6])
    """

    spatial_axes = 1


class FractionalMaxPool2d(_FractionalMaxPool, nn.FractionalMaxPool2d):
    """Fractional maxima over two axes; the arguments are those of `striate.functional.fractional_max_pool`.

    >>> import torch
    >>> FractionalMaxPool2d(2, 6)(torch.randn(1, 2, 9, 9)).shape
    torch.Size([1, 2, 6, 6])
    """

    spatial_axes = 2


class FractionalMaxPool3d(_FractionalMaxPool, nn.FractionalMaxPool3d):
    """Fractional maxima over three axes; the arguments are those of `striate.functional.fractional_max_pool`.

    >>> import torch
    >>> FractionalMaxPool3d(2, 6)(torch.randn(1, 2, 9, 9, 9)).shape
    torch.Size([1, 2, 6, 6, 6])
    """

    spatial_axes = 3
