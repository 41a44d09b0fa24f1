"""What the pooling layers have in common: a window."""

from torch import nn

from striate.arithmetic import Geometry
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis


def check_window(ndim: int, kernel_size: Ints, stride: Ints | None, padding: PaddingLike, dilation: Ints) -> None:
    """Raise at construction what no input could fit."""
    Geometry.of(kernel_size, kernel_size if stride is None else stride, padding, dilation, ndim=ndim)


class WindowPool(nn.Module):
    """The base of the pooling layers that torch.nn lacks."""

    spatial_axes: int

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        ceil_mode: bool = False,
    ) -> None:
        check_window(self.spatial_axes, kernel_size, stride, padding, dilation)
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    @property
    def window(self) -> Ints:
        """One size an axis."""
        return one_an_axis(self.kernel_size, self.spatial_axes)

    def extra_repr(self) -> str:
        """Return the arguments as torch.nn's pooling layers do."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )
