"""Convolution layers: torch.nn's, with every padding and border rule."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.modules.conv import _ConvNd

from striate.arithmetic import Geometry
from striate.arithmetic.cost import groups_argument
from striate.engine.convolution import convolution
from striate.functional.conv import Ints, PaddingLike, flipped
from striate.nn.border import border_rule

_TORCH_MODES = {"zeros", "reflect", "replicate", "circular"}


class ConvNd(_ConvNd):
    """A convolution layer over `ndim` axes; `Conv1d`, `Conv2d` and `Conv3d` are its faces.

    Weights start as torch.nn's do from the same seed, and state dicts load both ways.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: an int, one int an axis, one (before, after) pair an axis, or a word: `"valid"`, `"same"`,
            `"same_lower"`, `"full"`, `"causal"`. `"same"` works with every stride.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule, or one an axis; `striate.functional.conv` says what they are.
        device: device of the parameters.
        dtype: dtype of the parameters.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; `striate.arithmetic.Geometry.output_size` gives T.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word or mode.

    >>> layer = ConvNd(4, 2, 3, kernel_size=2)
    >>> layer(torch.randn(1, 2, 5, 5, 5, 5)).shape
    torch.Size([1, 3, 4, 4, 4, 4])
    """

    padding_value: float = 0.0  # layers pickled by torch.nn know none of these
    flip: bool = False
    activation: str | None = None  # what `DepthwiseConvNd` may end in

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
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
        groups_argument(groups, in_channels, out_channels)
        rule = border_rule(padding_mode, ndim, padding_value)
        own_padding = _torch_padding(geometry)
        torch_knows = own_padding is not None and rule in _TORCH_MODES
        _ConvNd.__init__(  # not super(): torch.nn's faces, next in line for ours, have another signature
            self,
            in_channels,
            out_channels,
            geometry.kernel,
            geometry.stride,
            own_padding if torch_knows else (0,) * ndim,  # type: ignore[arg-type]
            geometry.dilation,
            False,
            (0,) * ndim,
            groups,
            bias,
            rule if torch_knows else "zeros",  # type: ignore[arg-type]
            device=device,
            dtype=dtype,
        )
        # Wider than torch.nn's: pairs, more words, a mode an axis.
        self.padding = geometry.padding if own_padding is None else own_padding  # type: ignore[assignment]
        self.padding_mode = rule  # type: ignore[assignment]
        self.padding_value = padding_value
        self.flip = flip

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel_size)

    def forward(self, input: Tensor) -> Tensor:
        """Convolve `input`."""
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        asked = (
            len(self.kernel_size),
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.padding_mode,
            self.padding_value,
            self.activation,
        )
        return convolution(input, flipped(weight) if self.flip else weight, bias, asked)

    def extra_repr(self) -> str:
        """torch.nn's text, and what torch.nn does not know."""
        known: str = super().extra_repr()  # type: ignore[no-untyped-call]
        known += f", padding_value={self.padding_value}" if self.padding_value else ""
        known += ", flip=True" if self.flip else ""
        return f"{known}, activation={self.activation}" if self.activation else known


def _torch_padding(geometry: Geometry) -> str | tuple[int, ...] | None:
    """Return the padding as torch.nn writes it, or None if it has no words for it."""
    if isinstance(geometry.padding, str):
        known = geometry.padding == "valid" or (geometry.padding == "same" and set(geometry.stride) == {1})
        return geometry.padding if known else None
    if all(before == after >= 0 for before, after in geometry.padding):
        return tuple(before for before, _ in geometry.padding)
    return None


class _Face(ConvNd):
    """A layer of a fixed number of axes: the constructor of torch.nn's."""

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
            padding_value=padding_value,
            flip=flip,
        )


class Conv1d(_Face, torch.nn.Conv1d):
    """A convolution layer over one axis, (N, C, L); the arguments are those of `ConvNd` without `ndim`.

    >>> Conv1d(2, 4, 3, padding="causal")(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 10])
    """

    spatial_axes = 1


class Conv2d(_Face, torch.nn.Conv2d):
    """A convolution layer over two axes, (N, C, H, W); the arguments are those of `ConvNd` without `ndim`.

    >>> Conv2d(3, 8, 3, stride=2, padding="same")(torch.randn(1, 3, 9, 9)).shape
    torch.Size([1, 8, 5, 5])
    """

    spatial_axes = 2


class Conv3d(_Face, torch.nn.Conv3d):
    """A convolution layer over three axes, (N, C, D, H, W); the arguments are those of `ConvNd` without `ndim`.

    >>> Conv3d(1, 2, 3, padding=1, padding_mode="symmetric")(torch.randn(1, 1, 4, 8, 8)).shape
    torch.Size([1, 2, 4, 8, 8])
    """

    spatial_axes = 3
