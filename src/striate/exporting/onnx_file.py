"""A traced program as an ONNX file of standard operators, with what it says of itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.export import ExportedProgram

from striate.exporting.program import quiet, symbols
from striate.runtimes.extras import required

STANDARD = {"", "ai.onnx"}  # two ways to write the domain of the operators that every runtime has
_LIMIT = 2**31 - 2**20  # bytes of a protobuf message, less what the operators may take
_SMALL = 1024  # bytes; runtimes want to see the shapes that are among the weights


@dataclass(frozen=True)
class OnnxContent:
    """What an ONNX model is written as.

    Args:
        model: The bytes of its file.
        weights: Those that are too much for it, in the order in which a file beside it has them; none as a rule.
    """

    model: bytes
    weights: dict[str, Tensor] = field(default_factory=dict)


def onnx_content(
    program: ExportedProgram, outputs: Sequence[str], metadata: Mapping[str, str], beside: str
) -> OnnxContent:
    """Convert a traced program into an ONNX model.

    Args:
        program: Of one input, which is called `input`.
        outputs: What its outputs are called.
        metadata: Texts by their names, to be kept in the file.
        beside: Name of the file of the weights, where they are more than the 2 GB that a model's file holds.

    Raises:
        RuntimeError: onnx or onnxscript is missing; an operator has no standard form.
    """
    optimizer = required("onnxscript.optimizer", "onnx", "export to ONNX")
    too_much = sum(weight.nbytes for weight in program.state_dict.values()) > _LIMIT
    with quiet():
        try:
            converted = torch.onnx.export(program, dynamo=True, verbose=False, optimize=False)
        except torch.onnx.errors.OnnxExporterError as error:
            raise RuntimeError(f"torch.onnx cannot convert the model: {_cause(error)}") from error
    if converted is None:
        raise RuntimeError("torch.onnx made no model")
    model = converted.model
    # Not torch.onnx's own way to optimise, which folds batch norms unasked: the parameters stay those of the model
    optimizer.inline(model)
    optimizer.fold_constants(model)
    optimizer.remove_unused_nodes(model)
    (input,) = model.graph.inputs
    input.name = "input"
    for value, name in zip(model.graph.outputs, outputs, strict=True):
        value.name = name
    foreign = {node.op_type for node in model.graph if node.domain not in STANDARD} | {*map(str, model.functions)}
    if foreign:
        raise RuntimeError(f"operators without a standard form in ONNX: {', '.join(sorted(foreign))}")
    weights = _set_apart(model, beside) if too_much else {}
    proto = converted.model_proto
    _rename_sizes(proto, symbols(program))
    _forget_origin(proto)
    for key, text in metadata.items():
        proto.metadata_props.add(key=key, value=text)
    return OnnxContent(proto.SerializeToString(deterministic=True), weights)


def _set_apart(model: Any, beside: str) -> dict[str, Tensor]:  # noqa: ANN401  of onnx_ir, which has no types for mypy
    """Replace a model's weights by their places in a file beside it, and return them in its order."""
    from onnx_ir import ExternalTensor  # noqa: PLC0415  onnxscript brings it

    weights, offset = {}, 0
    for name, value in model.graph.initializers.items():
        tensor = value.const_value
        if tensor.nbytes < _SMALL:
            continue
        weights[name] = torch.from_numpy(tensor.numpy())
        value.const_value = ExternalTensor(beside, offset, tensor.nbytes, tensor.dtype, shape=tensor.shape, name=name)
        offset += tensor.nbytes
    return weights


def _rename_sizes(proto: Any, names: Mapping[str, str]) -> None:  # noqa: ANN401  protobuf makes its classes at run time
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    for value in (*proto.graph.input, *proto.graph.output):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_param = pattern.sub(lambda found: names[found[1]], size.dim_param)


def _forget_origin(proto: Any) -> None:  # noqa: ANN401
    """Drop the lines of Python that each operator came from, paths included, and sizes that runtimes infer anew."""
    graph = proto.graph
    for message in (proto, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        message.ClearField("metadata_props")
        message.ClearField("doc_string")
    graph.ClearField("value_info")


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
