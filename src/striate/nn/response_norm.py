"""Response normalisations as layers."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from striate.arithmetic.arguments import integer
from striate.functional.response_norm import global_response_norm, local_response_norm


class LocalResponseNorm(nn.LocalResponseNorm):
    """`torch.nn.LocalResponseNorm` over `striate.functional.local_response_norm`: same numbers, arguments and repr.

    >>> LocalResponseNorm(5, k=2.0)(torch.rand(2, 8, 5, 5)).shape
    torch.Size([2, 8, 5, 5])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`, (N, C, *S), across neighbouring channels."""
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k)


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


class LazyGlobalResponseNorm(LazyModuleMixin, GlobalResponseNorm):
    """`GlobalResponseNorm` without `channels`, which the first input tells.

    >>> LazyGlobalResponseNorm()(torch.randn(2, 8, 5, 5)).shape
    torch.Size([2, 8, 5, 5])
    """

    cls_to_become = GlobalResponseNorm

    def __init__(
        self, eps: float = 1e-6, device: torch.device | str | None = None, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__(1, eps, device, dtype)
        make: Any = UninitializedParameter  # typed by torch as what it is after the first input
        self.channels = 0
        self.gamma, self.beta = make(device=device, dtype=dtype), make(device=device, dtype=dtype)

    def initialize_parameters(self, input: Tensor) -> None:
        """Read the channels off the input, or off parameters that were loaded before."""
        if input.ndim < 3:
            raise ValueError(f"input must have at least 3 dimensions (N, C, *S), but got {tuple(input.shape)}")
        if self.has_uninitialized_params():
            for parameter in (self.gamma, self.beta):
                if isinstance(parameter, UninitializedParameter):
                    parameter.materialize((input.shape[1],))
            self.reset_parameters()
        self.channels = self.gamma.shape[0]
