"""The Jacobians of striate's operators by autograd in float64, for tests that say what touches what."""

from math import prod

import numpy as np
import oracles
import torch

import striate.functional as SF


def counted_weight(problem):
    """A weight of whole numbers from 1 up: sums are exact, never 0, and tell one tap from another."""
    return np.arange(1.0, prod(problem.weight_shape) + 1).reshape(problem.weight_shape)


def conv_jacobian(problem, padding, weight):
    """That of `conv` (outputs, inputs), channels first."""

    def operator(x):
        window = (problem.stride, padding, problem.dilation, problem.groups)
        return SF.conv(x, torch.from_numpy(weight), None, *window, padding_mode=problem.modes)

    return _jacobian(operator, problem.input_shape[1:])


def conv_transpose_jacobian(problem, padding, weight):
    """That of `conv_transpose` (outputs, inputs) from the problem's output to its input, channels first."""

    def operator(x):
        window = (problem.stride, padding, 0, problem.groups, problem.dilation)
        given = {"padding_mode": problem.modes, "output_size": problem.size}
        return SF.conv_transpose(x, torch.from_numpy(weight), None, *window, **given)

    return _jacobian(operator, (problem.out_channels, *oracles.output_size(problem)))


def _jacobian(operator, in_shape):
    """Every output asks a copy of the input of its own."""
    outputs = operator(torch.zeros(1, *in_shape, dtype=torch.float64)).numel()
    images = torch.zeros(outputs, *in_shape, dtype=torch.float64, requires_grad=True)
    (rows,) = torch.autograd.grad(operator(images).flatten(1).diagonal().sum(), images)
    return rows.flatten(1).numpy()
