"""Adaptive polyphase sampling layers."""

from collections.abc import Sequence

from torch import Tensor, nn

from striate import functional as SF
from striate.arithmetic import padding_mode_argument
from striate.arithmetic.arguments import integers
from striate.engine.norms import norm_type_argument
from striate.functional.conv import Ints
from striate.functional.max_pool import MaxPooled
from striate.functional.pool_window import one_an_axis
from striate.nn.any_rank import AnyRank


class _AdaptivePolyphaseSampling(nn.Module):
    spatial_axes: int

    def __init__(
        self,
        stride: Ints = 2,
        norm_type: float = 2.0,
        *,
        return_phase: bool = False,
        padding_mode: str | Sequence[str] = "circular",
    ) -> None:
        integers(stride, self.spatial_axes, "stride", 1)
        norm_type_argument(norm_type)
        padding_mode_argument(padding_mode, self.spatial_axes)
        super().__init__()
        self.stride = stride
        self.norm_type = norm_type
        self.return_phase = return_phase
        self.padding_mode = padding_mode

    def forward(self, input: Tensor, phase: Tensor | None = None) -> MaxPooled:
        """Subsample `input`, at these phases if they are given."""
        return SF.adaptive_polyphase_sampling(
            input,
            one_an_axis(self.stride, self.spatial_axes),
            self.norm_type,
            phase=phase,
            return_phase=self.return_phase,
            padding_mode=self.padding_mode,
        )

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"stride={self.stride}, norm_type={self.norm_type}, padding_mode={self.padding_mode}"


class AdaptivePolyphaseSamplingNd(AnyRank, _AdaptivePolyphaseSampling):
    """A stride at the phase that holds most, over `ndim` axes: as `AdaptivePolyphaseSampling2d`, after `ndim`.

    >>> import torch
    >>> AdaptivePolyphaseSamplingNd(4)(torch.randn(1, 2, 4, 4, 4, 4)).shape
    torch.Size([1, 2, 2, 2, 2, 2])
    """


class AdaptivePolyphaseSampling1d(_AdaptivePolyphaseSampling):
    """A stride at the phase that holds most, over one axis; as `striate.functional.adaptive_polyphase_sampling`.

    >>> import torch
    >>> AdaptivePolyphaseSampling1d(2)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 2, 4])
    """

    spatial_axes = 1


class AdaptivePolyphaseSampling2d(_AdaptivePolyphaseSampling):
    """A stride at the phase that holds most, over two axes; as `striate.functional.adaptive_polyphase_sampling`.

    >>> import torch
    >>> AdaptivePolyphaseSampling2d(2)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 2, 4, 4])
    """

    spatial_axes = 2


class AdaptivePolyphaseSampling3d(_AdaptivePolyphaseSampling):
    """A stride at the phase that holds most, over three axes; as `striate.functional.adaptive_polyphase_sampling`.

    >>> import torch
    >>> AdaptivePolyphaseSampling3d(2)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 2, 4, 4, 4])
    """

    spatial_axes = 3
