"""Convolution layers of several dilations."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from striate.arithmetic import widest_dilation
from striate.arithmetic.arguments import integer
from striate.functional.conv import Ints, PaddingLike
from striate.functional.mixed import dilations_argument, mixed_dilation_conv
from striate.nn.conv import ConvNd
from striate.nn.lazy import LazyLayer


class MixedDilationConvNd(ConvNd):
    """A convolution layer over `ndim` axes with a dilation for each block of its output channels, and one weight.

    The outputs of all dilations are aligned and of one size; `striate.functional.mixed_dilation_conv` has the formula.
    State dicts are those of a `ConvNd`, whose `dilation` is the widest.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output, divided among the dilations in order, larger blocks first.
        kernel_size: taps, an int or one an axis.
        dilations: one a block, each an int or one int an axis.
        stride: step between two outputs, an int or one an axis.
        padding: that of the widest window, as for `ConvNd`; the others' centres stay where its is.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; T is that of the widest window.

    Raises:
        ValueError: a size below 1, more dilations than output channels, an unknown word or mode.

    Source: F. Yu, V. Koltun, "Multi-scale context aggregation by dilated convolutions", 2016, equation 2, for each
    block.

    >>> MixedDilationConvNd(4, 2, 3, 2, padding="valid")(torch.randn(1, 2, 5, 5, 5, 5)).shape
    torch.Size([1, 3, 1, 1, 1, 1])
    """

    def __init__(
        self,
        ndim: int,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        dilations: Sequence[Ints] = (1, 2, 4),
        stride: Ints = 1,
        padding: PaddingLike = "same",
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        # A lazy layer has no output channels yet, and checks them itself.
        rates = dilations_argument(dilations, integer(ndim, "ndim", 1), out_channels or len(dilations))
        ConvNd.__init__(
            self,
            ndim,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            widest_dilation(rates),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )
        self.dilations = rates

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return mixed_dilation_conv(
            input,
            weight,
            bias,
            self.dilations,
            self.stride,
            self.padding,
            self.groups,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def extra_repr(self) -> str:
        """`ConvNd`'s text with all dilations in the place of the widest."""
        shown = [rate[0] if len(set(rate)) == 1 else rate for rate in self.dilations]
        known = super().extra_repr().replace(f", dilation={self.dilation}", "")
        return f"{known}, dilations={tuple(shown)}"


class _Face(MixedDilationConvNd):
    """A layer of a fixed number of axes."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        dilations: Sequence[Ints] = (1, 2, 4),
        stride: Ints = 1,
        padding: PaddingLike = "same",
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            in_channels,
            out_channels,
            kernel_size,
            dilations,
            stride,
            padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )


class MixedDilationConv1d(_Face):
    """A mixed dilation layer over one axis, (N, C, L); the arguments are those of `MixedDilationConvNd`.

    >>> MixedDilationConv1d(2, 6, 3, padding="causal")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 6, 10])
    """

    spatial_axes = 1


class MixedDilationConv2d(_Face):
    """A mixed dilation layer over two axes, (N, C, H, W); the arguments are those of `MixedDilationConvNd`.

    >>> MixedDilationConv2d(3, 8, 3, dilations=(1, 2, 4, 8), stride=2)(torch.randn(1, 3, 9, 9)).shape
    torch.Size([1, 8, 5, 5])
    """

    spatial_axes = 2


class MixedDilationConv3d(_Face):
    """A mixed dilation layer over three axes, (N, C, D, H, W); the arguments are those of `MixedDilationConvNd`.

    >>> MixedDilationConv3d(2, 4, 3, dilations=(1, (1, 2, 2)))(torch.randn(1, 2, 4, 6, 6)).shape
    torch.Size([1, 4, 4, 6, 6])
    """

    spatial_axes = 3


class _LazyFace(LazyLayer):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        dilations: Sequence[Ints] = (1, 2, 4),
        stride: Ints = 1,
        padding: PaddingLike = "same",
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        dilations_argument(dilations, self.spatial_axes, out_channels)
        layer: Any = super()
        layer.__init__(
            0,
            0,
            kernel_size,
            dilations,
            stride,
            padding,
            groups,
            False,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )
        self.out_channels = out_channels
        self._await_parameters(bias, device, dtype)


class LazyMixedDilationConv1d(_LazyFace, MixedDilationConv1d):  # type: ignore[misc]
    """`MixedDilationConv1d` without `in_channels`, which the first input tells.

    >>> LazyMixedDilationConv1d(6, 3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 6, 8])
    """

    cls_to_become = MixedDilationConv1d


class LazyMixedDilationConv2d(_LazyFace, MixedDilationConv2d):  # type: ignore[misc]
    """`MixedDilationConv2d` without `in_channels`, which the first input tells.

    >>> LazyMixedDilationConv2d(6, 3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 6, 8, 8])
    """

    cls_to_become = MixedDilationConv2d


class LazyMixedDilationConv3d(_LazyFace, MixedDilationConv3d):  # type: ignore[misc]
    """`MixedDilationConv3d` without `in_channels`, which the first input tells.

    >>> LazyMixedDilationConv3d(6, 3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 6, 8, 8, 8])
    """

    cls_to_become = MixedDilationConv3d
