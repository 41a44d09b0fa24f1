"""Whatever there is to learn is learnt by the one loop."""

import json
import shutil

import pytest
import tasks
import torch
from samples import same_weights
from tasks import Negatives
from torch import nn

from striate.train import Callback, Lesson, Run, evaluate, fit, open_lesson, predict, shift_consistency

QUICK = {"epochs": 3, "batch_size": 24, "lr": 0.01, "threads": 1}


@pytest.fixture(autouse=True)
def turner(monkeypatch):
    tasks.enter(monkeypatch)


def conv():
    torch.manual_seed(0)
    return nn.Conv2d(1, 1, 3, padding=1)


class Stop(Callback):
    def __init__(self, after):
        self.left = after

    def on_step(self, _):
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("stop")


def test_a_lesson_of_ones_own_has_its_figure_in_the_log_and_its_metrics_in_the_run(tmp_path):
    lesson = Negatives()
    assert isinstance(lesson, Lesson)
    history = fit(conv(), lesson, **QUICK, output=tmp_path / "run")
    assert history.columns[2:5] == ("closeness", "val_loss", "val_closeness")
    assert history["val_closeness"][-1] == history.metrics.figure > history["val_closeness"][0]
    assert history["closeness"] == pytest.approx([1 - loss for loss in history["loss"]])
    assert history.lesson is lesson
    assert json.loads((tmp_path / "run" / "metrics.json").read_text()) == history.metrics.as_json()
    data = Run.open(tmp_path / "run").config.data
    assert (data.source, data.name, data.figure, data.train) == (None, "negatives", "closeness", 64)
    assert data.checksum == lesson.checksum()


def test_without_a_figure_the_loss_says_all(tmp_path):
    history = fit(conv(), Negatives(figure=""), **QUICK, output=tmp_path / "run")
    assert history.columns == ("epoch", "loss", "val_loss", "lr", "seconds", "images_per_second")
    assert history.figure == Run.open(tmp_path / "run").history().figure == ""


def test_a_name_brings_its_recipe_and_the_data_of_its_task(tmp_path):
    history = fit("turner", output=tmp_path / "run", threads=1)
    run = Run.open(tmp_path / "run")
    assert (run.config.settings.epochs, run.config.settings.batch_size) == (3, 16)
    assert run.config.data.source == ""
    assert run.load_lesson().checksum() == Negatives().checksum()
    assert evaluate(tmp_path / "run").figure == history["val_closeness"][-1]
    assert evaluate(tmp_path / "run", Negatives(seed=1)).figure != history["val_closeness"][-1]
    assert same_weights(run.load_model(), history.model)
    assert open_lesson("turner", "1").checksum() == Negatives(seed=1).checksum()


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path):
    whole = fit("turner", "1", threads=1)
    with pytest.raises(RuntimeError, match="stop"):
        fit("turner", "1", threads=1, output=tmp_path / "run", save_seconds=0, callbacks=[Stop(6)])
    copy = shutil.copytree(tmp_path / "run", tmp_path / "copy")
    resumed = fit("turner", "1", output=tmp_path / "run", resume=True)
    assert same_weights(whole.model, resumed.model)
    assert whole["val_closeness"] == resumed["val_closeness"]
    with pytest.raises(ValueError, match="started with data checksum"):
        fit("turner", output=copy, resume=True)


def test_what_does_not_fit_is_named(tmp_path):
    with pytest.raises(ValueError, match="augment: data 'negatives' have no augmentation"):
        fit("turner", augment=True)
    with pytest.raises(FileNotFoundError, match="no negatives 'nowhere'"):
        fit("turner", "nowhere")
    with pytest.raises(TypeError, match="data came as dict, expected a name, a path, ImageData, LabelledData, or a"):
        fit(conv(), {})
    path = fit("turner", threads=1, output=tmp_path / "run").run
    other = Negatives()
    other.keywords = {"in_channels": 3, "scale": 2}
    with pytest.raises(ValueError, match=r"data 'negatives' have .*'in_channels': 3.* trained with .*'in_channels': 1"):
        evaluate(path, other)


def test_what_is_for_images_with_labels_says_so(tmp_path):
    path = fit("turner", threads=1, output=tmp_path / "run").run
    said = "is a run of 'turner' on 'negatives', and this is for runs that tell images apart: `striate evaluate"
    for ask in (lambda: predict(path, []), lambda: shift_consistency(path), lambda: Run.open(path).confusion()):
        with pytest.raises(ValueError, match=said):
            ask()


def test_a_task_without_data_of_its_own_asks_for_a_lesson(monkeypatch):
    from striate.train import lessons

    monkeypatch.delitem(lessons.OPENERS, "super-resolution")
    with pytest.raises(ValueError, match="'turner' is for super-resolution, and there are no data to train it on"):
        fit("turner")
    assert len(fit("turner", Negatives(), threads=1)) == 3
