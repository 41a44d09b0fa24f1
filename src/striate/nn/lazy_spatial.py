"""Spatially separable convolution layers that read their input channels off the first input."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from striate.arithmetic.cost import groups_argument
from striate.engine.checks import check_input_rank
from striate.functional.conv import Ints, PaddingLike
from striate.nn.spatial import SpatialSeparableConv2d, SpatialSeparableConv3d


class _LazyParameterList(LazyModuleMixin, nn.ParameterList):
    """Weights of which the first has no shape yet; the mixin saves and loads it."""


class _LazyFace(LazyModuleMixin):
    """A layer whose first weight has no shape until the first input comes; then it becomes `cls_to_become`."""

    spatial_axes: ClassVar[int]

    def __init__(
        self,
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
        mid_channels: Ints | None = None,
        padding_value: float = 0.0,
        flip: bool = False,
    ) -> None:
        layer: Any = super()
        layer.__init__(
            0,
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
            mid_channels=mid_channels,
            padding_value=padding_value,
            flip=flip,
        )
        make: Any = UninitializedParameter  # typed by torch as what it is after the first input
        whole: Any = self
        whole.weights = _LazyParameterList([make(device=device, dtype=dtype), *list(whole.weights)[1:]])

    def initialize_parameters(self, input: Tensor) -> None:
        """Read the channels off the input, or off a weight that was loaded before."""
        layer: Any = self
        check_input_rank(input.shape, self.spatial_axes)
        first = layer.weights[0]
        if isinstance(first, UninitializedParameter):
            channels = input.shape[-self.spatial_axes - 1]
            groups_argument(layer.groups, channels, layer.channels[-1])
            first.materialize((layer.channels[1], channels // layer.groups, layer.kernel_size[0]))
            layer.reset_parameters()
        layer.channels = (layer.weights[0].shape[1] * layer.groups, *layer.channels[1:])
        layer.weights = nn.ParameterList(layer.weights)


class LazySpatialSeparableConv2d(_LazyFace, SpatialSeparableConv2d):  # type: ignore[misc]
    """`SpatialSeparableConv2d` without `in_channels`, which the first input tells.

    >>> LazySpatialSeparableConv2d(4, kernel_size=3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    cls_to_become = SpatialSeparableConv2d


class LazySpatialSeparableConv3d(_LazyFace, SpatialSeparableConv3d):  # type: ignore[misc]
    """`SpatialSeparableConv3d` without `in_channels`, which the first input tells.

    >>> LazySpatialSeparableConv3d(4, kernel_size=3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    cls_to_become = SpatialSeparableConv3d
