"""OpenVINO: a model of one convolution whose weight is a constant, in float32."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor

from striate.bench.contender import CannotRunError, Contender
from striate.bench.exact import Operands


def contenders(operands: Operands, gradients: bool, threads: int) -> list[Contender]:
    """Return OpenVINO's forward computation, its input and output bound once."""
    problem = operands.problem
    if gradients:
        raise CannotRunError("OpenVINO computes no gradients")
    if set(problem.modes) != {"zeros"} or problem.dtype != "f32":
        raise CannotRunError("OpenVINO runs float32 with zeros outside")
    # Its import would send a report to its makers, from a process forked amid the timing; it goes without the sender
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    openvino: Any = import_module("openvino")
    opset: Any = import_module("openvino.opset13")
    input = opset.parameter(problem.input_shape, dtype=np.float32)
    window = (
        list(problem.stride),
        [before for before, _ in problem.padding],
        [after for _, after in problem.padding],
        list(problem.dilation),
    )
    weight = operands.weight
    if problem.groups == 1:
        node = opset.convolution(input, opset.constant(weight.numpy()), *window)
    else:
        grouped = weight.reshape(problem.groups, -1, *weight.shape[1:])
        node = opset.group_convolution(input, opset.constant(grouped.numpy()), *window)
    # Processors with bfloat16 units would otherwise compute in bfloat16, which is no comparison
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    request = openvino.compile_model(openvino.Model([node], [input]), "CPU", settings).create_infer_request()
    output = torch.zeros(problem.output_shape)
    request.set_input_tensor(openvino.Tensor(operands.input.numpy(), shared_memory=True))
    request.set_output_tensor(openvino.Tensor(output.numpy(), shared_memory=True))

    def tensors(_: object) -> Sequence[Tensor]:
        return [output]

    return [Contender("openvino", request.infer, tensors)]
