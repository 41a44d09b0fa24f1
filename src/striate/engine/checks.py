"""The tensors of a convolution are checked here, by shape, dtype and device."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.engine.arguments import ConvolutionArguments


def check_rank(weight: Sequence[int], ndim: int | None, channels: str = "O, C / groups") -> None:
    """Raise a ValueError unless the weight has `ndim` spatial axes, or any number from 1 up for None."""
    if ndim is None and len(weight) < 3:
        raise ValueError(f"weight must have at least 3 dimensions ({channels}, *K), but got {tuple(weight)}")
    if ndim is not None and len(weight) != ndim + 2:
        raise ValueError(
            f"weight must have {ndim + 2} dimensions ({channels} and {ndim} spatial), but got {tuple(weight)}"
        )


def check_input_rank(input: Sequence[int], ndim: int) -> None:
    """Raise a ValueError unless the input is (N, C, *S) or (C, *S) with `ndim` spatial axes."""
    if len(input) not in {ndim + 1, ndim + 2}:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, "
            f"but got {len(input)}: {tuple(input)}"
        )


def check_tensors(
    input: Sequence[int],
    weight: Sequence[int],
    bias: Sequence[int] | None,
    dtypes: tuple[torch.dtype, torch.dtype] | None,
    arguments: ConvolutionArguments,
) -> None:
    """Refuse tensors that do not belong together, naming what came, what was expected and the likely mend.

    Args:
        input: shape.
        weight: shape.
        bias: shape, or None.
        dtypes: those of input and weight; None where autocast will make them one.
        arguments: the convolution's.

    Raises:
        ValueError: wrong rank, channels that do not fit each other or the groups, a bias of another length.
        TypeError: dtypes that differ.
    """
    ndim, groups = arguments.ndim, arguments.groups
    check_input_rank(input, ndim)
    out_channels, group_channels = weight[:2]
    in_channels, found = group_channels * groups, input[-ndim - 1]
    if found != in_channels:
        raise ValueError(
            f"input must have {in_channels} channels for a weight of {tuple(weight)} with groups {groups}, but "
            f"got {found}: {tuple(input)}{channels_last_hint(input, in_channels, ndim)}"
        )
    if out_channels % groups:
        raise ValueError(f"weight has {out_channels} output channels, which groups {groups} does not divide")
    if bias is not None and tuple(bias) != (out_channels,):
        raise ValueError(f"bias must have shape {(out_channels,)}, but got {tuple(bias)}")
    if dtypes is not None and dtypes[0] != dtypes[1]:
        raise TypeError(
            f"input has dtype {dtypes[0]} and weight {dtypes[1]}; they must be the same{_dtype_hint(dtypes[0])}"
        )


def channels_last_hint(input: Sequence[int], in_channels: int, ndim: int) -> str:
    """Return the mend for an input whose last axis has the channels, or nothing."""
    if input[-1] != in_channels:
        return ""
    batch = range(len(input) - ndim - 1)
    order = (*batch, len(input) - 1, *range(len(batch), len(input) - 1))
    return f"; the last axis has {in_channels}: if input is channels-last, permute it: input.permute{order}"


def _dtype_hint(dtype: torch.dtype) -> str:
    if dtype == torch.uint8:
        return "; an image of integers becomes one of floats by input.float() / 255"
    return "; convert one by .float() or .to(dtype)" if not dtype.is_floating_point else "; convert one by .to(dtype)"


def check_devices(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise a ValueError where weight or bias lies elsewhere than the input; torch reads a bias on meta as garbage."""
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.device != input.device:
            raise ValueError(f"{name} is on {tensor.device} and input on {input.device}; move one by .to(device)")
