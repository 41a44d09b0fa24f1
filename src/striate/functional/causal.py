"""Causal convolution along one axis, of a whole signal or of one that comes in chunks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from striate.arithmetic import Geometry, causal_step, padding_mode_argument
from striate.arithmetic.arguments import integer
from striate.engine.checks import check_rank
from striate.engine.positionwise import positionwise_convolution
from striate.functional.conv import Ints, PaddingLike

# What these rules put before a signal is known when it begins; the others read what is still to come.
_KNOWN_AT_ONCE = ("zeros", "constant", "replicate")


class CausalState(NamedTuple):
    """What a causal convolution must remember between two chunks.

    Args:
        history: the inputs that outputs to come still read, the input's shape but along the causal axis.
        seen: how many inputs have come, as `striate.arithmetic.causal_step` counts them.
    """

    history: Tensor
    seen: int


def causal_conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    axis: int = 0,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
) -> Tensor:
    r"""Convolve so that along `axis` no output reads ahead of its own place.

    $$y[n, o, p] = b[o] + \sum_{c, t} w[o, c, t] \; x[n, c, p \cdot stride - (K - 1 - t) \cdot dilation]$$

    On our kernels (float32 and float64 on the CPU) an output's bits depend on nothing but the inputs that it reads: not
    on the size, and not on the chunks of a stream (`causal_conv_step`). Elsewhere they are equal up to rounding.

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (O, C / groups, *K).
        bias: (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: of the axes other than the causal one: an int, a word, or an int or a (before, after) pair for each of
            them in order.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups.
        axis: the causal one of the spatial axes; 0 is the first, such as the time of (N, C, T, H, W).
        padding_mode: border rule, or one an axis, as for `striate.functional.conv`; along the causal axis `"zeros"`,
            `"constant"` or `"replicate"`.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.

    Returns:
        (N, O, *T) or (O, *T); along the causal axis ceil(n / stride) elements.

    Raises:
        ValueError: sizes that do not fit, an axis that is not there, or a rule that reads ahead.

    Source: A. van den Oord et al., "WaveNet: A generative model for raw audio", 2016, section 2.1.

    >>> causal_conv(torch.randn(1, 2, 10), torch.randn(4, 2, 3), dilation=2).shape
    torch.Size([1, 4, 10])
    """
    asked = _Asked.of(weight, stride, padding, dilation, groups, axis, padding_mode, padding_value)
    return asked.convolve(input, weight.flip(tuple(range(2, weight.ndim))) if flip else weight, bias, None)


def causal_conv_step(
    input: Tensor,
    state: CausalState | None,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    axis: int = 0,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
) -> tuple[Tensor, CausalState]:
    """Continue `causal_conv` with the next chunk of a signal; the outputs of all chunks are those of the whole signal.

    Args:
        input: the chunk, (N, C, *S) or (C, *S), of any size along the causal axis.
        state: what the step before returned; None at the beginning of the signal.
        weight: as for `causal_conv`, and so are the arguments below.
        bias: (O,), or None.
        stride: step between two outputs, counted over the whole signal.
        padding: of the axes other than the causal one.
        dilation: step between two taps.
        groups: channel groups.
        axis: the causal one of the spatial axes.
        padding_mode: border rule, or one an axis.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.

    Returns:
        The outputs that the chunk completes, as soon as it does (under a stride a small chunk may complete none), and
        the state for the next step. Gradients flow through the state: detach it, or record none, in an endless stream.

    Raises:
        ValueError: those of `causal_conv`; a state of another shape.

    Source: T. Le Paine et al., "Fast WaveNet generation algorithm", 2016, section 2.2.

    >>> signal, weight = torch.randn(1, 2, 10), torch.randn(4, 2, 3)
    >>> first, state = causal_conv_step(signal[..., :7], None, weight)
    >>> second, state = causal_conv_step(signal[..., 7:], state, weight)
    >>> torch.equal(torch.cat([first, second], dim=2), causal_conv(signal, weight))
    True
    """
    asked = _Asked.of(weight, stride, padding, dilation, groups, axis, padding_mode, padding_value)
    if flip:
        weight = weight.flip(tuple(range(2, weight.ndim)))
    return asked.step(input, state, weight, bias)


class _Asked(NamedTuple):
    """The arguments of a causal convolution, normalised."""

    geometry: Geometry
    groups: int
    axis: int
    modes: tuple[str, ...]
    value: float

    @classmethod
    def of(
        cls,
        weight: Tensor,
        stride: Ints,
        padding: PaddingLike,
        dilation: Ints,
        groups: int,
        axis: int,
        padding_mode: str | Sequence[str],
        padding_value: float,
    ) -> "_Asked":
        check_rank(weight.shape, None)
        kernel = tuple(weight.shape[2:])
        geometry, axis = causal_geometry(kernel, stride, padding, dilation, axis)
        return cls(geometry, groups, axis, causal_modes(padding_mode, geometry.ndim, axis), padding_value)

    @property
    def window(self) -> tuple[int, int, int]:
        """Kernel, stride and dilation along the causal axis."""
        geometry, axis = self.geometry, self.axis
        return geometry.kernel[axis], geometry.stride[axis], geometry.dilation[axis]

    def convolve(self, input: Tensor, weight: Tensor, bias: Tensor | None, before: int | None) -> Tensor:
        """Convolve with `before` elements of padding along the causal axis; None is what a whole signal has."""
        kernel, _, dilation = self.window
        self._check(input)
        amounts = [(w.before, w.after) for w in self.geometry.windows(input.shape[-self.geometry.ndim :])]
        amounts[self.axis] = (dilation * (kernel - 1) if before is None else before, 0)
        geometry = self.geometry
        window = (geometry.stride, tuple(amounts), geometry.dilation, self.groups)
        return positionwise_convolution(input, weight, bias, (geometry.ndim, *window, self.modes, self.value, None))

    def step(
        self, input: Tensor, state: CausalState | None, weight: Tensor, bias: Tensor | None
    ) -> tuple[Tensor, CausalState]:
        self._check(input)
        dim = self.axis - self.geometry.ndim
        step = causal_step(0 if state is None else state.seen, input.shape[dim], *self.window)
        at_hand = input.narrow(dim, step.skip, input.shape[dim] - step.skip) if step.skip else input
        if state is not None:
            self._check_state(input, state.history, dim)
            at_hand = torch.cat([state.history, at_hand], dim)
        output = self.convolve(at_hand, weight, bias, step.before) if step.outputs else self._nothing(input, weight)
        kept = at_hand.narrow(dim, at_hand.shape[dim] - step.kept, step.kept)
        return output, CausalState(kept.clone(), step.seen)  # a view would keep the whole chunk alive

    def _nothing(self, input: Tensor, weight: Tensor) -> Tensor:
        """No output: the shape of the others with a causal axis of length 0."""
        ndim = self.geometry.ndim
        size = list(input.shape[-ndim:])
        size[self.axis] = self.geometry.windows(size)[self.axis].extent
        sizes = list(self.geometry.output_size(size))
        sizes[self.axis] = 0
        return input.new_empty((*input.shape[: -ndim - 1], weight.shape[0], *sizes))

    def _check(self, input: Tensor) -> None:
        ndim = self.geometry.ndim
        if input.ndim not in {ndim + 1, ndim + 2}:
            raise ValueError(
                f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, "
                f"but got {input.ndim}: {tuple(input.shape)}"
            )

    def _check_state(self, input: Tensor, history: Tensor, dim: int) -> None:
        shapes = [list(tensor.shape) for tensor in (input, history)]
        for shape in shapes:
            shape[dim] = 0
        if len(history.shape) != input.ndim or shapes[0] != shapes[1]:
            raise ValueError(
                f"state must come from chunks of this shape but along the causal axis: its history is "
                f"{tuple(history.shape)}, and input is {tuple(input.shape)}; a new signal begins with None"
            )


def causal_geometry(
    kernel: Ints, stride: Ints, padding: PaddingLike, dilation: Ints, axis: int, ndim: int | None = None
) -> tuple[Geometry, int]:
    """Return the window, without padding along the causal axis, and the axis from 0 up."""
    ndim = ndim or len(Geometry.of(kernel).kernel)
    axis = integer(axis, "axis")
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis must be one of the {ndim} spatial axes, from {-ndim} to {ndim - 1}, but got {axis}")
    axis %= ndim
    if ndim == 1 and padding not in (0, "causal", ()):
        raise ValueError(f"padding is for axes other than the causal one, and there is none, but got {padding!r}")
    if isinstance(padding, Sequence) and not isinstance(padding, str):
        if len(padding) != ndim - 1:
            raise ValueError(
                f"padding must be an int, a word or {ndim - 1} entries, one for each axis but the causal one, but got "
                f"{len(padding)}: {padding}"
            )
        others: Any = padding  # ints or pairs, which `Geometry.of` tells apart
        padding = (*others[:axis], 0, *others[axis:])
    return Geometry.of(kernel, stride, padding, dilation, ndim=ndim), axis


def causal_modes(padding_mode: str | Sequence[str], ndim: int, axis: int) -> tuple[str, ...]:
    """Normalise `padding_mode`, and refuse rules that read what is still to come."""
    modes = padding_mode_argument(padding_mode, ndim)
    if modes[axis] not in _KNOWN_AT_ONCE or "mean" in modes:
        told = ", ".join(map(repr, _KNOWN_AT_ONCE))
        raise ValueError(
            f"padding_mode must be one of {told} along the causal axis, and nowhere 'mean': other rules read what is "
            f"still to come, but got {padding_mode!r}"
        )
    return modes
