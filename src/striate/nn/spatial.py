"""Spatially separable convolution layers."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn.parameter import Parameter

from striate import functional as SF
from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integers
from striate.arithmetic.cost import groups_argument
from striate.engine.checks import check_rank
from striate.functional.conv import Ints, PaddingLike
from striate.nn.border import border_rule


class SpatialSeparableConvNd(nn.Module):
    """A convolution layer over `ndim` axes, one after the other: k x 1, then 1 x k.

    Its weights are `weights`, one an axis; `striate.functional.spatial_separable_conv` has the formula, and
    `striate.functional.join_kernel` makes of them the kernel of the `ConvNd` that computes the same.

    Args:
        ndim: number of spatial axes, any from 2 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as for `ConvNd`, and so are the arguments below.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups of every step; divides all channel counts.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        mid_channels: channels between two axes, an int or one a gap; `out_channels` where None.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Attributes:
        residual: after `from_kernel`, the relative distance from the kernel that was given, else None.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; `striate.arithmetic.Geometry.output_size` gives T.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word or mode.

    Source: M. Jaderberg, A. Vedaldi, A. Zisserman, "Speeding up convolutional neural networks with low rank
    expansions", 2014, equation 5.

    >>> SpatialSeparableConvNd(4, 2, 3, kernel_size=2)(torch.randn(1, 2, 5, 5, 5, 5)).shape
    torch.Size([1, 3, 4, 4, 4, 4])
    """

    spatial_axes: ClassVar[int | None] = None
    bias: Parameter | None

    def __init__(
        self,
        ndim: int,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        mid_channels: Ints | None = None,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__()
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
        if ndim < 2:
            raise ValueError(f"ndim must be at least 2, but got {ndim}: one axis has nothing to be separated")
        self.padding_mode = border_rule(padding_mode, ndim, padding_value)
        self.groups = groups_argument(groups, in_channels, out_channels)
        between = integers(out_channels if mid_channels is None else mid_channels, ndim - 1, "mid_channels", 1)
        if any(channels % groups for channels in between):
            raise ValueError(f"mid_channels must be divisible by groups {groups}, but got {between}")
        self.channels = (in_channels, *between, out_channels)
        self.kernel_size, self.stride, self.dilation = geometry.kernel, geometry.stride, geometry.dilation
        self.padding = geometry.padding
        self.padding_value, self.flip = padding_value, flip
        self.residual: float | None = None
        shapes = [(self.channels[i + 1], self.channels[i] // groups, geometry.kernel[i]) for i in range(ndim)]
        self.weights = nn.ParameterList(torch.empty(shape, device=device, dtype=dtype) for shape in shapes)
        self.register_parameter(
            "bias", Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    @classmethod
    def from_kernel(
        cls,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        groups: int = 1,
        padding_mode: str | Sequence[str] = "zeros",
        *,
        rank: Ints | None = None,
        tolerance: float = 1e-6,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> Self:
        """Make the layer that comes nearest to a `ConvNd` with this weight; its `residual` says how near.

        Args:
            weight: (O, C / groups, *K), of a layer or made by hand; it is copied.
            bias: (O,), or None.
            stride: the layer's, and so are the arguments up to `padding_mode`.
            padding: an int, one int an axis, one (before, after) pair an axis, or a word.
            dilation: an int, or one an axis.
            groups: channel groups.
            padding_mode: border rule, or one an axis.
            rank: channels a group between two axes; None for the fewest that meet `tolerance`.
            tolerance: the largest residual where `rank` is None.
            padding_value: the value of `"constant"`.
            flip: read the weight, and convolve, in the mathematician's sense.

        Raises:
            ValueError: a weight of another rank than the layer's, or what `striate.functional.separate_kernel` refuses.

        >>> blur = torch.outer(torch.tensor([1.0, 2.0, 1.0]), torch.tensor([1.0, 2.0, 1.0])) / 16
        >>> layer = SpatialSeparableConv2d.from_kernel(blur.reshape(1, 1, 3, 3), padding="same")
        >>> layer.channels, layer.residual < 1e-6
        ((1, 1, 1), True)
        """
        check_rank(weight.shape, cls.spatial_axes)
        weights, residual = SF.separate_kernel(weight, rank, groups, tolerance=tolerance)
        axes = (weight.ndim - 2,) if cls.spatial_axes is None else ()
        make: Any = cls  # a face is told no number of axes
        layer: Self = make(
            *axes,
            weight.shape[1] * groups,
            weight.shape[0],
            tuple(weight.shape[2:]),
            stride,
            padding,
            dilation,
            groups,
            bias is not None,
            padding_mode,
            weight.device,
            weight.dtype,
            mid_channels=tuple(step.shape[0] for step in weights[:-1]),
            padding_value=padding_value,
            flip=flip,
        )
        with torch.no_grad():
            for parameter, step in zip(layer.weights, weights, strict=True):
                parameter.copy_(step)
            if layer.bias is not None and bias is not None:
                layer.bias.copy_(bias)
        layer.residual = residual
        return layer

    def reset_parameters(self) -> None:
        """Start each step as torch.nn starts a convolution."""
        bound = 1.0
        for weight in self.weights:
            bound = 1 / sqrt(max(prod(weight.shape[1:]), 1))
            nn.init.uniform_(weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Convolve `input`, one axis after the other."""
        return SF.spatial_separable_conv(
            input,
            list(self.weights),
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def extra_repr(self) -> str:
        """Channels from step to step, the window, and what is not torch.nn's default."""
        text = f"{' -> '.join(map(str, self.channels))}, kernel_size={self.kernel_size}, stride={self.stride}"
        shown = {
            "padding": (self.padding, ((0, 0),) * len(self.kernel_size)),
            "dilation": (self.dilation, (1,) * len(self.kernel_size)),
            "groups": (self.groups, 1),
            "bias": (self.bias is not None, True),
            "padding_mode": (self.padding_mode, "zeros"),
            "padding_value": (self.padding_value, 0.0),
            "flip": (self.flip, False),
        }
        text += "".join(f", {name}={value}" for name, (value, usual) in shown.items() if value != usual)
        return text if self.residual is None else f"{text}, residual={self.residual:.2g}"


class _Face(SpatialSeparableConvNd):
    """A layer of a fixed number of axes."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        mid_channels: Ints | None = None,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            mid_channels=mid_channels,
            padding_value=padding_value,
            flip=flip,
        )


class SpatialSeparableConv2d(_Face):
    """k x 1, then 1 x k, (N, C, H, W); the arguments are those of `SpatialSeparableConvNd` without `ndim`.

    >>> SpatialSeparableConv2d(3, 8, 7, stride=2, padding="same", mid_channels=4)(torch.randn(1, 3, 9, 9)).shape
    torch.Size([1, 8, 5, 5])
    """

    spatial_axes = 2


class SpatialSeparableConv3d(_Face):
    """k x 1 x 1, 1 x k x 1, 1 x 1 x k, (N, C, D, H, W); the arguments are those of `SpatialSeparableConvNd`.

    >>> SpatialSeparableConv3d(3, 8, 3, padding=1)(torch.randn(1, 3, 4, 6, 6)).shape
    torch.Size([1, 8, 4, 6, 6])
    """

    spatial_axes = 3
