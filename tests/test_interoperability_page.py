"""The recipes of docs/interoperability.md run, in the order of the page, those of packages that are there."""

import importlib.util
import os
import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from samples import bars
from torch import nn

import striate
import striate.nn as snn

PAGE = (Path(__file__).parent.parent / "docs" / "interoperability.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"<!-- runs: (.+?) -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def recipes(*needs):
    """The recipes that need no more than these, as one script."""
    return "\n".join(code for needed, code in RECIPES if set(needed.split()) <= set(needs))


def installed(*packages):
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return nn.Sequential(snn.Conv2d(1, 4, 3), nn.ReLU(), snn.GlobalAvgPool(keepdim=False), nn.Linear(4, 2)).eval()


@pytest.fixture
def shipped(model, tmp_path, monkeypatch):
    """A folder with a model, an image and a broken one."""
    installed("onnxscript", "onnxruntime")
    monkeypatch.chdir(tmp_path)
    data = bars()
    striate.export(model, "model.onnx", data=data, dynamic_size=False)
    Image.fromarray(data.test.images[0, 0].numpy()).save("image.png")
    (tmp_path / "broken.png").write_text("no image")
    return data


def test_recipes_are_short():
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) > 10
    assert max(len(block.splitlines()) for block in blocks) <= 25


def test_the_twin_and_plain_torch():
    space = {}
    exec(RECIPES[1][1], space)
    images = torch.rand(2, 3, 9, 9)
    torch.testing.assert_close(space["ours"](images), space["theirs"](images))
    assert type(space["theirs"][0]) is nn.Conv2d
    exec(recipes("torch"), space)
    assert space["ours"](torch.rand(2, 1, 28, 28)).shape == (2, 10)
    assert space["loss"].isfinite()


def test_another_program_needs_the_file_alone(shipped, model):
    space = {}
    exec(recipes("onnxruntime"), space)
    with torch.no_grad():
        assert space["label"] == shipped.classes[int(model(torch.from_numpy(space["pixels"])).argmax())]


def test_columns(shipped, model):
    space = {}
    exec(recipes("batch"), space)
    assert space["columns"]["label"] == [striate.predict(model, "image.png", data=shipped)[0].label, None]
    assert "broken.png" in space["columns"]["error"][1]


@pytest.mark.usefixtures("shipped")
def test_frames_of_spark():
    installed("pandas")
    import pandas

    space = {"model": "model.onnx"}
    exec(recipes("batch", "pandas"), space)
    names = [pandas.DataFrame({"image": part}) for part in (["image.png"], ["broken.png", "image.png"])]
    first, second = space["predicted"](iter(names))
    assert first["label"][0] == second["label"][1] == space["columns"]["label"][0]
    assert list(second.columns) == ["image", "label", "probability", "inverted", "error"]


@pytest.mark.filterwarnings("ignore")  # the packages' own
@pytest.mark.parametrize("package", ["lightning", "accelerate"])
def test_other_trainers(package):
    installed(package)
    space = {}
    exec(recipes("torch", package), space)


@pytest.mark.usefixtures("shipped")
@pytest.mark.filterwarnings("ignore")
def test_ray(tmp_path):
    installed("ray", "pyarrow")
    from pyarrow import parquet

    space = {"model": str(tmp_path / "model.onnx"), "results": str(tmp_path / "results")}
    space["paths"] = [str(tmp_path / name) for name in ["image.png"] * 3 + ["broken.png"]]
    exec(recipes("batch", "ray"), space)
    try:
        rows = parquet.read_table(space["results"]).to_pylist()
        assert sorted(row["label"] or "" for row in rows) == ["", *[space["columns"]["label"][0]] * 3]
    finally:
        space["ray"].shutdown()


@pytest.mark.filterwarnings("ignore")
def test_compiled():
    space = {}
    exec(recipes("torch", "compile").replace("fullgraph=True", 'fullgraph=True, backend="aot_eager"'), space)
    assert space["model"].weight.grad is not None


@pytest.mark.filterwarnings("ignore")
def test_keras():
    installed("keras")
    os.environ["KERAS_BACKEND"] = "torch"
    space = {}
    exec(recipes("torch", "keras"), space)
    images = torch.rand(3, 28, 28, 1)
    expected = torch.as_tensor(space["keras"].ops.convert_to_numpy(space["theirs"](images.numpy(), training=False)))
    found = space["ours"].eval()(images.movedim(-1, 1)).softmax(1)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
