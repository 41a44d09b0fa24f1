"""ONNX Runtime: a model of one Conv node whose weight is a constant, as in a model that is served."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from striate.bench.contender import CannotRunError, Contender
from striate.bench.exact import Operands
from striate.engine.problem import Problem


def contenders(operands: Operands, gradients: bool, threads: int) -> list[Contender]:
    """Return ONNX Runtime's forward computation, its input and output bound once."""
    problem = operands.problem
    if gradients:
        raise CannotRunError("ONNX Runtime computes no gradients")
    if set(problem.modes) != {"zeros"} or problem.dtype != "f32" or min(map(min, problem.padding)) < 0:
        raise CannotRunError("ONNX Runtime runs float32 with zeros outside, and crops nothing")
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = runtime.InferenceSession(_model(problem, operands.weight), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_ortvalue_input("input", runtime.OrtValue.ortvalue_from_numpy(operands.input.numpy()))
    output = runtime.OrtValue.ortvalue_from_numpy(torch.zeros(problem.output_shape).numpy())
    binding.bind_ortvalue_output("output", output)

    def tensors(_: object) -> Sequence[Tensor]:
        return [torch.from_numpy(output.numpy())]

    return [Contender("onnxruntime", lambda: session.run_with_iobinding(binding), tensors)]


def _model(problem: Problem, weight: Tensor) -> bytes:
    onnx: Any = import_module("onnx")
    helper, kind = import_module("onnx.helper"), onnx.TensorProto.FLOAT
    node = helper.make_node(
        "Conv",
        ["input", "weight"],
        ["output"],
        kernel_shape=problem.kernel,
        strides=problem.stride,
        dilations=problem.dilation,
        group=problem.groups,
        pads=[before for before, _ in problem.padding] + [after for _, after in problem.padding],
    )
    graph = helper.make_graph(
        [node],
        "convolution",
        [helper.make_tensor_value_info("input", kind, problem.input_shape)],
        [helper.make_tensor_value_info("output", kind, problem.output_shape)],
        [onnx.numpy_helper.from_array(weight.numpy(), "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    serialized: bytes = model.SerializeToString()
    return serialized
