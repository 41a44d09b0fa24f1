import shutil

import pytest
import torch
from samples import BarNet, bars, draw_shapes

from striate.data import ImageData
from striate.train import evaluate, fit


def test_a_run_and_its_model_measure_alike(bars_run):
    data = bars(size=16)
    run, model = evaluate(bars_run.run, data), evaluate(bars_run.model, data)
    assert torch.equal(run.predictions, model.predictions)
    assert run.loss == model.loss == bars_run.metrics.loss
    assert torch.equal(run.confusion, bars_run.metrics.confusion)


def test_data_default_to_the_runs_own_or_are_loaded_with_its_size_and_channels(tmp_path):
    draw_shapes(tmp_path / "shapes", 5)
    history = fit("lenet5-modern", tmp_path / "shapes", epochs=1, image_size=20, threads=1, output=tmp_path / "run")
    assert torch.equal(evaluate(tmp_path / "run").confusion, history.metrics.confusion)
    draw_shapes(tmp_path / "more", 10, seed=1)
    assert evaluate(tmp_path / "run", tmp_path / "more").images == 6  # a fifth of each class


def test_data_that_do_not_fit_the_run_are_refused(bars_run):
    data = bars(size=16)
    renamed = ImageData("lines", data.train, data.test, ("row", "column"))
    with pytest.raises(
        ValueError, match=r"data 'lines' has classes \('row', 'column'\), but .* trained with \('lying', 'standing'\)"
    ):
        evaluate(bars_run.run, renamed)
    with pytest.raises(ValueError, match=r"data 'bars' has channels 3, but .* trained with 1"):
        evaluate(bars_run.run, bars(size=16, channels=3))
    with pytest.raises(ValueError, match=r"data 'bars' has image_size \(12, 12\), but .* trained with \(16, 16\)"):
        evaluate(bars_run.run, bars())


def test_a_run_on_data_in_memory_asks_for_them(bars_run):
    with pytest.raises(ValueError, match="given in memory; pass them as data"):
        evaluate(bars_run.run)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_truncated_file_of_a_run_is_named(bars_run, tmp_path, name):
    copy = shutil.copytree(bars_run.run, tmp_path / "copy")
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=rf"copy/{name} is (damaged|cut short)"):
        evaluate(copy, bars(size=16))


def test_mnist_is_a_modules_default():
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
    assert evaluate(model).images == 10_000


def test_a_module_is_left_in_its_mode():
    model = BarNet().train()
    evaluate(model, bars())
    assert model.training
