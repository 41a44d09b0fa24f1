"""Depthwise convolution layers."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from striate.arithmetic.arguments import integer
from striate.engine.activation import activation_argument
from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.lazy import LazyLayer


class DepthwiseConvNd(ConvNd):
    """A convolution layer over `ndim` axes that filters each channel by itself; it is a `ConvNd` of as many groups.

    Args:
        ndim: number of spatial axes, any from 1 up.
        channels: channels of the input.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as for `ConvNd`, and so are the arguments below.
        dilation: step between two taps, an int or one an axis.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        multiplier: filters a channel; outputs `multiplier * c` and the next ones see channel c.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.
        activation: what the result goes through, one of those of `striate.functional.conv`, or None.

    Shape:
        (N, C, *S) to (N, C * multiplier, *T), or without N.

    Raises:
        ValueError: a size below 1, an unknown word or mode.

    Source: L. Sifre, "Rigid-motion scattering for image classification", 2014, section 6.2.

    >>> DepthwiseConvNd(4, 2, kernel_size=2, multiplier=3)(torch.randn(1, 2, 5, 5, 5, 5)).shape
    torch.Size([1, 6, 4, 4, 4, 4])
    """

    def __init__(
        self,
        ndim: int,
        channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        multiplier: int = 1,
        padding_value: float = 0.0,
        flip: bool = False,
        activation: str | None = None,
    ) -> None:
        channels = integer(channels, "channels", 0)
        ConvNd.__init__(
            self,
            ndim,
            channels,
            channels * integer(multiplier, "multiplier", 1),
            kernel_size,
            stride,
            padding,
            dilation,
            channels or 1,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )
        self.multiplier = multiplier
        self.activation = activation_argument(activation)


class _Face(DepthwiseConvNd):
    """A layer of a fixed number of axes."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        multiplier: int = 1,
        padding_value: float = 0.0,
        flip: bool = False,
        activation: str | None = None,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            channels,
            kernel_size,
            stride,
            padding,
            dilation,
            bias,
            padding_mode,
            device,
            dtype,
            multiplier=multiplier,
            padding_value=padding_value,
            flip=flip,
            activation=activation,
        )


class DepthwiseConv1d(_Face, Conv1d):
    """A depthwise layer over one axis, (N, C, L); the arguments are those of `DepthwiseConvNd` without `ndim`.

    >>> DepthwiseConv1d(4, 3, padding="causal")(torch.randn(1, 4, 10)).shape
    torch.Size([1, 4, 10])
    """

    spatial_axes = 1


class DepthwiseConv2d(_Face, Conv2d):
    """A depthwise layer over two axes, (N, C, H, W); the arguments are those of `DepthwiseConvNd` without `ndim`.

    >>> DepthwiseConv2d(4, 3, stride=2, padding="same", multiplier=2)(torch.randn(1, 4, 9, 9)).shape
    torch.Size([1, 8, 5, 5])
    """

    spatial_axes = 2


class DepthwiseConv3d(_Face, Conv3d):
    """A depthwise layer over three axes, (N, C, D, H, W); the arguments are those of `DepthwiseConvNd` without `ndim`.

    >>> DepthwiseConv3d(4, 3, padding=1)(torch.randn(1, 4, 4, 8, 8)).shape
    torch.Size([1, 4, 4, 8, 8])
    """

    spatial_axes = 3


class _LazyFace(LazyLayer):
    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        **only_named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(  # type: ignore[misc]
            0, kernel_size, stride, padding, dilation, False, padding_mode, device, dtype, **only_named
        )
        self._await_parameters(bias, device, dtype)

    def initialize_parameters(self, input: torch.Tensor, *_: object, **__: object) -> None:
        """Read the channels off the input."""
        layer: Any = self
        if layer.has_uninitialized_params():
            layer.groups = layer._get_in_channels(input)
            layer.out_channels = layer.groups * layer.multiplier
        super().initialize_parameters(input)


class LazyDepthwiseConv1d(_LazyFace, DepthwiseConv1d):  # type: ignore[misc]
    """`DepthwiseConv1d` without `channels`, which the first input tells.

    >>> LazyDepthwiseConv1d(3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 6])
    """

    cls_to_become = DepthwiseConv1d


class LazyDepthwiseConv2d(_LazyFace, DepthwiseConv2d):  # type: ignore[misc]
    """`DepthwiseConv2d` without `channels`, which the first input tells.

    >>> LazyDepthwiseConv2d(3, multiplier=2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    cls_to_become = DepthwiseConv2d


class LazyDepthwiseConv3d(_LazyFace, DepthwiseConv3d):  # type: ignore[misc]
    """`DepthwiseConv3d` without `channels`, which the first input tells.

    >>> LazyDepthwiseConv3d(3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 6, 6, 6])
    """

    cls_to_become = DepthwiseConv3d
