"""An accelerated model exports to ONNX as torch.nn's own does: plain operators, nothing of striate's."""

import pytest
import torch
from torch import nn

from striate import accelerate

pytest.importorskip("onnxscript", reason="torch.onnx needs onnx and onnxscript")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_plain_nodes():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 7, padding=3, groups=8),
        nn.ConvTranspose2d(8, 4, 2, stride=2),
    ).eval()
    input = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    plain = operators(model, input)
    accelerate(model, input)
    assert operators(model, input) == plain
    assert [name for name, domain in plain if name.startswith("Conv")] == ["Conv", "Conv", "ConvTranspose"]
    assert {domain for _, domain in plain} <= {"", "ai.onnx"}


def operators(model, input):
    program = torch.onnx.export(model, (input,), dynamo=True, verbose=False)
    return [(node.op_type, node.domain) for node in program.model.graph]
