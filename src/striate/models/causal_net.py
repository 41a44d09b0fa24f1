"""A network of causal layers: the whole signal at once, or a chunk at a time with the same result."""

from collections.abc import Callable
from itertools import repeat

from torch import Tensor, nn

import striate.nn as snn
from striate.functional.causal import CausalState

Run = Callable[[snn.CausalConv1d, Tensor], Tensor]

LOUD = 8.0  # times a signal in [-1, 1], in which speech has a spread of about 1/8, so that layers read one of about 1


class CausalNet(nn.Module):
    """What a network has whose convolutions are all causal; a subclass writes `compute` once for both ways to run it.

    A stream gives the bits of the whole where what stands between the layers gives each element the same bits wherever
    it lies; sums, products, rectifiers and torch's tanh do, its sigmoid does not.

    >>> import torch
    >>> class Two(CausalNet):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.first, self.second = snn.CausalConv1d(1, 4, 3), snn.CausalConv1d(4, 2, 3)
    ...     def compute(self, input, run):
    ...         return run(self.second, run(self.first, input).relu())
    >>> net, signal = Two().eval(), torch.rand(1, 1, 20)
    >>> first, state = net.step(signal[..., :13])
    >>> second, state = net.step(signal[..., 13:], state)
    >>> torch.equal(torch.cat([first, second], 2), net(signal))
    True
    """

    def compute(self, input: Tensor, run: Run) -> Tensor:
        """Return the output of (N, C, time); every causal layer is applied by `run(layer, input)`, in a fixed order."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define compute(input, run)")

    def forward(self, input: Tensor) -> Tensor:
        """Compute the output of a whole signal."""
        return self.compute(input, lambda layer, signal: layer(signal))

    def step(self, input: Tensor, state: list[CausalState] | None = None) -> tuple[Tensor, list[CausalState]]:
        """Continue a signal with its next chunk.

        Args:
            input: the chunk, (N, C, time) of any time.
            state: what the step before returned; None at the beginning of the signal.

        Returns:
            The chunk's outputs and the state for the next step. In eval mode the outputs are those of the whole signal,
            in float32 and float64 on the CPU bit for bit.
        """
        before = repeat(None) if state is None else iter(state)
        after: list[CausalState] = []

        def run(layer: snn.CausalConv1d, signal: Tensor) -> Tensor:
            output, kept = layer.step(signal, next(before))
            after.append(kept)
            return output

        return self.compute(input, run), after

    def stream(self) -> "snn.CausalStream[list[CausalState]]":
        """Return a function of chunks that remembers the signal so far."""
        return snn.CausalStream(self)
