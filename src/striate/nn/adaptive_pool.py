"""Adaptive pooling layers: torch.nn's, and that of the p-norm."""

from torch import Tensor, nn
from torch.nn.modules.pooling import _AdaptiveAvgPoolNd, _AdaptiveMaxPoolNd

from striate import functional as SF
from striate.arithmetic.adaptive import adaptive_size
from striate.engine.norms import norm_type_argument
from striate.functional.adaptive_pool import OutputSize
from striate.functional.max_pool import MaxPooled
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank


class _AdaptiveMaxPool(_AdaptiveMaxPoolNd):
    spatial_axes: int

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        adaptive_size(output_size, (1,) * self.spatial_axes)
        super().__init__(output_size, return_indices)  # type: ignore[arg-type]

    def forward(self, input: Tensor) -> MaxPooled:
        """Pool `input`."""
        return SF.adaptive_max_pool(input, one_an_axis(self.output_size, self.spatial_axes), self.return_indices)


class AdaptiveMaxPoolNd(AnyRank, _AdaptiveMaxPool):
    """Adaptive maxima over `ndim` axes: `ndim`, then the arguments of `AdaptiveMaxPool2d`.

    >>> import torch
    >>> AdaptiveMaxPoolNd(4, 3)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 3, 3, 3, 3])
    """


class AdaptiveMaxPool1d(_AdaptiveMaxPool, nn.AdaptiveMaxPool1d):
    """Adaptive maxima over one axis; the arguments are those of `striate.functional.adaptive_max_pool`.

    >>> import torch
    >>> AdaptiveMaxPool1d(4)(torch.randn(1, 2, 9)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool, nn.AdaptiveMaxPool2d):
    """Adaptive maxima over two axes; the arguments are those of `striate.functional.adaptive_max_pool`.

    >>> import torch
    >>> AdaptiveMaxPool2d(4)(torch.randn(1, 2, 9, 9)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool, nn.AdaptiveMaxPool3d):
    """Adaptive maxima over three axes; the arguments are those of `striate.functional.adaptive_max_pool`.

    >>> import torch
    >>> AdaptiveMaxPool3d(4)(torch.randn(1, 2, 9, 9, 9)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3


class _AdaptiveAvgPool(_AdaptiveAvgPoolNd):
    spatial_axes: int

    def __init__(self, output_size: OutputSize) -> None:
        adaptive_size(output_size, (1,) * self.spatial_axes)
        super().__init__(output_size)  # type: ignore[arg-type]

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.adaptive_avg_pool(input, one_an_axis(self.output_size, self.spatial_axes))


class AdaptiveAvgPoolNd(AnyRank, _AdaptiveAvgPool):
    """Adaptive means over `ndim` axes: `ndim`, then the arguments of `AdaptiveAvgPool2d`.

    >>> import torch
    >>> AdaptiveAvgPoolNd(4, 3)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 3, 3, 3, 3])
    """


class AdaptiveAvgPool1d(_AdaptiveAvgPool, nn.AdaptiveAvgPool1d):
    """Adaptive means over one axis; the arguments are those of `striate.functional.adaptive_avg_pool`.

    >>> import torch
    >>> AdaptiveAvgPool1d(4)(torch.randn(1, 2, 9)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool, nn.AdaptiveAvgPool2d):
    """Adaptive means over two axes; the arguments are those of `striate.functional.adaptive_avg_pool`.

    >>> import torch
    >>> AdaptiveAvgPool2d(4)(torch.randn(1, 2, 9, 9)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool, nn.AdaptiveAvgPool3d):
    """Adaptive means over three axes; the arguments are those of `striate.functional.adaptive_avg_pool`.

    >>> import torch
    >>> AdaptiveAvgPool3d(4)(torch.randn(1, 2, 9, 9, 9)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3


class _AdaptiveLpPool(nn.Module):
    spatial_axes: int

    def __init__(self, norm_type: float, output_size: OutputSize) -> None:
        norm_type_argument(norm_type)
        adaptive_size(output_size, (1,) * self.spatial_axes)
        super().__init__()
        self.norm_type = norm_type
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.adaptive_lp_pool(input, self.norm_type, one_an_axis(self.output_size, self.spatial_axes))

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"norm_type={self.norm_type}, output_size={self.output_size}"


class AdaptiveLpPoolNd(AnyRank, _AdaptiveLpPool):
    """Adaptive p-norms over `ndim` axes: `ndim`, then the arguments of `AdaptiveLpPool2d`.

    >>> import torch
    >>> AdaptiveLpPoolNd(4, 2, 3)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 3, 3, 3, 3])
    """


class AdaptiveLpPool1d(_AdaptiveLpPool):
    """Adaptive p-norms over one axis; the arguments are those of `striate.functional.adaptive_lp_pool`.

    >>> import torch
    >>> AdaptiveLpPool1d(2, 4)(torch.randn(1, 2, 9)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class AdaptiveLpPool2d(_AdaptiveLpPool):
    """Adaptive p-norms over two axes; the arguments are those of `striate.functional.adaptive_lp_pool`.

    >>> import torch
    >>> AdaptiveLpPool2d(2, 4)(torch.randn(1, 2, 9, 9)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class AdaptiveLpPool3d(_AdaptiveLpPool):
    """Adaptive p-norms over three axes; the arguments are those of `striate.functional.adaptive_lp_pool`.

    >>> import torch
    >>> AdaptiveLpPool3d(2, 4)(torch.randn(1, 2, 9, 9, 9)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
