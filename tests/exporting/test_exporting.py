import json

import pytest
import torch
from samples import bars
from torch import nn

import striate
from striate.exporting import export
from striate.train import fit, predict


def test_the_file_predicts_without_the_model(shipped, model, bar_images):
    expected = predict(model, bar_images.test.images, data=bar_images)
    found = predict(shipped.path, bar_images.test.images)
    assert [one.label for one in found] == [one.label for one in expected]
    assert {one.label for one in found} <= {"lying", "standing"}
    for one, other in zip(found, expected, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-5)


def test_what_was_done_is_told(shipped):
    assert shipped.format == "onnx"
    assert shipped.bytes == shipped.path.stat().st_size
    assert shipped.dynamic == {0: "batch", 2: "height", 3: "width"}
    assert shipped.folded == (1, 1)
    assert [one.shape for one in shipped.agreements] == [(1, 1, 12, 12), (3, 1, 12, 12), (1, 1, 44, 44), (3, 1, 44, 44)]
    assert 0 < max(one.difference for one in shipped.agreements) < 1e-5
    assert shipped.timing.exported > 0


def test_every_size_agrees_as_same_pads_odd_and_even_ones_differently(shipped, model):
    exported = striate.load_onnx(shipped.path)
    for shape in ((1, 1, 13, 12), (2, 1, 31, 16), (1, 1, 9, 9)):
        input = torch.rand(shape)
        torch.testing.assert_close(exported(input), model(input))


def test_a_program_of_torch_runs_without_the_models_python(model, tmp_path):
    written = export(model, tmp_path / "model.pt2", input=torch.rand(1, 1, 12, 12), dynamic_size=False)
    kept = {"striate.json": ""}
    program = torch.export.load(written.path, extra_files=kept)
    input = torch.rand(5, 1, 12, 12)
    torch.testing.assert_close(program.module()(input), model(input))
    assert json.loads(kept["striate.json"])["model"] == "Sequential"
    assert written.folded == (0, 1)


def test_weights_predict_as_the_run(tmp_path):
    data = bars(size=16)
    options = {"width": 0.25}  # kept in the file beside what the data decide
    fit("mobilenet-v1-mini", data, epochs=1, threads=1, options=options, output=tmp_path / "run")
    written = export(tmp_path / "run", tmp_path / "bars.safetensors")
    assert (written.dynamic, written.agreements, written.timing) == ({}, (), None)
    assert predict(written.path, data.test.images) == predict(tmp_path / "run", data.test.images)


def test_nothing_is_written_where_anything_goes_wrong(tmp_path):
    path = tmp_path / "model.pt2"
    path.write_bytes(b"of before")

    class Drawing(nn.Module):
        def forward(self, input):
            return input + torch.rand_like(input)

    with pytest.raises(RuntimeError, match="gives another output each time"):
        export(Drawing(), path, input=torch.rand(2, 1, 8, 8))
    assert [one.name for one in tmp_path.iterdir()] == ["model.pt2"]
    assert path.read_bytes() == b"of before"


class Branching(nn.Module):
    """Computes something else for large images."""

    def forward(self, input):
        return input if input.shape[2] < 20 else -input


def test_a_trace_that_holds_near_its_size_only_is_of_that_size(tmp_path):
    input = torch.rand(2, 1, 12, 12)
    assert export(Branching(), tmp_path / "model.pt2", input=input).dynamic == {0: "batch"}


def test_mistakes(model, bar_images, tmp_path):
    with pytest.raises(ValueError, match=r"ends in none of \.onnx, \.pt2, \.safetensors: give a format"):
        export(model, tmp_path / "model.bin", data=bar_images)
    with pytest.raises(ValueError, match="format"):
        export(model, tmp_path / "model.onnx", format="tflite", data=bar_images)
    with pytest.raises(ValueError, match="give input, what the model is called with"):
        export(model, tmp_path / "model.pt2")
    with pytest.raises(ValueError, match="safetensors holds weights only"):
        export(model, tmp_path / "model.safetensors", data=bar_images, fold_batch_norms=True)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        export(model, tmp_path / "absent" / "model.onnx", data=bar_images)
    with pytest.raises(FileNotFoundError, match="there is no run folder"):
        export(tmp_path / "absent", tmp_path / "model.onnx")
