"""Pooling layers: torch.nn's, with every padding and dilation."""

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn.modules.pooling import _AvgPoolNd, _MaxPoolNd

from striate import functional as SF
from striate.arithmetic import Geometry
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool import MaxPooled


class _MaxPool(_MaxPoolNd):
    spatial_axes: ClassVar[int]

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        _check(self.spatial_axes, kernel_size, stride, padding, dilation)
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)  # type: ignore[arg-type]

    def forward(self, input: Tensor) -> MaxPooled:
        """Pool `input`."""
        return SF.max_pool(
            input,
            _an_axis(self.kernel_size, self.spatial_axes),
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )


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


class _AvgPool(_AvgPoolNd):
    spatial_axes: ClassVar[int]

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
        _check(self.spatial_axes, kernel_size, stride, padding, dilation)
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
            _an_axis(self.kernel_size, self.spatial_axes),
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


class GlobalMaxPool(nn.Module):
    """The maximum of each channel over all of space, of any rank; `striate.functional.global_max_pool` as a layer.

    >>> import torch
    >>> GlobalMaxPool()(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """

    def __init__(self, keepdim: bool = True) -> None:
        super().__init__()
        self.keepdim = keepdim

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_max_pool(input, self.keepdim)

    def extra_repr(self) -> str:
        """Return the arguments that are not the defaults."""
        return "" if self.keepdim else "keepdim=False"


class GlobalAvgPool(nn.Module):
    """The mean of each channel over all of space, of any rank; `striate.functional.global_avg_pool` as a layer.

    >>> import torch
    >>> GlobalAvgPool(keepdim=False)(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5])
    """

    def __init__(self, keepdim: bool = True) -> None:
        super().__init__()
        self.keepdim = keepdim

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_avg_pool(input, self.keepdim)

    def extra_repr(self) -> str:
        """Return the arguments that are not the defaults."""
        return "" if self.keepdim else "keepdim=False"


def _check(ndim: int, kernel_size: Ints, stride: Ints | None, padding: PaddingLike, dilation: Ints) -> None:
    Geometry.of(kernel_size, kernel_size if stride is None else stride, padding, dilation, ndim=ndim)


def _an_axis(kernel_size: Ints, ndim: int) -> Ints:
    """One size an axis, so that the rank is the layer's and an input without a batch is known as such."""
    return (kernel_size,) * ndim if isinstance(kernel_size, int) else kernel_size
