"""Transposed locally connected layers: each input element spreads by weights of its own."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integers
from striate.functional.conv import Ints, PaddingLike
from striate.functional.local import local_conv_transpose
from striate.nn.local import LazyLocal, LocalLayer


class LocalTransposeLayer(LocalLayer):
    """What transposed locally connected layers share."""

    output_padding: tuple[int, ...]

    def _output_size(self) -> tuple[int, ...]:
        return self.geometry.transposed_size(self.input_size, self.output_padding)

    def _weight_shape(self) -> tuple[int, ...]:
        return (*self.input_size, self.in_channels, *self.geometry.kernel, self.out_channels // self.groups)

    def forward(self, input: Tensor) -> Tensor:
        """Apply the layer."""
        self._check(input)
        window = self.geometry
        return local_conv_transpose(
            input,
            self.weight,
            self.bias,
            window.stride,
            window.padding,
            self.output_padding,
            self.groups,
            window.dilation,
            padding_mode=self.padding_mode,
            flip=self.flip,
        )

    def extra_repr(self) -> str:
        """The sizes, and each option that is not the default."""
        known = super().extra_repr()
        return f"{known}, output_padding={self.output_padding}" if any(self.output_padding) else known


class LocallyConnectedTransposeNd(LocalTransposeLayer):
    """A transposed locally connected layer over `ndim` axes; `LocallyConnectedTranspose1d` to `3d` are its faces.

    It is the exact adjoint of `LocallyConnectedNd` with the same arguments and the same weight.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        input_size: spatial size of the input, an int or one an axis.
        stride: step between the places of two inputs, an int or one an axis.
        padding: as in `ConvTransposeNd`: an int, one int an axis, one (before, after) pair an axis, or a word.
        output_padding: outputs added after, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn a number for each output channel and position, added to it.
        dilation: step between two taps, an int or one an axis.
        padding_mode: border rule, or one an axis; `striate.functional.conv` says what they are.
        device: device of the parameters.
        dtype: dtype of the parameters.
        shared_bias: one bias for all positions of an output channel, as in a convolution.
        flip: spread by each kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; S is `input_size`, and `striate.arithmetic.Geometry.transposed_size`
        gives T. `weight` is (*S, C, *K, O / groups), `bias` (O, *T), or (O,) if it is shared.

    Raises:
        ValueError: a size out of range, groups that do not divide the channels, an unknown word or mode.

    Source: that of `striate.functional.local_conv_transpose`.

    >>> LocallyConnectedTransposeNd(2, 4, 3, kernel_size=2, input_size=5, stride=2)(torch.randn(1, 4, 5, 5)).shape
    torch.Size([1, 3, 10, 10])
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
        output_padding: Ints = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        shared_bias: bool = False,
        flip: bool = False,
    ) -> None:
        super().__init__()
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
        self._describe(geometry, out_channels, groups, padding_mode, 0.0, shared_bias, flip)
        self.output_padding = integers(output_padding, geometry.ndim, "output_padding")
        geometry.transposed_windows(self.output_padding)  # refuses what is out of range
        self._fit(in_channels, input_size)
        self._add_parameters(bias, device, dtype)


class _Face(LocallyConnectedTransposeNd):
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
        output_padding: Ints = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
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
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
            shared_bias=shared_bias,
            flip=flip,
        )


class LocallyConnectedTranspose1d(_Face):
    """A transposed locally connected layer over one axis; the arguments are those of `LocallyConnectedTransposeNd`.

    >>> LocallyConnectedTranspose1d(2, 4, 3, input_size=10, stride=2)(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 21])
    """

    spatial_axes = 1


class LocallyConnectedTranspose2d(_Face):
    """A transposed locally connected layer over two axes; the arguments are those of `LocallyConnectedTransposeNd`.

    >>> LocallyConnectedTranspose2d(8, 3, 3, input_size=5, stride=2, padding="same")(torch.randn(1, 8, 5, 5)).shape
    torch.Size([1, 3, 10, 10])
    """

    spatial_axes = 2


class LocallyConnectedTranspose3d(_Face):
    """A transposed locally connected layer over three axes; the arguments are those of `LocallyConnectedTransposeNd`.

    >>> LocallyConnectedTranspose3d(4, 2, 2, input_size=(3, 4, 4))(torch.randn(1, 4, 3, 4, 4)).shape
    torch.Size([1, 2, 4, 5, 5])
    """

    spatial_axes = 3


class _LazyFace(LazyLocal, LocalTransposeLayer):
    spatial_axes: ClassVar[int]

    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        output_padding: Ints = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        shared_bias: bool = False,
        flip: bool = False,
    ) -> None:
        super().__init__()
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=self.spatial_axes)
        self._describe(geometry, out_channels, groups, padding_mode, 0.0, shared_bias, flip)
        self.output_padding = integers(output_padding, geometry.ndim, "output_padding")
        geometry.transposed_windows(self.output_padding)  # refuses what is out of range
        self._await_parameters(bias, device, dtype)


class LazyLocallyConnectedTranspose1d(_LazyFace):
    """`LocallyConnectedTranspose1d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnectedTranspose1d(4, kernel_size=3)(torch.randn(1, 2, 4)).shape
    torch.Size([1, 4, 6])
    """

    spatial_axes = 1
    cls_to_become = LocallyConnectedTranspose1d


class LazyLocallyConnectedTranspose2d(_LazyFace):
    """`LocallyConnectedTranspose2d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnectedTranspose2d(4, kernel_size=3)(torch.randn(1, 2, 4, 4)).shape
    torch.Size([1, 4, 6, 6])
    """

    spatial_axes = 2
    cls_to_become = LocallyConnectedTranspose2d


class LazyLocallyConnectedTranspose3d(_LazyFace):
    """`LocallyConnectedTranspose3d` without `in_channels` and `input_size`, which the first input tells.

    >>> LazyLocallyConnectedTranspose3d(4, kernel_size=3)(torch.randn(1, 2, 4, 4, 4)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    spatial_axes = 3
    cls_to_become = LocallyConnectedTranspose3d
