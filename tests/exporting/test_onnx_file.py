import pytest
import torch
from torch import nn

import striate
from striate.exporting.onnx_file import STANDARD, onnx_content
from striate.exporting.program import traced

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript", reason="torch.onnx needs it")


def test_standard_operators_named_sizes_and_no_trace_of_the_machine(shipped):
    proto = onnx.load(shipped.path)
    onnx.checker.check_model(proto, full_check=True)
    assert {node.domain for node in proto.graph.node} <= STANDARD
    assert "BatchNormalization" not in {node.op_type for node in proto.graph.node}  # folded
    (input,), (output,) = proto.graph.input, proto.graph.output
    shape = [size.dim_param or size.dim_value for size in input.type.tensor_type.shape.dim]
    assert (input.name, shape) == ("input", ["batch", 1, "height", "width"])
    assert (output.name, output.type.tensor_type.shape.dim[0].dim_param) == ("output", "batch")
    assert b"site-packages" not in shipped.path.read_bytes()


def test_an_average_keeps_the_divisor_that_torch_onnx_drops():
    from striate.nn import AvgPool2d
    from striate.runtimes import OnnxModel

    model, input = AvgPool2d(2, padding=1, divisor_override=3), torch.rand(2, 1, 5, 5)
    content = onnx_content(traced(model, input, dynamic_size=False), ["output"], {}, "average.onnx.data")
    assert content.weights == {}
    exported = OnnxModel(content.model, "average")
    torch.testing.assert_close(exported(input), model(input))


class Sorting(nn.Module):
    def forward(self, input):
        return torch.linalg.eigvalsh(input @ input.mT)


def test_what_has_no_operator_is_named():
    with pytest.raises(RuntimeError, match=r"torch\.onnx cannot convert the model: .*linalg_eigh"):
        onnx_content(traced(Sorting(), torch.rand(2, 1, 4, 4), dynamic_size=False), ["output"], {}, "sorting.onnx.data")


def test_more_weights_than_a_file_holds_go_into_one_beside_it(monkeypatch, tmp_path):
    monkeypatch.setattr("striate.exporting.onnx_file._LIMIT", 100)
    model, input = nn.Sequential(nn.Linear(25, 30), nn.ReLU(), nn.Flatten(), nn.Linear(30, 10)), torch.rand(4, 25)
    path = tmp_path / "wide.onnx"
    exported = striate.export(model, path, input=input)
    data = tmp_path / "wide.onnx.data"
    assert data.stat().st_size == 4 * (25 * 30 + 30 * 10)  # biases are small
    assert exported.bytes == path.stat().st_size + data.stat().st_size
    assert sorted(tmp_path.iterdir()) == [path, data]
    torch.testing.assert_close(striate.load_onnx(path)(input), model(input))
    data.unlink()
    with pytest.raises(ValueError, match=r"wide\.onnx is no ONNX model, or is damaged: .*wide\.onnx\.data"):
        striate.load_onnx(path)
