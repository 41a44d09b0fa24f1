"""Small models export to ONNX as plain operators; one of each kind of layer, as an export takes seconds."""

import pytest
import torch
from objectives import built, drawn

pytest.importorskip("onnxscript", reason="torch.onnx needs onnx and onnxscript")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize(
    ("name", "operator"),
    [
        ("alexnet-mini", "Pow"),
        ("dcgan-mini", "ConvTranspose"),
        ("espcn", "DepthToSpace"),
        ("fcmae-mini", "RandomUniformLike"),  # without a mask it draws one
        ("segnet-mini", "ScatterElements"),
        ("text-cnn", "Gather"),
        ("unet-mini", "Concat"),
    ],
)
def test_it_exports_as_plain_operators(name, operator):
    program = torch.onnx.export(built(name).eval(), (drawn(name, 1),), dynamo=True, verbose=False)
    nodes = list(program.model.graph)
    assert {node.domain for node in nodes} <= {"", "ai.onnx"}
    assert operator in {node.op_type for node in nodes}
