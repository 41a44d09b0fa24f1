"""Max pooling layers that alias less."""

from collections.abc import Sequence

from torch import Tensor

from striate import functional as SF
from striate.arithmetic import padding_mode_argument
from striate.arithmetic.arguments import integers
from striate.functional.conv import Ints, PaddingLike
from striate.nn.any_rank import AnyRank
from striate.nn.pool_window import WindowPool


class _MaxBlurPool(WindowPool):
    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        *,
        blur_size: Ints = 3,
        padding_mode: str | Sequence[str] = "reflect",
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation)
        integers(blur_size, self.spatial_axes, "blur_size", 1)
        padding_mode_argument(padding_mode, self.spatial_axes)
        self.blur_size = blur_size
        self.padding_mode = padding_mode

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        how = self.window, self.stride, self.padding, self.dilation
        return SF.max_blur_pool(input, *how, blur_size=self.blur_size, padding_mode=self.padding_mode)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"blur_size={self.blur_size}, padding_mode={self.padding_mode}"
        )


class MaxBlurPoolNd(AnyRank, _MaxBlurPool):
    """A maximum, a blur and a stride over `ndim` axes: `ndim`, then the arguments of `MaxBlurPool2d`.

    >>> import torch
    >>> MaxBlurPoolNd(4, 2)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class MaxBlurPool1d(_MaxBlurPool):
    """A maximum, a blur and a stride over one axis; the arguments are those of `striate.functional.max_blur_pool`.

    >>> import torch
    >>> MaxBlurPool1d(2)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class MaxBlurPool2d(_MaxBlurPool):
    """A maximum, a blur and a stride over two axes; the arguments are those of `striate.functional.max_blur_pool`.

    >>> import torch
    >>> MaxBlurPool2d(2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class MaxBlurPool3d(_MaxBlurPool):
    """A maximum, a blur and a stride over three axes; the arguments are those of `striate.functional.max_blur_pool`.

    >>> import torch
    >>> MaxBlurPool3d(2)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
