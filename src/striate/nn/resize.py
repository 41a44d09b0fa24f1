"""Layers that resize, then convolve."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from striate.arithmetic import resized_size
from striate.arithmetic.arguments import integer
from striate.functional.conv import Ints, PaddingLike
from striate.functional.resize import Scales, check_mode, resize_conv
from striate.nn.conv import ConvNd
from striate.nn.lazy import _LazyFace


class ResizeConvNd(ConvNd):
    """A layer over `ndim` axes that resizes its input, then convolves it: upsampling without checkerboards.

    It stands where a transposed convolution of stride `scale_factor` would; `striate.functional.resize_conv` has the
    formula, and `striate.checkerboard_score` shows the difference.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        scale_factor: how many times as large each axis becomes, a number or one an axis; 2 where no `size` is given.
        padding: as for `ConvNd`, of the resized input.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule of the resized input, or one an axis; `"symmetric"` leaves no darker border.
        device: device of the parameters.
        dtype: dtype of the parameters.
        size: the resized spatial size instead of a scale factor, an int or one an axis.
        mode: `"nearest"`, `"nearest-exact"`, `"linear"`, `"cubic"` or `"area"`.
        align_corners: of `"linear"` and `"cubic"`, as in `torch.nn.functional.interpolate`.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; under `"same"` T is `striate.arithmetic.resized_size` of S.

    Raises:
        ValueError: a size below 1, `scale_factor` and `size` at once, an unknown word or mode.

    Source: A. Odena, V. Dumoulin, C. Olah, "Deconvolution and checkerboard artifacts", 2016.

    >>> ResizeConvNd(4, 2, 3, kernel_size=3)(torch.randn(1, 2, 3, 2, 3, 2)).shape
    torch.Size([1, 3, 6, 4, 6, 4])
    """

    def __init__(
        self,
        ndim: int,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        scale_factor: Scales | None = None,
        padding: PaddingLike = "same",
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        size: Ints | None = None,
        mode: str = "nearest",
        align_corners: bool = False,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        check_mode(mode, align_corners)
        scale_factor = 2 if scale_factor is None and size is None else scale_factor
        resized_size((2**30,) * integer(ndim, "ndim", 1), scale_factor, size)  # refuses what no input could have
        ConvNd.__init__(
            self,
            ndim,
            in_channels,
            out_channels,
            kernel_size,
            1,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )
        self.scale_factor, self.size = scale_factor, size
        self.mode, self.align_corners = mode, align_corners

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return resize_conv(
            input,
            weight,
            bias,
            self.scale_factor,
            self.padding,
            self.dilation,
            self.groups,
            size=self.size,
            mode=self.mode,
            align_corners=self.align_corners,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def extra_repr(self) -> str:
        """`ConvNd`'s text with the resizing in the place of the stride."""
        how = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        how += f", mode={self.mode}" + ", align_corners=True" * self.align_corners
        return super().extra_repr().replace(f"stride={self.stride}", how)


class _Face(ResizeConvNd):
    """A layer of a fixed number of axes."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        scale_factor: Scales | None = None,
        padding: PaddingLike = "same",
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        size: Ints | None = None,
        mode: str = "nearest",
        align_corners: bool = False,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            in_channels,
            out_channels,
            kernel_size,
            scale_factor,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            size=size,
            mode=mode,
            align_corners=align_corners,
            padding_value=padding_value,
            flip=flip,
        )


class ResizeConv1d(_Face):
    """Resizes one axis, then convolves, (N, C, L); the arguments are those of `ResizeConvNd` without `ndim`.

    >>> ResizeConv1d(2, 4, 3, mode="linear")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 20])
    """

    spatial_axes = 1


class ResizeConv2d(_Face):
    """Resizes two axes, then convolves, (N, C, H, W); the arguments are those of `ResizeConvNd` without `ndim`.

    >>> ResizeConv2d(8, 3, 3, padding_mode="symmetric")(torch.randn(1, 8, 5, 5)).shape
    torch.Size([1, 3, 10, 10])
    """

    spatial_axes = 2


class ResizeConv3d(_Face):
    """Resizes three axes, then convolves, (N, C, D, H, W); the arguments are those of `ResizeConvNd` without `ndim`.

    >>> ResizeConv3d(4, 2, 3, size=(4, 6, 6))(torch.randn(1, 4, 3, 4, 4)).shape
    torch.Size([1, 2, 4, 6, 6])
    """

    spatial_axes = 3


class _Lazy(_LazyFace):
    """A lazy layer with the defaults of this one."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        scale_factor: Scales | None = None,
        padding: PaddingLike = "same",
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        **only_named: Any,  # noqa: ANN401
    ) -> None:
        scales: Any = scale_factor  # in the place of a stride
        super().__init__(
            out_channels,
            kernel_size,
            scales,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            **only_named,
        )


class LazyResizeConv1d(_Lazy, ResizeConv1d):  # type: ignore[misc]
    """`ResizeConv1d` without `in_channels`, which the first input tells.

    >>> LazyResizeConv1d(4, 3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 16])
    """

    cls_to_become = ResizeConv1d


class LazyResizeConv2d(_Lazy, ResizeConv2d):  # type: ignore[misc]
    """`ResizeConv2d` without `in_channels`, which the first input tells.

    >>> LazyResizeConv2d(4, 3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 16, 16])
    """

    cls_to_become = ResizeConv2d


class LazyResizeConv3d(_Lazy, ResizeConv3d):  # type: ignore[misc]
    """`ResizeConv3d` without `in_channels`, which the first input tells.

    >>> LazyResizeConv3d(4, 3)(torch.randn(1, 2, 4, 4, 4)).shape
    torch.Size([1, 4, 8, 8, 8])
    """

    cls_to_become = ResizeConv3d
