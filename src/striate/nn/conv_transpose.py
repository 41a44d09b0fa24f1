"""Transposed convolution layers: torch.nn's, with every padding and border rule."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from striate.arithmetic import Geometry, padding_mode_argument
from striate.arithmetic.arguments import integers
from striate.arithmetic.cost import groups_argument
from striate.engine.checks import check_input_rank
from striate.engine.transposed import transposed_convolution
from striate.engine.transposed_arguments import transposed_arguments
from striate.functional.conv import Ints, PaddingLike, flipped


class ConvTransposeNd(_ConvTransposeNd):
    """A transposed convolution layer over `ndim` axes; `ConvTranspose1d` to `ConvTranspose3d` are its faces.

    It is the exact adjoint of `ConvNd` with the same arguments and, channels swapped, the same weight. Weights start as
    torch.nn's do from the same seed, and state dicts load both ways.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between the places of two inputs, an int or one an axis.
        padding: outputs left out, or with a border rule folded back: an int, one int an axis, one (before, after) pair
            an axis, or a word: `"valid"`, `"full"`; `"same"`, `"same_lower"` and `"causal"` make size x stride.
            `striate.functional.conv_transpose` says what they mean.
        output_padding: outputs added after, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it.
        dilation: step between two taps, an int or one an axis.
        padding_mode: border rule, or one an axis; `striate.functional.conv` says what they are.
        device: device of the parameters.
        dtype: dtype of the parameters.
        flip: spread by the kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; `striate.arithmetic.Geometry.transposed_size` gives T.

    Raises:
        ValueError: a size out of range, groups that do not divide the channels, an unknown word or mode.

    >>> layer = ConvTransposeNd(4, 2, 3, kernel_size=2, stride=2)
    >>> layer(torch.randn(1, 2, 3, 3, 3, 3)).shape
    torch.Size([1, 3, 6, 6, 6, 6])
    """

    flip: bool = False  # layers of torch.nn know none

    def __init__(
        self,
        ndim: int,
        in_channels: int,
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
        flip: bool = False,
    ) -> None:
        geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
        geometry.transposed_windows(output_padding)  # refuses what is out of range
        groups_argument(groups, in_channels, out_channels)
        padding_mode_argument(padding_mode, ndim)
        own_padding = _torch_padding(geometry)
        _ConvNd.__init__(  # not super(): torch.nn's faces, next in line for ours, have another signature
            self,
            in_channels,
            out_channels,
            geometry.kernel,
            geometry.stride,
            (0,) * ndim if own_padding is None else own_padding,
            geometry.dilation,
            True,
            integers(output_padding, ndim, "output_padding"),
            groups,
            bias,
            "zeros",
            device=device,
            dtype=dtype,
        )
        # Wider than torch.nn's: pairs and words, a mode an axis.
        layer: Any = self
        layer.padding = geometry.padding if own_padding is None else own_padding
        layer.padding_mode = padding_mode if isinstance(padding_mode, str) else tuple(padding_mode)
        self.flip = flip

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel_size)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Apply the layer; `output_size`, of space or of the whole output, picks one of the sizes that are open."""
        ndim, sizes = self.ndim, None
        if output_size is not None:
            check_input_rank(input.shape, ndim)
            spatial = output_size[-ndim:] if len(output_size) == input.ndim else output_size
            sizes = input.shape[-ndim:], tuple(spatial)
        arguments = transposed_arguments(
            self.kernel_size,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.dilation,
            self.padding_mode,
            sizes,
        )
        return transposed_convolution(input, flipped(self.weight) if self.flip else self.weight, self.bias, arguments)

    def extra_repr(self) -> str:
        """torch.nn's text, and what torch.nn does not know."""
        known: str = super().extra_repr()  # type: ignore[no-untyped-call]
        return f"{known}, flip=True" if self.flip else known


def _torch_padding(geometry: Geometry) -> tuple[int, ...] | None:
    """Return the padding as torch.nn writes it, one int an axis, or None if the sides differ or it is a word."""
    padding = geometry.padding
    if isinstance(padding, str) or any(before != after for before, after in padding):
        return None
    return tuple(before for before, _ in padding)


class _Face(ConvTransposeNd):
    """A layer of a fixed number of axes: the constructor of torch.nn's."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
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
        flip: bool = False,
    ) -> None:
        super().__init__(
            self.spatial_axes,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
            flip=flip,
        )


class ConvTranspose1d(_Face, torch.nn.ConvTranspose1d):
    """A transposed convolution layer over one axis; the arguments are those of `ConvTransposeNd` without `ndim`.

    >>> ConvTranspose1d(2, 4, 3, stride=2)(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 21])
    """

    spatial_axes = 1


class ConvTranspose2d(_Face, torch.nn.ConvTranspose2d):
    """A transposed convolution layer over two axes; the arguments are those of `ConvTransposeNd` without `ndim`.

    >>> ConvTranspose2d(8, 3, 3, stride=2, padding="same")(torch.randn(1, 8, 5, 5)).shape
    torch.Size([1, 3, 10, 10])
    """

    spatial_axes = 2


class ConvTranspose3d(_Face, torch.nn.ConvTranspose3d):
    """A transposed convolution layer over three axes; the arguments are those of `ConvTransposeNd` without `ndim`.

    >>> ConvTranspose3d(4, 2, 2, stride=2)(torch.randn(1, 4, 3, 4, 4)).shape
    torch.Size([1, 2, 6, 8, 8])
    """

    spatial_axes = 3
