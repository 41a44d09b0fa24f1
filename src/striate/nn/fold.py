"""Patches as columns and back, as layers: torch.nn's, of any rank and with every padding and border rule."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from striate import functional as SF
from striate.functional.conv import Ints, PaddingLike


class Unfold(nn.Unfold):
    """Gather what each position of a window sees into a column: `striate.functional.unfold` as a layer.

    >>> import torch
    >>> Unfold((3, 3), padding="same", padding_mode="reflect")(torch.randn(2, 3, 5, 6)).shape
    torch.Size([2, 27, 30])
    """

    padding_mode: str | Sequence[str] = "zeros"  # layers pickled by torch.nn know none

    def __init__(
        self,
        kernel_size: Ints,
        dilation: Ints = 1,
        padding: PaddingLike = 0,
        stride: Ints = 1,
        *,
        padding_mode: str | Sequence[str] = "zeros",
    ) -> None:
        super().__init__(kernel_size, dilation, padding, stride)  # type: ignore[arg-type]
        self.padding_mode = padding_mode

    def forward(self, input: Tensor) -> Tensor:
        """Gather (N, C, *S) into (N, C * taps, positions)."""
        layer: Any = self
        window = (layer.kernel_size, layer.dilation, layer.padding, layer.stride)
        return SF.unfold(input, *window, padding_mode=self.padding_mode)

    def extra_repr(self) -> str:
        """torch.nn's text, and the border rule if there is one."""
        return super().extra_repr() + _rule(self.padding_mode)


class Fold(nn.Fold):
    """Add up columns where `Unfold` took them from: `striate.functional.fold` as a layer.

    >>> import torch
    >>> Fold((4, 5, 6), 2, stride=2, padding="same")(torch.randn(1, 16, 18)).shape
    torch.Size([1, 2, 4, 5, 6])
    """

    padding_mode: str | Sequence[str] = "zeros"

    def __init__(
        self,
        output_size: Ints,
        kernel_size: Ints,
        dilation: Ints = 1,
        padding: PaddingLike = 0,
        stride: Ints = 1,
        *,
        padding_mode: str | Sequence[str] = "zeros",
    ) -> None:
        super().__init__(output_size, kernel_size, dilation, padding, stride)  # type: ignore[arg-type]
        self.padding_mode = padding_mode

    def forward(self, input: Tensor) -> Tensor:
        """Add (N, C * taps, positions) up to (N, C, *output_size)."""
        layer: Any = self
        window = (layer.output_size, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
        return SF.fold(input, *window, padding_mode=self.padding_mode)

    def extra_repr(self) -> str:
        """torch.nn's text, and the border rule if there is one."""
        return super().extra_repr() + _rule(self.padding_mode)


def _rule(padding_mode: str | Sequence[str]) -> str:
    return "" if padding_mode == "zeros" else f", padding_mode={padding_mode}"
