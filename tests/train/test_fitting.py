import math
import subprocess
import sys

import pytest
import torch
from idx_files import put_clothes
from samples import BarNet, bars, same_weights
from torch import nn

from striate import models
from striate.data import ImageData
from striate.train import Callback, DivergenceError, History, Run, fit
from striate.train.schedule import one_cycle

DATA = bars()
QUICK = {"epochs": 2, "batch_size": 20, "threads": 1}


class Listener(Callback):
    def __init__(self):
        self.steps, self.rows = [], []

    def on_step(self, step):
        self.steps.append(step)

    def on_epoch(self, row):
        self.rows.append(row)


def test_a_small_network_learns_and_the_history_says_so():
    model = BarNet()
    history = fit(model, DATA, epochs=12, batch_size=8, lr=0.02, threads=1)
    assert isinstance(history, History)
    assert history["epoch"] == list(range(1, 13))
    assert history["val_acc"][-1] >= 0.9 == max(0.9, history["val_acc"][0])
    assert history["loss"][-1] < history["loss"][0] / 2
    assert all(seconds > 0 for seconds in history["seconds"] + history["images_per_second"])
    assert history["lr"] == [one_cycle(8 * epoch - 1, 96, 0.02) for epoch in history["epoch"]]
    assert (history.model, history.data, history.run) == (model, DATA, None)
    assert history.metrics.accuracy == history["val_acc"][-1]
    assert not model.training


def test_a_name_gives_the_model_and_its_recipe(tmp_path):
    data = bars(size=16)
    history = fit("lenet5-modern", data, epochs=1, threads=1, output=tmp_path / "run")
    assert history["epoch"] == [1]
    config = Run.open(tmp_path / "run").config
    recipe = models.recipe("lenet5-modern")
    expected = {**vars(recipe), "augment": "light", "epochs": 1, "seed": 0, "threads": 1, "accumulate": 1}
    assert (vars(config.settings), config.registered) == (expected, True)
    assert {entry.name for entry in (tmp_path / "run").iterdir()} == {
        "config.json",
        "log.csv",
        "metrics.json",
        "model.safetensors",
        "state.pt",
    }


def test_few_images_are_learnt_with_no_setting_given():
    model = BarNet()
    history = fit(model, DATA, threads=1)
    assert len(history) * 8 >= 512  # steps, of 8 or 9 images
    assert history["val_acc"][-1] >= 0.9


def test_same_seed_same_weights_another_seed_others():
    def train(seed):
        return fit("lenet5-modern", bars(size=16), seed=seed, augment=True, **QUICK).model

    first = train(0)
    torch.rand(3)  # what was drawn before does not matter
    assert same_weights(first, train(0))
    assert not same_weights(first, train(1))


@pytest.mark.parametrize(
    "change",
    [
        {"augment": True},
        {"augment": "distort"},
        {"lr": 0.001},
        {"weight_decay": 0.9},
        {"label_smoothing": 0.3},
        {"optimizer": "sgd"},
        {"ema": 0.5},
    ],
)
def test_every_setting_matters(change):
    plain, changed = BarNet(), BarNet()
    fit(plain, DATA, **QUICK)
    fit(changed, DATA, **QUICK, **change)
    assert not same_weights(plain, changed)


def test_dropout_depends_on_the_seed_and_the_step_only():
    class Masks(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(144, 2)
            self.drawn = []

        def forward(self, images):
            if self.training:
                self.drawn.append(torch.rand(2))
            return self.head(images.flatten(1))

    drawn = []
    for seed in (0, 0, 1):
        model = Masks()
        fit(model, DATA, seed=seed, **QUICK)
        drawn.append(torch.stack(model.drawn))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert len(drawn[0].unique()) == drawn[0].numel()  # no step repeats another


def test_generators_and_threads_are_left_as_they_were():
    threads = torch.get_num_threads()
    generator = torch.random.get_rng_state()
    seen = []

    class Watch(Callback):
        def on_step(self, _):
            seen.append(torch.get_num_threads())

    fit("lenet5-modern", bars(size=16), epochs=1, threads=threads + 1, callbacks=[Watch()])
    assert set(seen) == {threads + 1}
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), generator)


def test_callbacks_hear_every_step_and_epoch():
    listener = Listener()
    history = fit(BarNet(), DATA, callbacks=[listener], **QUICK)  # 64 images: 3 steps of 20 and one of 4
    assert [(step.epoch, step.step) for step in listener.steps] == [(e, s) for e in (1, 2) for s in (1, 2, 3, 4)]
    assert {(step.epochs, step.steps) for step in listener.steps} == {(2, 4)}
    assert [step.lr for step in listener.steps] == [one_cycle(step, 8, 2e-3) for step in range(8)]
    assert listener.rows == history.rows
    last = listener.steps[-1]
    assert (last.loss, last.acc) == (history["loss"][-1], history["acc"][-1])


def test_a_models_own_loss_is_trained():
    class Lazy(nn.Sequential):
        def loss(self, scores, _):
            return scores.square().mean()  # blind to the labels

    model = Lazy(nn.Flatten(), nn.Linear(144, 2))
    history = fit(model, DATA, epochs=20, batch_size=8, lr=0.05, threads=1)
    assert history["val_loss"][-1] < 0.01
    assert not hasattr(BarNet(), "loss")


