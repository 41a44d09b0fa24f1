"""Lp pooling layers: torch.nn's, with the true norm and every padding and dilation."""

from torch import Tensor, nn
from torch.nn.modules.pooling import _LPPoolNd

from striate import functional as SF
from striate.engine.norms import norm_type_argument
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import check_window


class _LpPool(_LPPoolNd):
    spatial_axes: int

    padding: PaddingLike = 0  # layers pickled by torch.nn know neither
    dilation: Ints = 1

    def __init__(
        self,
        norm_type: float,
        kernel_size: Ints,
        stride: Ints | None = None,
        ceil_mode: bool = False,
        *,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
    ) -> None:
        norm_type_argument(norm_type)
        check_window(self.spatial_axes, kernel_size, stride, padding, dilation)
        super().__init__(norm_type, kernel_size, stride, ceil_mode)  # type: ignore[arg-type]
        self.padding = padding
        self.dilation = dilation

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.lp_pool(
            input,
            self.norm_type,
            one_an_axis(self.kernel_size, self.spatial_axes),
            self.stride,
            self.ceil_mode,
            padding=self.padding,
            dilation=self.dilation,
        )

    def extra_repr(self) -> str:
        """torch.nn's text, and what torch.nn does not know."""
        padding = "" if self.padding == 0 else f", padding={self.padding}"
        return super().extra_repr() + padding + ("" if self.dilation == 1 else f", dilation={self.dilation}")


class LpPoolNd(AnyRank, _LpPool):
    """The p-norm of each window over `ndim` axes: `ndim`, then the arguments of `LpPool2d`.

    >>> import torch
    >>> LpPoolNd(4, 2, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class LpPool1d(_LpPool, nn.LPPool1d):
    """The p-norm of each window over one axis; the arguments are those of `striate.functional.lp_pool`.

    >>> import torch
    >>> LpPool1d(2, 3, 2, padding="same")(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class LpPool2d(_LpPool, nn.LPPool2d):
    """The p-norm of each window over two axes; the arguments are those of `striate.functional.lp_pool`.

    >>> import torch
    >>> LpPool2d(2, 3, 2, padding="same")(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class LpPool3d(_LpPool, nn.LPPool3d):
    """The p-norm of each window over three axes; the arguments are those of `striate.functional.lp_pool`.

    >>> import torch
    >>> LpPool3d(2, 3, 2, padding="same")(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
