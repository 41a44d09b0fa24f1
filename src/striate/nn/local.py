"""Locally connected layers: a convolution whose every position has weights of its own."""

from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integer, integers
from striate.arithmetic.cost import groups_argument
from striate.functional.conv import Ints, PaddingLike
from striate.functional.local import local_conv
from striate.nn.border import border_rule


class LocalLayer(nn.Module):
    """What locally connected layers share: a window, a size that is fixed, and parameters that follow from both."""

    weight: nn.Parameter
    bias: nn.Parameter | None
    in_channels: int
    input_size: tuple[int, ...]
    output_size: tuple[int, ...]

    def _describe(
        self,
        geometry: Geometry,
        out_channels: int,
        groups: int,
        padding_mode: str | Sequence[str],
        padding_value: float,
        shared_bias: bool,
        flip: bool,
    ) -> None:
        """Set what does not depend on the input."""
        self.padding_mode = border_rule(padding_mode, geometry.ndim, padding_value)
        self.geometry = geometry
        self.out_channels, self.groups = integer(out_channels, "out_channels", 0), integer(groups, "groups", 1)
        self.padding_value, self.shared_bias, self.flip = padding_value, shared_bias, flip

    def _fit(self, in_channels: int, input_size: Ints) -> None:
        """Set what depends on the input."""
        groups_argument(self.groups, in_channels, self.out_channels)
        self.in_channels = in_channels
        self.input_size = integers(input_size, self.geometry.ndim, "input_size", 1)
        self.output_size = self._output_size()

    def _output_size(self) -> tuple[int, ...]:
        return self.geometry.output_size(self.input_size)

    def _weight_shape(self) -> tuple[int, ...]:
        return (*self.output_size, self.out_channels, *self.geometry.kernel, self.in_channels // self.groups)

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.out_channels,) if self.shared_bias else (self.out_channels, *self.output_size)

    def _add_parameters(self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None) -> None:
        self.weight = nn.Parameter(torch.empty(self._weight_shape(), device=device, dtype=dtype))
        added = nn.Parameter(torch.empty(self._bias_shape(), device=device, dtype=dtype)) if bias else None
        self.register_parameter("bias", added)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw each position's kernel and bias as torch.nn's convolutions draw theirs."""
        fan_in = self.weight.shape[-1] * prod(self.geometry.kernel)
        bound = fan_in**-0.5 if fan_in else 0.0
        for parameter in self.parameters(recurse=False):
            nn.init.uniform_(parameter, -bound, bound)

    def _check(self, input: Tensor) -> None:
        ndim = self.geometry.ndim
        if input.ndim > ndim and tuple(input.shape[-ndim:]) != self.input_size:
            raise ValueError(
                f"input must have spatial size {self.input_size}, for which the layer has weights, but got "
                f"{tuple(input.shape)}"
            )

    def forward(self, input: Tensor) -> Tensor:
        """Apply the layer."""
        self._check(input)
        window = self.geometry
        return local_conv(
            input,
            self.weight,
            self.bias,
            window.stride,
            window.padding,
            window.dilation,
            self.groups,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def extra_repr(self) -> str:
        """The sizes, and each option that is not the default."""
        window = self.geometry
        sizes = f"{self.in_channels}, {self.out_channels}, kernel_size={window.kernel}, input_size={self.input_size}"
        options = {
            "stride": (window.stride, (1,) * window.ndim),
            "padding": (window.padding, ((0, 0),) * window.ndim),
            "dilation": (window.dilation, (1,) * window.ndim),
            "groups": (self.groups, 1),
            "bias": (self.bias is not None, True),
            "padding_mode": (self.padding_mode, "zeros"),
            "padding_value": (self.padding_value, 0.0),
            "shared_bias": (self.shared_bias, False),
            "flip": (self.flip, False),
        }
        return sizes + "".join(f", {name}={value!r}" for name, (value, usual) in options.items() if value != usual)


class LocallyConnectedNd(LocalLayer):
    """A locally connected layer over `ndim` axes; `LocallyConnected1d`, `2d` and `3d` are its faces.

    Where a convolution slides one kernel, this layer has a kernel for each position; its input size is fixed.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        input_size: spatial size of the input, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as in `ConvNd`: an int, one int an axis, one (before, after) pair an axis, or a word.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn a number for each output channel and position, added to it.
        padding_mode: border rule, or one an axis; `striate.functional.conv` says what they are.
        device: device of the parameters.
        dtype: dtype of the parameters.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        shared_bias: one bias for all positions of an output channel, as in a convolution.
        flip: apply each kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; S is `input_size`, and `striate.arithmetic.Geometry.output_size` gives
        T. `weight` is (*T, O, *K, C / groups), `bias` (O, *T), or (O,) if it is shared.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word or mode.

    Source: that of `striate.functional.local_conv`.

    >>> LocallyConnectedNd(4, 2, 3, kernel_size=2, input_size=3)(torch.randn(1, 2, 3, 3, 3, 3)).shape
    torch.Size([1, 3, 2, 2, 2, 2])
    """

    def __init__(
        self,
        ndim: int,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        input_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        padding_value: float = 0.0,
        shared_bias: bool = False,
        flip: bool = False,
    ) -> None:
        super().__init__()
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
        self._describe(geometry, out_channels, groups, padding_mode, padding_value, shared_bias, flip)
        self._fit(in_channels, input_size)
        self._add_parameters(bias, device, dtype)


class _Face(LocallyConnectedNd):
    """A layer of a fixed number of axes."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        input_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        padding_value: float = 0.0,
        shared_bias: bool = False,
        flip: bool = False,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            in_channels,
            out_channels,
            kernel_size,
            input_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            shared_bias=shared_bias,
            flip=flip,
        )


