"""Resizing, then convolution: upsampling without checkerboards."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic import resized_size
from striate.arithmetic.arguments import choice
from striate.engine.checks import check_rank
from striate.functional.conv import Ints, PaddingLike, conv

RESIZE_MODES = ("nearest", "nearest-exact", "linear", "cubic", "area")

# What torch calls a mode by the number of axes; the others are resized axis by axis, which gives the same.
_TORCHS = {
    **{(mode, ndim): mode for mode in ("nearest", "nearest-exact", "area") for ndim in (1, 2, 3)},
    ("linear", 1): "linear",
    ("linear", 2): "bilinear",
    ("linear", 3): "trilinear",
    ("cubic", 2): "bicubic",
}

Scales = int | float | Sequence[int | float]


def resize_conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    scale_factor: Scales | None = None,
    padding: PaddingLike = "same",
    dilation: Ints = 1,
    groups: int = 1,
    *,
    size: Ints | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    activation: str | None = None,
) -> Tensor:
    r"""Resize `input`, then convolve it with stride 1.

    $$y[n, o, p] = b[o] + \sum_{c, t} w[o, c, t] \; u[n, c, p - before + t \cdot dilation], \qquad u = resize(x)$$

    Every output sees all taps of the kernel, where a transposed convolution whose stride does not divide its kernel
    has outputs that see more taps than their neighbours; `striate.checkerboard_score` measures it.

    Args:
        input: (N, C, *S), or (C, *S) without a batch; of any number of axes.
        weight: (O, C / groups, *K).
        bias: (O,), or None.
        scale_factor: how many times as large each axis becomes, a number or one an axis; floor(n * scale_factor).
        padding: as for `striate.functional.conv`, and so are the arguments below but the three of the resizing.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups.
        size: the resized spatial size instead of a scale factor, an int or one an axis.
        mode: `"nearest"` (torch's: rounds down), `"nearest-exact"`, `"linear"`, `"cubic"`, or `"area"` (means).
        align_corners: of `"linear"` and `"cubic"`: whether the first and last elements keep their places, as in
            `torch.nn.functional.interpolate`, rather than the edges.
        padding_mode: border rule of the resized input, or one an axis.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.
        activation: what the result goes through, or None.

    Returns:
        (N, O, *T) or (O, *T); under `"same"` T is the resized size.

    Raises:
        ValueError: neither or both of `scale_factor` and `size`, an unknown mode, sizes that do not fit.

    Source: A. Odena, V. Dumoulin, C. Olah, "Deconvolution and checkerboard artifacts", 2016.

    >>> import torch
    >>> resize_conv(torch.randn(1, 3, 5, 6), torch.randn(4, 3, 3, 3), scale_factor=2, padding_mode="symmetric").shape
    torch.Size([1, 4, 10, 12])
    """
    check_rank(weight.shape, None)
    ndim = weight.ndim - 2
    if input.ndim not in {ndim + 1, ndim + 2}:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, "
            f"but got {input.ndim}: {tuple(input.shape)}"
        )
    check_mode(mode, align_corners)
    batched = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    resized = resize(batched, resized_size(input.shape[-ndim:], scale_factor, size), mode, align_corners)
    return conv(
        resized if batched is input else resized.squeeze(0),
        weight,
        bias,
        1,
        padding,
        dilation,
        groups,
        padding_mode=padding_mode,
        padding_value=padding_value,
        flip=flip,
        activation=activation,
    )


def check_mode(mode: object, align_corners: bool) -> None:
    """Refuse an unknown mode, or `align_corners` where it means nothing."""
    choice(mode, RESIZE_MODES, "mode")
    if align_corners and mode not in {"linear", "cubic"}:
        raise ValueError(f"align_corners needs mode 'linear' or 'cubic', but got mode {mode!r}")


def resize(input: Tensor, size: tuple[int, ...], mode: str, align_corners: bool) -> Tensor:
    """Resize the spatial axes of (N, C, *S)."""
    if input.is_complex():  # torch resizes real numbers only
        return torch.complex(*(resize(part, size, mode, align_corners) for part in (input.real, input.imag)))
    ndim = len(size)
    corners = align_corners if mode in {"linear", "cubic"} else None
    if (mode, ndim) in _TORCHS:
        return F.interpolate(input, size, mode=_TORCHS[mode, ndim], align_corners=corners)
    for axis, length in enumerate(size, 2):
        moved = input.movedim(axis, -1)
        # (lines, 1, L) for torch's modes of one axis; "cubic" knows images only: here lines of height 1.
        lines = moved.reshape(prod(moved.shape[:-1]), *(1,) * (1 + (mode == "cubic")), moved.shape[-1])
        target = (1, length) if mode == "cubic" else (length,)
        lines = F.interpolate(lines, target, mode=_TORCHS[mode, len(target)], align_corners=corners)
        input = lines.reshape(*moved.shape[:-1], length).movedim(-1, axis)
    return input
