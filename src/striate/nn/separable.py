"""Depthwise separable convolution layers."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from striate.arithmetic.arguments import integer
from striate.engine.activation import activated, activation_argument
from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv import Conv1d, Conv2d, Conv3d
from striate.nn.depthwise import (
    DepthwiseConv1d,
    DepthwiseConv2d,
    DepthwiseConv3d,
    LazyDepthwiseConv1d,
    LazyDepthwiseConv2d,
    LazyDepthwiseConv3d,
)
from striate.nn.lazy import LazyConv1d, LazyConv2d, LazyConv3d


class _Separable(nn.Module):
    """A depthwise and a pointwise layer, and what stands between them; `SeparableConv2d` has the arguments."""

    depthwise_layer: ClassVar[Any]
    pointwise_layer: ClassVar[Any]

    def __init__(
        self,
        in_channels: int | None,  # None: a lazy layer, whose layers within are lazy as well
        out_channels: int,
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
        norm: nn.Module | None = None,
        activation: str | None = None,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__()
        known = in_channels is not None
        channels = integer(in_channels, "in_channels", 1) if known else 0
        filters = channels * integer(multiplier, "multiplier", 1)
        self.activation = activation_argument(activation)
        self.depthwise = self.depthwise_layer(
            *(channels,) * known,
            kernel_size,
            stride,
            padding,
            dilation,
            # Without an activation the pointwise bias says as much, and a norm has its own.
            bias=bias and activation is not None and norm is None,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
            multiplier=multiplier,
            padding_value=padding_value,
            flip=flip,
            activation=activation if norm is None else None,  # where the kernel stores its sums: no pass of its own
        )
        self.norm = norm
        out_channels = integer(out_channels, "out_channels", 1)
        self.pointwise = self.pointwise_layer(
            *(filters,) * known, out_channels, 1, bias=bias, device=device, dtype=dtype
        )

    @property
    def in_channels(self) -> int:
        """Channels of the input."""
        return int(self.depthwise.in_channels)

    @property
    def out_channels(self) -> int:
        """Channels of the output."""
        return int(self.pointwise.out_channels)

    def forward(self, input: Tensor) -> Tensor:
        """Filter each channel of `input` by itself, then mix the channels."""
        filtered: Tensor = self.depthwise(input)
        if self.norm is not None:
            filtered = activated(self.norm(filtered), self.activation)
        result: Tensor = self.pointwise(filtered)
        return result

    def extra_repr(self) -> str:
        """The activation after a norm; without one the depthwise layer names it."""
        return f"activation={self.activation}" if self.activation and self.norm is not None else ""


class SeparableConv1d(_Separable):
    """A depthwise separable layer over one axis, (N, C, L); the arguments are those of `SeparableConv2d`.

    >>> SeparableConv1d(4, 6, 3, padding="causal", activation="relu")(torch.randn(1, 4, 10)).shape
    torch.Size([1, 6, 10])
    """

    depthwise_layer: ClassVar[Any] = DepthwiseConv1d
    pointwise_layer: ClassVar[Any] = Conv1d


class SeparableConv2d(_Separable):
    """Filters each channel by itself, then mixes the channels at each position; over two axes, (N, C, H, W).

    The layers within are `depthwise`, `norm` and `pointwise`; `striate.functional.separable_conv` has the formula.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps of the filters, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: an int, one int an axis, one (before, after) pair an axis, or a word, as for `ConvNd`.
        dilation: step between two taps, an int or one an axis.
        bias: learn one number an output channel; with an activation and no norm between, one a filter as well.
        padding_mode: border rule, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        multiplier: filters a channel.
        norm: a layer for the `in_channels * multiplier` filtered channels, such as a batch norm, or None.
        activation: what they go through then, `"relu"`, `"relu6"`, `"silu"` or `"gelu"`, or None.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: filter with the depthwise kernels reversed along every axis.

    Shape:
        (N, C, H, W) to (N, O, *T), or without N; `striate.arithmetic.Geometry.output_size` gives T.

    Raises:
        ValueError: a size below 1, an unknown word or mode.

    Source: F. Chollet, "Xception: Deep learning with depthwise separable convolutions", 2017, section 2; with norm and
    activation between, A. Howard et al., "MobileNets", 2017, figure 3.

    >>> layer = SeparableConv2d(8, 16, 3, padding="same", norm=nn.BatchNorm2d(8), activation="relu")
    >>> layer(torch.randn(1, 8, 9, 9)).shape
    torch.Size([1, 16, 9, 9])
    """

    depthwise_layer: ClassVar[Any] = DepthwiseConv2d
    pointwise_layer: ClassVar[Any] = Conv2d


class SeparableConv3d(_Separable):
    """A depthwise separable layer over three axes, (N, C, D, H, W); the arguments are those of `SeparableConv2d`.

    >>> SeparableConv3d(2, 4, 3, padding=1)(torch.randn(1, 2, 4, 6, 6)).shape
    torch.Size([1, 4, 4, 6, 6])
    """

    depthwise_layer: ClassVar[Any] = DepthwiseConv3d
    pointwise_layer: ClassVar[Any] = Conv3d


class _LazySeparable(LazyModuleMixin):
    """A layer that becomes `cls_to_become` when the layers within have seen their first input."""

    def __init__(
        self,
        out_channels: int,
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
        norm: nn.Module | None = None,
        activation: str | None = None,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__(  # type: ignore[misc]
            None,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            bias,
            padding_mode,
            device,
            dtype,
            multiplier=multiplier,
            norm=norm,
            activation=activation,
            padding_value=padding_value,
            flip=flip,
        )

    def initialize_parameters(self, *_: object, **__: object) -> None:
        """Nothing: the layers within initialize theirs."""


class LazySeparableConv1d(_LazySeparable, SeparableConv1d):
    """`SeparableConv1d` without `in_channels`, which the first input tells.

    >>> LazySeparableConv1d(4, 3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 6])
    """

    cls_to_become = SeparableConv1d
    depthwise_layer: ClassVar[Any] = LazyDepthwiseConv1d
    pointwise_layer: ClassVar[Any] = LazyConv1d


class LazySeparableConv2d(_LazySeparable, SeparableConv2d):
    """`SeparableConv2d` without `in_channels`, which the first input tells; a `norm` may be lazy as well.

    >>> LazySeparableConv2d(4, 3, norm=nn.LazyBatchNorm2d())(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    cls_to_become = SeparableConv2d
    depthwise_layer: ClassVar[Any] = LazyDepthwiseConv2d
    pointwise_layer: ClassVar[Any] = LazyConv2d


class LazySeparableConv3d(_LazySeparable, SeparableConv3d):
    """`SeparableConv3d` without `in_channels`, which the first input tells.

    >>> LazySeparableConv3d(4, 3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    cls_to_become = SeparableConv3d
    depthwise_layer: ClassVar[Any] = LazyDepthwiseConv3d
    pointwise_layer: ClassVar[Any] = LazyConv3d
