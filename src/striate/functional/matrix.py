"""Convolution as a sparse matrix."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from striate.arithmetic import Geometry, padding_mode_argument
from striate.arithmetic.arguments import integer, integers
from striate.engine.extension import extend
from striate.engine.patches import gather
from striate.functional.conv import flipped


def as_matrix(
    geometry: Geometry,
    weight: Tensor,
    size: Sequence[int],
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    flip: bool = False,
) -> Tensor:
    """Write `conv` on inputs of one size as a sparse matrix, which the flattened sample is multiplied by.

    Its transpose is the matrix of `conv_transpose` with the same arguments and `output_size=size`.

    Args:
        geometry: the window, as `striate.arithmetic.Geometry.of` makes it.
        weight: (O, C / groups, *K); K is the geometry's kernel.
        size: spatial size of the input.
        groups: channel groups.
        padding_mode: border rule, or one an axis, as in `conv`; `"constant"` gives the linear part, as `"zeros"`.
        flip: as in `conv`.

    Returns:
        A coalesced sparse COO tensor (O * prod(T), C * prod(S)), differentiable by the weight; `.to_sparse_csr()` makes
        it one of rows. An element stands where a tap reads an input, also where the weight is 0.

    Raises:
        ValueError: a weight of another kernel or of channels that the groups do not divide, a window that does not
            fit, or an unknown word.

    Source: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.1.

    >>> window = Geometry.of((2,))
    >>> as_matrix(window, torch.tensor([[[1.0, 2.0]]]), (4,)).to_dense()
    tensor([[1., 2., 0., 0.],
            [0., 1., 2., 0.],
            [0., 0., 1., 2.]])
    """
    size = integers(size, geometry.ndim, "size", 1)
    modes = padding_mode_argument(padding_mode, geometry.ndim)
    groups = integer(groups, "groups", 1)
    if tuple(weight.shape[2:]) != geometry.kernel:
        raise ValueError(f"weight must be (O, C / groups, *{geometry.kernel}), but got {tuple(weight.shape)}")
    out_channels, group_channels = weight.shape[:2]
    if out_channels % groups:
        raise ValueError(f"weight has {out_channels} output channels, which groups {groups} does not divide")
    outputs, elements = prod(geometry.output_size(size)), prod(size)
    seen = _elements_seen(geometry, size, modes, weight.device)
    taps = (flipped(weight) if flip else weight).flatten(2)

    in_channels = group_channels * groups
    outs = torch.arange(out_channels, device=weight.device)
    ins = outs[:, None] // (out_channels // groups) * group_channels
    ins = ins + torch.arange(group_channels, device=weight.device)
    rows, columns, values = [], [], []
    for marks, numbers, share in _reads(seen, elements):
        tap, position = marks
        shape = (out_channels, group_channels, len(tap))
        rows.append((outs[:, None, None] * outputs + position).expand(shape).flatten())
        columns.append((ins[:, :, None] * elements + numbers).expand(shape).flatten())
        values.append((taps[:, :, tap] * share).flatten())
    places = torch.stack([torch.cat(rows), torch.cat(columns)])
    whole = (out_channels * outputs, in_channels * elements)
    return torch.sparse_coo_tensor(places, torch.cat(values), whole, check_invariants=True).coalesce()


_MEAN = -1


def _elements_seen(geometry: Geometry, size: Sequence[int], modes: Sequence[str], device: torch.device) -> Tensor:
    """Return which element each tap reads at each position, (taps, positions), from 1; 0 is nothing, -1 the mean.

    Constants count as zeros. The mean goes first: in a corner it gives way to them.
    """
    numbers = torch.arange(1, prod(size) + 1, device=device).reshape(1, 1, *size)
    amounts = tuple((window.before, window.after) for window in geometry.windows(size))
    by_mean = tuple(pair if mode == "mean" else (0, 0) for pair, mode in zip(amounts, modes, strict=True))
    others = tuple((0, 0) if mode == "mean" else pair for pair, mode in zip(amounts, modes, strict=True))
    linear = tuple("zeros" if mode in {"constant", "mean"} else mode for mode in modes)
    numbers = extend(numbers, by_mean, ("constant",) * len(modes), _MEAN)
    numbers = extend(numbers, others, linear)
    inside = Geometry(geometry.kernel, geometry.stride, geometry.dilation, ((0, 0),) * geometry.ndim)
    return gather(numbers, inside, linear, 0.0)[0]


def _reads(seen: Tensor, elements: int) -> list[tuple[tuple[Tensor, Tensor], Tensor, float]]:
    """Return the (tap, position) that read an element, the element, and its share in what is read."""
    tap, position = torch.nonzero(seen > 0, as_tuple=True)
    reads = [((tap, position), seen[tap, position] - 1, 1.0)]
    tap, position = torch.nonzero(seen == _MEAN, as_tuple=True)
    if len(tap):
        every = torch.arange(elements, device=seen.device).repeat(len(tap))
        pair = (tap.repeat_interleave(elements), position.repeat_interleave(elements))
        reads.append((pair, every, 1 / elements))
    return reads
