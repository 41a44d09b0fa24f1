"""Convolution layers that read their input channels off the first input."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch.nn.modules.conv import _LazyConvXdMixin
from torch.nn.parameter import UninitializedParameter

from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv import Conv1d, Conv2d, Conv3d


class LazyLayer(_LazyConvXdMixin):
    """A layer whose parameters have no shape until the first input comes; then it becomes `cls_to_become`."""

    spatial_axes: ClassVar[int]

    def _await_parameters(self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None) -> None:
        """Put parameters without shapes in the place of those of a layer that was made without a bias."""
        make: Any = UninitializedParameter  # typed by torch as what it is after the first input
        self.weight = make(device=device, dtype=dtype)
        if bias:
            self.bias = make(device=device, dtype=dtype)

    def _get_num_spatial_dims(self) -> int:
        return self.spatial_axes


class _LazyFace(LazyLayer):
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
        padding_value: float = 0.0,
        **only_named: Any,  # noqa: ANN401  # of a layer that knows more than `ConvNd`
    ) -> None:
        super().__init__(  # type: ignore[misc]
            0,
            0,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            False,
            padding_mode,
            device,
            dtype,
            padding_value=padding_value,
            **only_named,
        )
        self.out_channels = out_channels
        self._await_parameters(bias, device, dtype)


class LazyConv1d(_LazyFace, Conv1d):  # type: ignore[misc]
    """`Conv1d` without `in_channels`, which the first input tells.

    >>> LazyConv1d(4, kernel_size=3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 6])
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyFace, Conv2d):  # type: ignore[misc]
    """`Conv2d` without `in_channels`, which the first input tells.

    >>> LazyConv2d(4, kernel_size=3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyFace, Conv3d):  # type: ignore[misc]
    """`Conv3d` without `in_channels`, which the first input tells.

    >>> LazyConv3d(4, kernel_size=3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    cls_to_become = Conv3d
