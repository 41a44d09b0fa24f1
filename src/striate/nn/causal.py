"""Causal convolution layers, for whole signals and for streams."""

from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from striate.functional.causal import CausalState, causal_conv, causal_conv_step, causal_geometry, causal_modes
from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.lazy import _LazyFace

_State = TypeVar("_State")


class CausalConvNd(ConvNd):
    """A convolution layer over `ndim` axes that along one of them reads nothing ahead; for streams as well.

    A signal in chunks gives what it gives as a whole, in float32 and float64 on the CPU bit for bit: by `step`, which
    takes and returns the state, or by `stream`, which keeps it.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: of the axes other than the causal one: an int, a word, or an int or a (before, after) pair for each of
            them in order.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it.
        padding_mode: border rule, or one an axis; along the causal axis `"zeros"`, `"constant"` or `"replicate"`.
        device: device of the parameters.
        dtype: dtype of the parameters.
        axis: the causal one of the spatial axes; 0 is the first, such as the time of (N, C, T, H, W).
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Shape:
        (N, C, *S) to (N, O, *T), or without N; along the causal axis ceil(n / stride) elements.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word, a rule that reads ahead.

    Source: A. van den Oord et al., "WaveNet: A generative model for raw audio", 2016, section 2.1.

    >>> CausalConvNd(4, 2, 3, kernel_size=2)(torch.randn(1, 2, 5, 5, 5, 5)).shape
    torch.Size([1, 3, 5, 4, 4, 4])
    """

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
        axis: int = 0,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        geometry, axis = causal_geometry(kernel_size, stride, padding, dilation, axis, ndim)
        causal_modes(padding_mode, ndim, axis)
        amounts = geometry.padding if ndim > 1 else "causal"
        if not isinstance(amounts, str):  # what reads a layer's padding is told that of all axes
            reach = geometry.dilation[axis] * (geometry.kernel[axis] - 1)
            amounts = tuple((reach, 0) if i == axis else pair for i, pair in enumerate(amounts))
        ConvNd.__init__(
            self,
            ndim,
            in_channels,
            out_channels,
            kernel_size,
            stride,
            amounts,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            flip=flip,
        )
        self.axis = axis

    def _others(self) -> PaddingLike:
        """The padding of the axes other than the causal one."""
        if self.ndim == 1 or isinstance(self.padding, str):
            return 0 if self.ndim == 1 else self.padding
        return tuple(pair for i, pair in enumerate(self.padding) if i != self.axis)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return causal_conv(
            input,
            weight,
            bias,
            self.stride,
            self._others(),
            self.dilation,
            self.groups,
            axis=self.axis,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def step(self, input: Tensor, state: CausalState | None = None) -> tuple[Tensor, CausalState]:
        """Continue a signal with its next chunk.

        Args:
            input: the chunk, of any size along the causal axis.
            state: what the step before returned; None at the beginning.

        Returns:
            The outputs that the chunk completes, and the state for the next step.

        >>> layer = CausalConv1d(2, 4, 3)
        >>> output, state = layer.step(torch.randn(1, 2, 7))
        >>> output, state = layer.step(torch.randn(1, 2, 1), state)
        >>> output.shape
        torch.Size([1, 4, 1])
        """
        return causal_conv_step(
            input,
            state,
            self.weight,
            self.bias,
            self.stride,
            self._others(),
            self.dilation,
            self.groups,
            axis=self.axis,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )

    def stream(self) -> "CausalStream[CausalState]":
        """Return a function of chunks that remembers the signal so far.

        >>> stream = CausalConv1d(2, 4, 3).stream()
        >>> [tuple(stream(torch.randn(1, 2, size)).shape) for size in (7, 1)]
        [(1, 4, 7), (1, 4, 1)]
        """
        return CausalStream(self)

    def extra_repr(self) -> str:
        """`ConvNd`'s text, and which axis is the causal one."""
        return super().extra_repr() if self.ndim == 1 else f"{super().extra_repr()}, axis={self.axis}"


class _Stepping(Protocol[_State]):
    """What takes a signal in chunks: a causal layer, or a network of them."""

    def step(self, input: Tensor, state: _State | None = None) -> tuple[Tensor, _State]: ...


class CausalStream(Generic[_State]):
    """One signal on its way through a causal layer or network; its `stream` makes it.

    Args:
        layer: the layer or network, whose weights are read at every chunk.

    Attributes:
        state: what is remembered; None at the beginning.
    """

    def __init__(self, layer: _Stepping[_State]) -> None:
        self.layer = layer
        self.state: _State | None = None

    def __call__(self, chunk: Tensor) -> Tensor:
        """Return the outputs that the next chunk completes."""
        output, self.state = self.layer.step(chunk, self.state)
        return output

    def reset(self) -> None:
        """Forget the signal: the next chunk begins another."""
        self.state = None


class _Face(CausalConvNd):
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
        axis: int = 0,
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
            axis=axis,
            padding_value=padding_value,
            flip=flip,
        )


class CausalConv1d(_Face, Conv1d):
    """A causal layer over one axis, (N, C, L); the arguments are those of `CausalConvNd` without `ndim`.

    >>> CausalConv1d(2, 4, 3, dilation=2)(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 10])
    """

    spatial_axes = 1


class CausalConv2d(_Face, Conv2d):
    """A layer over two axes, causal along one, (N, C, H, W); the arguments are those of `CausalConvNd`.

    >>> CausalConv2d(1, 4, 3, stride=(1, 2), padding="same", axis=0)(torch.randn(1, 1, 10, 16)).shape
    torch.Size([1, 4, 10, 8])
    """

    spatial_axes = 2


class CausalConv3d(_Face, Conv3d):
    """A layer over three axes, causal along one, (N, C, D, H, W); the arguments are those of `CausalConvNd`.

    >>> CausalConv3d(3, 4, 3, padding=1)(torch.randn(1, 3, 5, 8, 8)).shape
    torch.Size([1, 4, 5, 8, 8])
    """

    spatial_axes = 3


class LazyCausalConv1d(_LazyFace, CausalConv1d):  # type: ignore[misc]
    """`CausalConv1d` without `in_channels`, which the first input tells.

    >>> LazyCausalConv1d(4, kernel_size=3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 8])
    """

    cls_to_become = CausalConv1d


class LazyCausalConv2d(_LazyFace, CausalConv2d):  # type: ignore[misc]
    """`CausalConv2d` without `in_channels`, which the first input tells.

    >>> LazyCausalConv2d(4, kernel_size=3, axis=1)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 8])
    """

    cls_to_become = CausalConv2d


class LazyCausalConv3d(_LazyFace, CausalConv3d):  # type: ignore[misc]
    """`CausalConv3d` without `in_channels`, which the first input tells.

    >>> LazyCausalConv3d(4, kernel_size=3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 8, 6, 6])
    """

    cls_to_become = CausalConv3d
