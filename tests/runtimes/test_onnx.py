import pytest
import torch

from striate.runtimes import OnnxModel, load_onnx

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture
def path(tmp_path):
    """The sum and the difference of two rows, by another writer than ours."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    rows = [helper.make_tensor_value_info(name, kind, ["n", 3]) for name in "abcd"]
    nodes = [helper.make_node("Add", ["a", "b"], ["c"]), helper.make_node("Sub", ["a", "b"], ["d"])]
    model = helper.make_model(
        helper.make_graph(nodes, "rows", rows[:2], rows[2:]), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    model.metadata_props.add(key="author", value="somebody")
    onnx.save(model, tmp_path / "rows.onnx")
    return tmp_path / "rows.onnx"


def test_any_file_is_a_module(path):
    model = load_onnx(path, threads=1)
    a, b = torch.rand(4, 3, requires_grad=True), torch.rand(4, 3)
    total, difference = model(a, b)
    torch.testing.assert_close(total, (a + b).detach())
    torch.testing.assert_close(difference, (a - b).detach())
    assert (model.inputs, model.outputs, model.metadata) == (("a", "b"), ("c", "d"), {"author": "somebody"})
    assert (list(model.parameters()), model.name) == ([], str(path))


def test_mistakes(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*absent\.onnx"):
        load_onnx(tmp_path / "absent.onnx")
    (tmp_path / "broken.onnx").write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"broken\.onnx is no ONNX model, or is damaged: "):
        load_onnx(tmp_path / "broken.onnx")
    model = OnnxModel(path.read_bytes(), "rows")
    with pytest.raises(ValueError, match="rows takes a, b, but got 1 tensors"):
        model(torch.rand(4, 3))
    with pytest.raises(ValueError, match=r"rows refuses inputs of shape \(4, 2\), \(4, 3\): "):
        model(torch.rand(4, 2), torch.rand(4, 3))
