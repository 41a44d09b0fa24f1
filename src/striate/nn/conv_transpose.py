"""Transposed convolution layers: torch.nn's, on striate's kernels."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from striate.engine.transposed import transposed_arguments, transposed_convolution


class _Transposed(torch.nn.modules.conv._ConvTransposeNd):
    """What torch.nn's layers hold, with a forward of ours; `_output_padding` is theirs."""

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Apply the layer; `output_size` picks one of the sizes that the stride leaves open."""
        layer: Any = self
        output_padding = layer.output_padding
        if output_size is not None:
            ndim = len(layer.kernel_size)
            output_padding = layer._output_padding(
                input, list(output_size), layer.stride, layer.padding, layer.kernel_size, ndim, layer.dilation
            )
        arguments = transposed_arguments(
            layer.kernel_size, layer.stride, layer.padding, output_padding, layer.groups, layer.dilation
        )
        return transposed_convolution(input, layer.weight, layer.bias, arguments)


class ConvTranspose1d(_Transposed, torch.nn.ConvTranspose1d):
    """A transposed convolution layer over one axis; the arguments are those of `torch.nn.ConvTranspose1d`.

    >>> ConvTranspose1d(2, 4, 3, stride=2)(torch.randn(1, 2, 10)).shape
    torch.Size([1, 4, 21])
    """


class ConvTranspose2d(_Transposed, torch.nn.ConvTranspose2d):
    """A transposed convolution layer over two axes; the arguments are those of `torch.nn.ConvTranspose2d`.

    >>> ConvTranspose2d(8, 3, 2, stride=2)(torch.randn(1, 8, 5, 5)).shape
    torch.Size([1, 3, 10, 10])
    """


class ConvTranspose3d(_Transposed, torch.nn.ConvTranspose3d):
    """A transposed convolution layer over three axes; the arguments are those of `torch.nn.ConvTranspose3d`.

    >>> ConvTranspose3d(4, 2, 2, stride=2)(torch.randn(1, 4, 3, 4, 4)).shape
    torch.Size([1, 2, 6, 8, 8])
    """
