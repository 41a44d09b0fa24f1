"""Global response normalisation as a layer."""

import torch
from torch import Tensor, nn

from striate.arithmetic.arguments import integer
from striate.functional.response_norm import global_response_norm


class GlobalResponseNorm(nn.Module):
    """Scale each channel by its norm over space, relative to the mean norm of all channels, and add the input.

    It starts as the identity.

    Args:
        channels: channels of the input.
        eps: added to the mean norm, which is 0 for an image of zeros.
        device: device of the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, C, *S) to the same; any number of spatial axes. `gamma` and `beta` are (C,).

    Raises:
        ValueError: channels below 1.

    Source: that of `striate.functional.global_response_norm`.

    >>> GlobalResponseNorm(8)(torch.randn(2, 8, 5, 5)).shape
    torch.Size([2, 8, 5, 5])
    """

    def __init__(
        self,
        channels: int,
        eps: float = 1e-6,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.channels, self.eps = integer(channels, "channels", 1), eps
        self.gamma = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
        self.beta = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set both parameters to 0, which makes the layer the identity."""
        nn.init.zeros_(self.gamma)
        nn.init.zeros_(self.beta)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        return global_response_norm(input, self.gamma, self.beta, self.eps)

    def extra_repr(self) -> str:
        """The channels, and `eps` where it is not the default."""
        return str(self.channels) + ("" if self.eps == 1e-6 else f", eps={self.eps}")
