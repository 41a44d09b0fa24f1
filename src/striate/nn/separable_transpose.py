"""Transposed depthwise separable convolution layers."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin

from striate.arithmetic.arguments import integer
from striate.engine.activation import activated, activation_argument
from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from striate.nn.lazy_transpose import LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d


class _SeparableTransposed(nn.Module):
    """A transposed pointwise and a transposed depthwise layer; `SeparableConvTranspose2d` has the arguments."""

    pointwise_layer: ClassVar[Any]
    depthwise_layer: ClassVar[Any]

    def __init__(
        self,
        in_channels: int | None,  # None: a lazy layer, whose pointwise layer is lazy as well
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        output_padding: Ints = 0,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        multiplier: int = 1,
        norm: nn.Module | None = None,
        activation: str | None = None,
        flip: bool = False,
    ) -> None:
        super().__init__()
        channels = integer(out_channels, "out_channels", 1)
        filters = channels * integer(multiplier, "multiplier", 1)
        self.activation = activation_argument(activation)
        # Without an activation a bias between says nothing that the last one could not, and a norm has its own.
        between = bias and activation is not None and norm is None
        known = () if in_channels is None else (integer(in_channels, "in_channels", 1),)
        self.pointwise = self.pointwise_layer(*known, filters, 1, bias=between, device=device, dtype=dtype)
        self.norm = norm
        self.depthwise = self.depthwise_layer(
            filters,
            channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups=channels,
            bias=bias,
            dilation=dilation,
            padding_mode=padding_mode,
            device=device,
            dtype=dtype,
            flip=flip,
        )

    @property
    def in_channels(self) -> int:
        """Channels of the input."""
        return int(self.pointwise.in_channels)

    @property
    def out_channels(self) -> int:
        """Channels of the output."""
        return int(self.depthwise.out_channels)

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Mix the channels, then spread each by itself; `output_size` picks one of the sizes that the stride allows."""
        mixed: Tensor = self.pointwise(input)
        if self.norm is not None:
            mixed = self.norm(mixed)
        result: Tensor = self.depthwise(activated(mixed, self.activation), output_size)
        return result

    def extra_repr(self) -> str:
        """What the layers within do not say."""
        return f"activation={self.activation}" if self.activation else ""


class SeparableConvTranspose1d(_SeparableTransposed):
    """The adjoint of `SeparableConv1d`, over one axis; the arguments are those of `SeparableConvTranspose2d`.

    >>> SeparableConvTranspose1d(4, 6, 3, stride=2)(torch.randn(1, 4, 10)).shape
    torch.Size([1, 6, 21])
    """

    pointwise_layer: ClassVar[Any] = ConvTranspose1d
    depthwise_layer: ClassVar[Any] = ConvTranspose1d


class SeparableConvTranspose2d(_SeparableTransposed):
    """Mixes the channels at each position, then spreads each by itself: the adjoint of `SeparableConv2d`.

    The layers within, `pointwise`, `norm` and `depthwise`, have weights of the shapes of a `SeparableConv2d` of as many
    channels the other way round: state dicts without biases load both ways, and then it is the exact adjoint.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps of the filters, an int or one an axis.
        stride: step between the places of two inputs, an int or one an axis.
        padding: outputs left out, as for `ConvTransposeNd`, and so are `output_padding`, `dilation` and `padding_mode`.
        output_padding: outputs added after.
        bias: learn one number an output channel; with an activation and no norm between, one a filter as well.
        dilation: step between two taps, an int or one an axis.
        padding_mode: border rule, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        multiplier: filters for each channel of the output, which are summed.
        norm: a layer for the `out_channels * multiplier` mixed channels, or None.
        activation: what they go through then, `"relu"`, `"relu6"`, `"silu"` or `"gelu"`, or None.
        flip: spread by the depthwise kernels reversed along every axis.

    Shape:
        (N, C, H, W) to (N, O, *T), or without N; T is that of `ConvTranspose2d`.

    Raises:
        ValueError: a size below 1, an unknown activation.

    Source: the adjoint of F. Chollet, "Xception: Deep learning with depthwise separable convolutions", 2017, section 2.

    >>> SeparableConvTranspose2d(8, 4, 4, stride=2, padding=1, activation="relu")(torch.randn(1, 8, 5, 5)).shape
    torch.Size([1, 4, 10, 10])
    """

    pointwise_layer: ClassVar[Any] = ConvTranspose2d
    depthwise_layer: ClassVar[Any] = ConvTranspose2d


class SeparableConvTranspose3d(_SeparableTransposed):
    """The adjoint of `SeparableConv3d`, over three axes; the arguments are those of `SeparableConvTranspose2d`.

    >>> SeparableConvTranspose3d(4, 2, 2, stride=2)(torch.randn(1, 4, 3, 4, 4)).shape
    torch.Size([1, 2, 6, 8, 8])
    """

    pointwise_layer: ClassVar[Any] = ConvTranspose3d
    depthwise_layer: ClassVar[Any] = ConvTranspose3d


class _LazySeparableTransposed(LazyModuleMixin):
    """A layer that becomes `cls_to_become` when the pointwise layer within has seen its first input."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(None, *arguments, **options)  # type: ignore[misc]

    def initialize_parameters(self, *_: object, **__: object) -> None:
        """Nothing: the layer within initializes its own."""


class LazySeparableConvTranspose1d(_LazySeparableTransposed, SeparableConvTranspose1d):
    """`SeparableConvTranspose1d` without `in_channels`, which the first input tells.

    >>> LazySeparableConvTranspose1d(4, 3, stride=2)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 17])
    """

    cls_to_become = SeparableConvTranspose1d
    pointwise_layer: ClassVar[Any] = LazyConvTranspose1d


class LazySeparableConvTranspose2d(_LazySeparableTransposed, SeparableConvTranspose2d):
    """`SeparableConvTranspose2d` without `in_channels`, which the first input tells; a `norm` may be lazy as well.

    >>> LazySeparableConvTranspose2d(4, 3, stride=2, padding="same")(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 16, 16])
    """

    cls_to_become = SeparableConvTranspose2d
    pointwise_layer: ClassVar[Any] = LazyConvTranspose2d


class LazySeparableConvTranspose3d(_LazySeparableTransposed, SeparableConvTranspose3d):
    """`SeparableConvTranspose3d` without `in_channels`, which the first input tells.

    >>> LazySeparableConvTranspose3d(4, 2, stride=2)(torch.randn(1, 2, 4, 4, 4)).shape
    torch.Size([1, 4, 8, 8, 8])
    """

    cls_to_become = SeparableConvTranspose3d
    pointwise_layer: ClassVar[Any] = LazyConvTranspose3d
