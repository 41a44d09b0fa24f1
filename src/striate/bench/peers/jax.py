"""JAX: XLA's convolution under `jit`, in both layouts."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor

from striate.bench.contender import CannotRunError, Contender
from striate.bench.exact import Operands
from striate.bench.peers.eager import LAYOUTS

_AXES = "DHW"


def contenders(operands: Operands, gradients: bool, threads: int) -> list[Contender]:  # noqa: ARG001, by affinity
    """Return JAX on channels first and on channels last."""
    problem = operands.problem
    if set(problem.modes) != {"zeros"} or problem.dtype != "f32":
        raise CannotRunError("JAX runs float32 with zeros outside")
    return [_contender(layout, operands, gradients) for layout in LAYOUTS]


def _contender(layout: str, operands: Operands, gradients: bool) -> Contender:
    jax: Any = import_module("jax")
    cpu = jax.devices("cpu")[0]
    problem = operands.problem
    space = _AXES[-problem.ndim :]
    if layout == "nchw":
        words, data, taps = (f"NC{space}", f"OI{space}", f"NC{space}"), None, None
    else:
        words = (f"N{space}C", f"{space}IO", f"N{space}C")
        data = (0, *range(2, problem.ndim + 2), 1)
        taps = (*range(2, problem.ndim + 2), 1, 0)

    def convolve(input: Any, weight: Any) -> Any:  # noqa: ANN401
        return jax.lax.conv_general_dilated(
            input,
            weight,
            problem.stride,
            problem.padding,
            rhs_dilation=problem.dilation,
            dimension_numbers=words,
            feature_group_count=problem.groups,
        )

    def forward(input: Any, weight: Any, grad: Any) -> Any:  # noqa: ANN401, ARG001
        return (convolve(input, weight),)

    def train(input: Any, weight: Any, grad: Any) -> Any:  # noqa: ANN401
        output, pull_back = jax.vjp(convolve, input, weight)
        return output, *pull_back(grad)

    def put(tensor: Tensor, order: Sequence[int] | None) -> Any:  # noqa: ANN401
        array = tensor.numpy()
        return jax.device_put(array if order is None else np.ascontiguousarray(array.transpose(order)), cpu)

    arrays = put(operands.input, data), put(operands.weight, taps), put(operands.grad, data)
    call = jax.jit(train if gradients else forward)
    return Contender(f"jax {layout}", lambda: jax.block_until_ready(call(*arrays)), _back((data, data, taps)))


def _back(orders: Sequence[Sequence[int] | None]) -> Callable[[Any], list[Tensor]]:
    def tensors(results: Any) -> list[Tensor]:  # noqa: ANN401
        arrays = [np.array(result) for result in results]
        plain = [
            a if order is None else a.transpose(np.argsort(order)) for a, order in zip(arrays, orders, strict=False)
        ]
        return [torch.from_numpy(array) for array in plain]

    return tensors