class LocallyConnected1d(_Face):
    """A locally connected layer over one axis; the arguments are those of `LocallyConnectedNd` without `ndim`.

    >>> LocallyConnected1d(2, 4, 3, input_size=10, padding="causal")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 10])
    """

    spatial_axes = 1


class LocallyConnected2d(_Face):
    """A locally connected layer over two axes; the arguments are those of `LocallyConnectedNd` without `ndim`.

    >>> LocallyConnected2d(3, 8, 3, input_size=9, stride=2, padding="same")(torch.randn(1, 3, 9, 9)).shape
    torch.Size([1, 8, 5, 5])
    """

    spatial_axes = 2


class LocallyConnected3d(_Face):
    """A locally connected layer over three axes; the arguments are those of `LocallyConnectedNd` without `ndim`.

    >>> LocallyConnected3d(1, 2, 3, input_size=(4, 8, 8))(torch.randn(1, 1, 4, 8, 8)).shape
    torch.Size([1, 2, 2, 6, 6])
    """

    spatial_axes = 3


class LazyLocal(LazyModuleMixin, LocalLayer):
    """A layer whose channels and size come with the first input; then it becomes `cls_to_become`."""

    def _await_parameters(self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None) -> None:
        self.in_channels, self.input_size = 0, ()
        make: Any = UninitializedParameter  # typed by torch as what it is after the first input
        self.weight = make(device=device, dtype=dtype)
        self.register_parameter("bias", make(device=device, dtype=dtype) if bias else None)

    def initialize_parameters(self, input: Tensor) -> None:
        """Give the parameters the shapes that this input asks for."""
        ndim = self.geometry.ndim
        if input.ndim not in {ndim + 1, ndim + 2}:
            raise ValueError(
                f"input must have {ndim + 2} dimensions, or {ndim + 1} without a batch, but got {tuple(input.shape)}"
            )
        self._fit(input.shape[-ndim - 1], tuple(input.shape[-ndim:]))
        for parameter, shape in ((self.weight, self._weight_shape()), (self.bias, self._bias_shape())):
            if isinstance(parameter, UninitializedParameter):
                parameter.materialize(shape)
        self.reset_parameters()


class _LazyFace(LazyLocal):
    spatial_axes: ClassVar[int]

    def __init__(
        self,
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
        padding_value: float = 0.0,
        shared_bias: bool = False,
        flip: bool = False,
    ) -> None:
        super().__init__()
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=self.spatial_axes)
        self._describe(geometry, out_channels, groups, padding_mode, padding_value, shared_bias, flip)
        self._await_parameters(bias, device, dtype)


class LazyLocallyConnected1d(_LazyFace):
    """`LocallyConnected1d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnected1d(4, kernel_size=3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 6])
    """

    spatial_axes = 1
    cls_to_become = LocallyConnected1d


class LazyLocallyConnected2d(_LazyFace):
    """`LocallyConnected2d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnected2d(4, kernel_size=3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    spatial_axes = 2
    cls_to_become = LocallyConnected2d


class LazyLocallyConnected3d(_LazyFace):
    """`LocallyConnected3d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnected3d(4, kernel_size=3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    spatial_axes = 3
    cls_to_become = LocallyConnected3d
