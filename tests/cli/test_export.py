import json
import re
import shutil

import pytest
from samples import draw_shapes

pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")


def test_a_run_leaves_as_one_file_that_predicts_by_itself(shapes_run, striate, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(shapes_run[0], run)
    result = striate("export", run, "--fold-batch-norms", "--fixed-size")
    assert result.exit_code == 0, result.output
    size, dynamic, folded, verified, times = result.stdout.splitlines()
    file = next(run.glob("*.onnx"))
    assert size == f"{file}: {file.stat().st_size:,} bytes"
    assert dynamic == "takes any batch"
    assert re.fullmatch(r"\d of \d batch norms folded", folded)
    assert re.fullmatch(r"verified on 1 x 3 x 28 x 28, 3 x 3 x 28 x 28: at most .*e-0[678] of the largest .*", verified)
    assert re.fullmatch(r"[\d.]+ ms on 1 x 3 x 28 x 28, the model itself [\d.]+ ms", times)

    shutil.move(file, tmp_path / "alone.onnx")
    images = draw_shapes(tmp_path / "new", 2, seed=5)
    expected, found = (
        [json.loads(line) for line in striate("predict", model, *images, "--json").stdout.splitlines()]
        for model in (run, tmp_path / "alone.onnx")
    )
    assert len(found) == 3
    for one, other in zip(found, expected, strict=True):
        assert [name for name, _ in one["ranking"]] == [name for name, _ in other["ranking"]]
        for (_, share), (_, right) in zip(one["ranking"], other["ranking"], strict=True):
            assert share == pytest.approx(right, rel=1e-4)


def test_weights_have_their_configuration(shapes_run, striate, tmp_path):
    result = striate("export", shapes_run[0], "--format", "safetensors", "--output", tmp_path / "w.safetensors")
    assert result.exit_code == 0, result.output
    images = draw_shapes(tmp_path / "new", 1, seed=5)
    assert (
        striate("predict", tmp_path / "w.safetensors", *images).stdout
        == striate("predict", shapes_run[0], *images).stdout
    )


def test_mistakes(shapes_run, striate, tmp_path):
    assert striate("export", tmp_path / "absent").stderr == f"error: there is no run folder {tmp_path / 'absent'}\n"
    assert (
        striate("export", shapes_run[0], "--format", "tflite").stderr
        == "error: unknown format 'tflite'; known are onnx, pt2, safetensors\n"
    )
