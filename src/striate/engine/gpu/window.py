"""A convolution over one or two axes as Triton's kernels take it: always two, if need be one of one element."""

from dataclasses import dataclass

import torch
from torch import Tensor

from striate.engine.arguments import BORDER_CODES, ConvolutionArguments
from striate.engine.extension import Amounts


@dataclass(frozen=True)
class PlaneWindow:
    """The window over a plane.

    Args:
        kernel: taps an axis.
        stride: step between two outputs, an axis.
        dilation: step between two taps, an axis.
        before: places before the signal at which the window begins, an axis; negative to crop.
        outputs: positions an axis.
        modes: numbers of the border rules, an axis.
        value: the value outside the signal under the rule `"constant"`.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    before: tuple[int, int]
    outputs: tuple[int, int]
    modes: tuple[int, int]
    value: float

    @classmethod
    def of(cls, arguments: ConvolutionArguments, amounts: Amounts, size: tuple[int, ...]) -> "PlaneWindow":
        """Return the window of a convolution over a signal of spatial `size`, which is padded by `amounts`."""
        geometry = arguments.geometry
        return cls(
            _plane(geometry.kernel, 1),
            _plane(geometry.stride, 1),
            _plane(geometry.dilation, 1),
            _plane(tuple(before for before, _ in amounts), 0),
            _plane(geometry.output_size(size), 1),
            _plane(tuple(BORDER_CODES[mode] for mode in arguments.modes), BORDER_CODES["zeros"]),
            arguments.value,
        )

    def meta(self) -> dict[str, int]:
        """Return what the kernels take as constants."""
        names = {"K": self.kernel, "STRIDE_": self.stride, "DILATION_": self.dilation, "MODE_": self.modes}
        return {f"{name}{axis}": pair[i] for name, pair in names.items() for i, axis in enumerate("HW")}


def as_plane(tensor: Tensor) -> Tensor:
    """Return (N, C, L) as (N, C, 1, L), and (N, C, H, W) as it is; of a weight likewise."""
    return tensor.unsqueeze(2) if tensor.ndim == 3 else tensor


def empty_plane(like: Tensor, channels: int, outputs: tuple[int, int]) -> Tensor:
    """Return room for (N, channels, *outputs) in the memory format of `like`, (N, C, H, W)."""
    channels_last = not like.is_contiguous() and like.is_contiguous(memory_format=torch.channels_last)
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    shape = (like.shape[0], channels, *outputs)
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=memory_format)


def _plane(values: tuple[int, ...], first: int) -> tuple[int, int]:
    return (first, values[0]) if len(values) == 1 else (values[0], values[1])
