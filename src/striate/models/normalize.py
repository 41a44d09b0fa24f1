"""The first module of every model: it takes images in [0, 1], or signals, to the range the model wants."""

from torch import Tensor, nn


class Rescale(nn.Module):
    """Map 0 to `low` and 1 to `high`, linearly; (N, C, *S) in and out.

    >>> import torch
    >>> Rescale(-0.1, 1.175)(torch.tensor([0.0, 0.5, 1.0]))
    tensor([-0.1000,  0.5375,  1.1750])
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def forward(self, input: Tensor) -> Tensor:
        """Rescale every value."""
        return input * (self.high - self.low) + self.low

    def extra_repr(self) -> str:
        """Show the range in the printed model."""
        return f"{self.low}, {self.high}"