def test_frozen_parameters_stay():
    model = BarNet()
    model[0].weight.requires_grad_(False)
    fit(model, DATA, **QUICK)
    assert torch.equal(model[0].weight, BarNet()[0].weight)
    assert not torch.equal(model[6].weight, BarNet()[6].weight)


class Exploding(nn.Module):
    """Scores that become NaN at a step of its training."""

    def __init__(self, step):
        super().__init__()
        self.head = nn.Linear(144, 2)
        self.left = step

    def forward(self, images):
        self.left -= self.training
        return self.head(images.flatten(1)) * (math.nan if self.left < 0 else 1.0)


def test_a_nan_loss_stops_and_keeps_the_last_good_state(tmp_path):
    with pytest.raises(
        DivergenceError,
        match=r"training diverged: the loss is nan at epoch 2, step 3 of 4, with lr 0\.\d+; "
        r"the last good state is kept in .*run; start again with a smaller lr than 0\.5, such as 0\.05",
    ):
        fit(Exploding(step=6), DATA, lr=0.5, output=tmp_path / "run", **QUICK)
    content = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert (content["epoch"], content["step"]) == (1, 0)
    assert all(value.isfinite().all() for value in content["model"].values())
    assert not Run.open(tmp_path / "run").finished


def test_weights_that_overflow_are_not_kept(tmp_path):
    class Overflowing(nn.Sequential):
        def loss(self, scores, _):
            return scores.mean() * 1e-3 + (self[1].bias * math.inf).nan_to_num(0, 0, 0).sum() * 0

    model = Overflowing(nn.Flatten(), nn.Linear(144, 2))
    model[1].weight.register_hook(lambda gradient: gradient * math.inf)
    with pytest.raises(DivergenceError, match=r"the weights of 1\.weight are NaN or infinite at epoch 1, step 1 of 4"):
        fit(model, DATA, output=tmp_path / "run", save_seconds=0, optimizer="sgd", **QUICK)
    content = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert content["step"] == 0
    assert content["model"]["1.weight"].isfinite().all()


def test_without_output_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fit(BarNet(), DATA, **QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_run_folder_that_exists_is_refused_before_any_work(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="run exists already and is never overwritten"):
        fit("lenet5", "no data of this name", output=tmp_path / "run")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "lenet9"}, ValueError, "lenet5-modern.*lenet9|lenet9.*lenet5-modern"),
        ({"data": "nowhere/at/all"}, FileNotFoundError, "nowhere/at/all"),
        ({"epochs": 0}, ValueError, "epochs must be"),
        ({"optimizer": "lion"}, ValueError, "unknown optimizer 'lion'"),
        ({"resume": True}, ValueError, "resume needs output"),
        ({"image_size": 20}, ValueError, "image_size is for data that are to be loaded"),
        (
            {"model": nn.Sequential(nn.Flatten(), nn.Linear(144, 3))},
            ValueError,
            r"it must return scores of shape \(8, 2\)",
        ),
        ({"model": nn.Flatten()}, ValueError, "Flatten has no trainable parameter"),
    ],
)
def test_mistakes_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        fit(**{"model": BarNet(), "data": DATA, **arguments})


def test_a_light_ground_is_filled_with_light():
    seen = []

    class Corner(nn.Sequential):
        def forward(self, images):
            if self.training:
                seen.append(images.amin())
            return super().forward(images)

    white = ImageData(
        "white", *(type(part)(part.images * 0 + 255, part.labels) for part in (DATA.train, DATA.test)), DATA.classes
    )
    fit(Corner(nn.Flatten(), nn.Linear(144, 2)), white, augment=True, **QUICK)
    assert min(seen) > 0.99  # a black fill would show in the corners of turned images


def test_importing_it_loads_no_matplotlib_rich_typer_or_safetensors():
    code = "import striate.train, sys; print({'matplotlib', 'rich', 'typer', 'safetensors'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.usefixtures("data_home")
def test_data_that_have_a_name_are_kept_by_it(tmp_path):
    put_clothes(tmp_path / "data" / "fashion-mnist")
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(24, 10))
    history = fit(model, "fashion-mnist", epochs=1, output=tmp_path / "run")
    assert Run.open(history.run).config.data.source == "fashion-mnist"


def test_options_build_another_model_and_are_kept_with_the_run(tmp_path):
    data, path = bars(size=16), tmp_path / "run"
    fit("oriented-bank", data, options={"orientations": 4}, output=path, **QUICK)
    run = Run.open(path)
    assert run.config.options == {"orientations": 4}
    assert len(run.load_model().simple.weight) < len(models.create("oriented-bank").simple.weight)
    with pytest.raises(ValueError, match=r"with options \{'orientations': 4\} and cannot go on with \{\}: leave"):
        fit("oriented-bank", data, options={}, output=path, resume=True)


@pytest.mark.parametrize(
    ("model", "options", "error", "message"),
    [
        ("lenet5-modern", {"classes": 3}, ValueError, "options: the data decide classes, which is 2; leave it out"),
        ("lenet5-modern", {"wings": 2}, TypeError, "model 'lenet5-modern' takes in_channels, image_size, classes"),
        (nn.Flatten(), {"wings": 2}, ValueError, "options are for a registered model, which is built here; Flatten is"),
    ],
)
def test_options_that_no_model_can_have_write_nothing(tmp_path, model, options, error, message):
    with pytest.raises(error, match=message):
        fit(model, bars(size=16), options=options, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()
