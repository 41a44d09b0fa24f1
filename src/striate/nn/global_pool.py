"""Pooling layers over all of space, of any rank."""

from torch import Tensor, nn

from striate import functional as SF
from striate.engine.norms import norm_type_argument


class _GlobalPool(nn.Module):
    def __init__(self, keepdim: bool = True) -> None:
        super().__init__()
        self.keepdim = keepdim

    def extra_repr(self) -> str:
        """Return the arguments that are not the defaults."""
        return "" if self.keepdim else "keepdim=False"


class GlobalMaxPool(_GlobalPool):
    """The maximum of each channel over all of space, of any rank; `striate.functional.global_max_pool` as a layer.

    >>> import torch
    >>> GlobalMaxPool()(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_max_pool(input, self.keepdim)


class GlobalAvgPool(_GlobalPool):
    """The mean of each channel over all of space, of any rank; `striate.functional.global_avg_pool` as a layer.

    >>> import torch
    >>> GlobalAvgPool()(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_avg_pool(input, self.keepdim)


class GlobalMinPool(_GlobalPool):
    """The minimum of each channel over all of space, of any rank; `striate.functional.global_min_pool` as a layer.

    >>> import torch
    >>> GlobalMinPool()(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_min_pool(input, self.keepdim)


class GlobalSumPool(_GlobalPool):
    """The sum of each channel over all of space, of any rank; `striate.functional.global_sum_pool` as a layer.

    >>> import torch
    >>> GlobalSumPool()(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_sum_pool(input, self.keepdim)


class GlobalLpPool(_GlobalPool):
    """The p-norm of each channel over all of space, of any rank; `striate.functional.global_lp_pool` as a layer.

    >>> import torch
    >>> GlobalLpPool(2, keepdim=False)(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5])
    """

    def __init__(self, norm_type: float, keepdim: bool = True) -> None:
        super().__init__(keepdim)
        norm_type_argument(norm_type)
        self.norm_type = norm_type

    def forward(self, input: Tensor) -> Tensor:
        """Pool `input`."""
        return SF.global_lp_pool(input, self.norm_type, self.keepdim)

    def extra_repr(self) -> str:
        """Return p, and the arguments that are not the defaults."""
        return ", ".join(filter(None, (f"norm_type={self.norm_type}", super().extra_repr())))
