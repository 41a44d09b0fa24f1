"""Transposed convolution layers that read their input channels off the first input."""

from collections.abc import Sequence

import torch

from striate.functional.conv import Ints, PaddingLike
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from striate.nn.lazy import LazyLayer


class _LazyFace(LazyLayer):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: PaddingLike = 0,
        output_padding: Ints = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: str | Sequence[str] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        flip: bool = False,
    ) -> None:
        super().__init__(  # type: ignore[misc]
            0,
            0,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            False,
            dilation,
            padding_mode,
            device,
            dtype,
            flip=flip,
        )
        self.out_channels = out_channels
        self._await_parameters(bias, device, dtype)


class LazyConvTranspose1d(_LazyFace, ConvTranspose1d):  # type: ignore[misc]
    """`ConvTranspose1d` without `in_channels`, which the first input tells.

    >>> LazyConvTranspose1d(4, kernel_size=3)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 10])
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyFace, ConvTranspose2d):  # type: ignore[misc]
    """`ConvTranspose2d` without `in_channels`, which the first input tells.

    >>> LazyConvTranspose2d(4, kernel_size=3)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 10, 10])
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyFace, ConvTranspose3d):  # type: ignore[misc]
    """`ConvTranspose3d` without `in_channels`, which the first input tells.

    >>> LazyConvTranspose3d(4, kernel_size=3)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 10, 10, 10])
    """

    cls_to_become = ConvTranspose3d
