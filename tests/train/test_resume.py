"""Killed runs go on bit for bit."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from hypothesis import settings as hypothesis_settings
from samples import BarNet, bars, same_weights

from striate.train import Callback, Interrupted, Run, fit
from striate.train.state import State

KILLS = 20 if hypothesis_settings.get_current_profile_name() == "intense" else 2
TRAINING = {"epochs": 4, "batch_size": 10, "augment": True, "threads": 1, "seed": 3, "ema": 0.9}  # 28 steps
STEPS = 28

SCRIPT = """
import os, signal, sys, time
sys.path.insert(0, {tests!r})
from samples import BarNet, bars
from striate.train import Callback, fit

class Killer(Callback):
    done = 0
    def on_step(self, step):
        self.done += 1
        if self.done == {kill}:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep({pause})

print("ready", flush=True)
fit(BarNet(), bars(), **{training!r}, output={output!r}, save_seconds={save}, resume={resume}, callbacks=[Killer()])
"""


def start(output, *, kill=0, pause=0.0, save=0.0, resume=False):
    tests = str(Path(__file__).parents[1])
    code = SCRIPT.format(
        tests=tests, kill=kill, pause=pause, training=TRAINING, output=str(output), save=save, resume=resume
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def uninterrupted():
    return fit(BarNet(), bars(), **TRAINING)


def assert_resumes(path, uninterrupted):
    assert not Run.open(path).finished
    model = BarNet(seed=8)  # its weights are to be replaced
    history = fit(model, bars(), output=path, resume=True)
    assert same_weights(model, uninterrupted.model)
    for column in ("epoch", "loss", "acc", "val_loss", "val_acc", "lr"):
        assert history[column] == uninterrupted[column]
    assert Run.open(path).finished
    assert Run.open(path).history()["epoch"] == [1, 2, 3, 4]


@pytest.mark.parametrize("number", range((KILLS + 1) // 2))
def test_killed_after_a_random_batch(tmp_path, uninterrupted, number):
    kill = random.Random(number).randint(2, STEPS - 1)
    # 5 ms a step and a state every 12 ms: the state is some steps old when the kill comes
    process = start(tmp_path / "run", kill=kill, pause=0.005, save=0.012)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert State.load(tmp_path / "run" / "state.pt").epoch <= kill // 7
    assert_resumes(tmp_path / "run", uninterrupted)


@pytest.mark.parametrize("number", range(KILLS // 2))
def test_killed_at_a_random_moment_while_it_saves_all_the_time(tmp_path, uninterrupted, number):
    process = start(tmp_path / "run", pause=0.03)
    while not (tmp_path / "run").exists() and process.poll() is None:
        time.sleep(0.002)
    time.sleep(random.Random(number).uniform(0, 0.7))
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert_resumes(tmp_path / "run", uninterrupted)


class Signal(Callback):
    """Sends a signal to this process at a step, counted over the training."""

    def __init__(self, signum, at):
        self.signum, self.left = signum, at

    def on_step(self, _):
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(self.signum)


@pytest.mark.parametrize(
    ("signum", "at", "where"),
    [(signal.SIGINT, 9, "epoch 2, step 2 of 7"), (signal.SIGTERM, 14, "epoch 2, step 7 of 7")],
)
def test_a_signal_finishes_the_batch_and_saves(tmp_path, uninterrupted, signum, at, where):
    before = signal.getsignal(signum)
    path = tmp_path / "run"
    with pytest.raises(
        Interrupted,
        match=rf"stopped at {where}; the state is saved: go on with `striate train --output .*run --resume`",
    ) as caught:
        fit(BarNet(), bars(), **TRAINING, output=path, callbacks=[Signal(signum, at)])
    assert caught.value.signum == signum
    assert signal.getsignal(signum) == before
    assert_resumes(path, uninterrupted)


def test_a_signal_without_output_says_that_nothing_is_kept():
    with pytest.raises(
        Interrupted, match="stopped at epoch 1, step 3 of 7; nothing is kept, since no output was given"
    ):
        fit(BarNet(), bars(), **TRAINING, callbacks=[Signal(signal.SIGINT, 3)])


def stopped(path, at=9, **changes):
    with pytest.raises(Interrupted):
        fit(BarNet(), bars(), **{**TRAINING, **changes}, output=path, callbacks=[Signal(signal.SIGINT, at)])
    return path


def test_stopped_again_and_again(tmp_path, uninterrupted):
    path = stopped(tmp_path / "run", at=3)
    for at in (1, 6, 5):
        with pytest.raises(Interrupted):
            fit(BarNet(seed=5), bars(), output=path, resume=True, callbacks=[Signal(signal.SIGINT, at)])
    assert_resumes(path, uninterrupted)


def test_rows_that_the_state_does_not_know_are_done_again(tmp_path, uninterrupted):
    path = stopped(tmp_path / "run", at=9)
    with (path / "log.csv").open("a") as log:
        log.write("2,9,9,9,9,9,9,9\n3,9,9,9,9,9,9,9\n")
    assert_resumes(path, uninterrupted)


def test_killed_between_the_last_epoch_and_the_metrics(tmp_path, uninterrupted):
    path = tmp_path / "run"
    fit(BarNet(), bars(), **TRAINING, output=path)
    metrics = (path / "metrics.json").read_bytes()
    (path / "metrics.json").unlink()
    assert_resumes(path, uninterrupted)
    assert (path / "metrics.json").read_bytes() == metrics


def test_a_finished_run_says_so_and_is_left_alone(tmp_path, uninterrupted):
    path = tmp_path / "run"
    fit(BarNet(), bars(), **TRAINING, output=path)
    before = {entry.name: entry.read_bytes() for entry in path.iterdir()}
    model = BarNet(seed=8)
    with pytest.warns(UserWarning, match="run is finished: nothing is left to resume, and nothing was changed"):
        history = fit(model, bars(), output=path, resume=True)
    assert {entry.name: entry.read_bytes() for entry in path.iterdir()} == before
    assert same_weights(model, uninterrupted.model)
    assert history["val_acc"] == pytest.approx(uninterrupted["val_acc"], abs=1e-6)
    assert torch.equal(history.metrics.confusion, uninterrupted.metrics.confusion)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 9}, "started with epochs 4 and cannot go on with 9"),
        ({"seed": 0}, "started with seed 3 and cannot go on with 0"),
        ({"lr": 0.1}, "started with lr 0.002 and cannot go on with 0.1"),
        ({"threads": 2}, "started with threads 1 and cannot go on with 2"),
        ({"data": bars(seed=1)}, "started with data checksum"),
        ({"data": bars(count=30)}, "started with data train 64 and cannot go on with 20"),
        (
            {"model": "lenet5-modern", "data": bars()},
            "is a run of model 'BarNet' and cannot go on with 'lenet5-modern'",
        ),
        (
            {"model": BarNet(channels=3)},
            r"weights of another model, 'BarNet', .*0\.weight has shape \(6, 1, 5, 5\), expected \(6, 3",
        ),
    ],
)
def test_another_training_cannot_take_over(tmp_path, change, message):
    path = stopped(tmp_path / "run")
    with pytest.raises(ValueError, match=message):
        fit(**{"model": BarNet(), "data": bars(), "output": path, "resume": True, **change})


def test_the_state_of_another_model_is_refused_with_both_names(tmp_path):
    path = stopped(tmp_path / "run")
    other = tmp_path / "other"
    fit("lenet5-modern", bars(size=16), epochs=1, threads=1, output=other)
    shutil.copy(other / "state.pt", path / "state.pt")
    with pytest.raises(
        ValueError, match=r"state\.pt holds the weights of another model, 'lenet5-modern', which do not fit 'BarNet'"
    ):
        fit(BarNet(), bars(), output=path, resume=True)


@pytest.mark.parametrize("name", ["config.json", "state.pt"])
def test_a_truncated_file_is_named(tmp_path, name):
    path = stopped(tmp_path / "run")
    content = (path / name).read_bytes()
    (path / name).write_bytes(content[:-20])
    with pytest.raises(ValueError, match=rf"run/{name} is (cut short, )?damaged"):
        fit(BarNet(), bars(), output=path, resume=True)


def test_there_must_be_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no run folder .*absent"):
        fit(BarNet(), bars(), output=tmp_path / "absent", resume=True)
