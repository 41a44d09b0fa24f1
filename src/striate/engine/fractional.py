"""Fractional max pooling: windows whose steps vary, drawn for each plane."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.engine.axis_passes import max_over


def fractional_max(
    input: Tensor, kernel: Sequence[int], outputs: Sequence[int], samples: Tensor
) -> tuple[Tensor, Tensor]:
    """Max-pool (N, C, *S) to (N, C, *outputs), with flat indices.

    Args:
        input: (N, C, *S).
        kernel: taps an axis.
        outputs: spatial size of the output.
        samples: (N, C, axes), in torch's order.
    """
    ndim = len(kernel)
    if ndim == 1:  # torch's over two axes, the first of one element
        values, indices = fractional_max(
            input.unsqueeze(2), (1, *kernel), (1, *outputs), torch.cat([samples, torch.zeros_like(samples)], 2)
        )
        return values.squeeze(2), indices.squeeze(2)
    tight = any(n == count + k - 1 for n, k, count in zip(input.shape[2:], kernel, outputs, strict=True))
    if ndim == 2 or (ndim == 3 and not tight):  # torch's over three axes refuses windows at every place
        function = F.fractional_max_pool2d_with_indices if ndim == 2 else F.fractional_max_pool3d_with_indices
        pooled: tuple[Tensor, Tensor] = function(input, tuple(kernel), tuple(outputs), None, True, samples)
        return pooled
    columns = []
    for axis, (k, count) in enumerate(zip(kernel, outputs, strict=True)):
        along = [count if i == axis else 1 for i in range(ndim)]
        starts = _starts(samples[:, :, axis], input.shape[axis + 2] - k, count)
        columns.append([(starts + tap).reshape(*starts.shape[:2], *along) for tap in range(k)])
    return max_over(input, columns)


def _starts(samples: Tensor, last: int, count: int) -> Tensor:
    """Return where each window starts, (N, C, count): the first at 0 and the last at `last`, as torch draws them."""
    step = last / max(count - 1, 1)
    number = torch.arange(count, device=samples.device)
    u = samples.double().unsqueeze(-1)
    starts = ((number + u) * step).long() - (u * step).long()
    return torch.where(number == count - 1, last, starts)
