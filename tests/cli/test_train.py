import csv
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tasks
import workers
from processes import together
from samples import BarNet, bars, draw_shapes

from striate.train import Callback, Run, fit

TINY = ["--epochs", "3", "--image-size", "16", "--threads", "1", "--batch-size", "4"]


def test_a_folder_of_pngs_of_different_sizes_is_learnt(shapes_run):
    path, _, data = shapes_run
    run = Run.open(path)
    assert run.finished
    assert (run.config.data.source, run.config.data.classes) == (str(data), ("circle", "square", "triangle"))
    assert (run.config.data.channels, run.config.data.image_size) == (3, (28, 28))
    assert run.history()["val_acc"][-1] >= 0.9
    assert {entry.name for entry in path.iterdir()} == {
        *("config.json", "log.csv", "metrics.json", "model.safetensors", "state.pt"),
        *("learning_curves.png", "filters.png", "feature_maps.png", "deconvnet.png"),
        *("confusion.png", "mistakes.png", "example.png", "report.html"),
    }


def test_it_says_what_it_does_what_it_reached_where_it_lies_and_what_to_type_next(shapes_run):
    path, printed, data = shapes_run
    lines = printed.splitlines()
    assert lines[0] == f"Training lenet5-modern on {data}, into {path}"
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert len(epochs) == 12
    assert re.fullmatch(
        r"epoch 1/12  loss [\d.]+  acc [\d.]+%  test loss [\d.]+  test acc [\d.]+%  [\d,]+ images/s  [\d.]+ s",
        epochs[0],
    )
    accuracy = Run.open(path).history()["val_acc"][-1]
    errors = round(36 * (1 - accuracy))
    said = rf"Test accuracy {accuracy:.2%}: {errors} errors? in 36 images, after 12 epochs in [\d.]+ s\."
    assert re.fullmatch(said, lines[13])
    assert lines[15:17] == [f"  striate evaluate {path}", f"  striate predict {path} {path / 'example.png'}"]
    assert lines[17].startswith(f"  and open {path / 'report.html'}, ")


def test_what_it_says_to_type_next_can_be_typed(shapes_run, striate):
    _, printed, _ = shapes_run
    for line in printed.splitlines()[15:17]:
        assert striate(*line.split()[1:]).exit_code == 0


def test_runs_are_numbered_and_options_reach_the_config(striate):
    draw_shapes(Path("shapes"), 4)
    words = [
        "train",
        "--data",
        "shapes",
        *TINY,
        "--seed",
        "5",
        "--optimizer",
        "sgd",
        "--weight-decay",
        "0.01",
        "--label-smoothing",
        "0.1",
    ]
    for number in (1, 2):
        result = striate(*words, "--lr", "0.02", "--augment", "distort", "--ema", "0.5")
        assert result.exit_code == 0, result.output
        settings = Run.open(f"runs/lenet5-modern-{number}").config.settings
        assert vars(settings) == {
            "epochs": 3,
            "batch_size": 4,
            "optimizer": "sgd",
            "lr": 0.02,
            "weight_decay": 0.01,
            "momentum": 0.9,
            "label_smoothing": 0.1,
            "augment": "distort",
            "ema": 0.5,
            "seed": 5,
            "threads": 1,
            "accumulate": 1,
        }


def test_several_processes_make_one_run_and_one_of_them_says_so(tmp_path):
    draw_shapes(Path("shapes"), 4)
    words = ["train", "--data", "shapes", *TINY, "--accumulate", "2"]
    assert together(2, workers.command, tmp_path, words) == [0, 0]
    run = Run.open("runs/lenet5-modern-1")
    assert run.finished
    assert sorted(run.path.parent.iterdir()) == [run.path]
    lines = Path("said-0").read_text().splitlines()
    assert lines[0] == f"Training lenet5-modern on shapes, into {run.path}"
    assert [line.split()[1] for line in lines if line.startswith("epoch ")] == ["1/3", "2/3", "3/3"]
    assert Path("said-1").read_text() == Path("wrong-0").read_text() == Path("wrong-1").read_text() == ""
    assert together(2, workers.command, tmp_path, [*words, "--output", str(run.path)]) == [2, 2]
    assert re.fullmatch(r"error: runs/lenet5-modern-1 exists already [^\n]+\n", Path("wrong-0").read_text())
    assert Path("wrong-1").read_text() == ""


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["lenet9"], 2, "lenet9"),
        (["--data", "absent"], 2, "absent"),
        (["--epochs", "0"], 2, "epochs must be a whole number of at least 1, not 0"),
        (["--augment", "heavy"], 2, "augment must be one of 'none', 'light', 'planar', 'distort', but got 'heavy'"),
        (["--optimizer", "lion"], 2, "unknown optimizer 'lion'; known are adamw, sgd"),
        (["--output", "taken"], 2, "taken exists already and is never overwritten"),
        (["--output", "absent", "--resume"], 2, "there is no run folder absent"),
        (["--resume"], 2, "there is no unfinished run under runs to resume"),
        (["lenet5", "--resume"], 2, "there is no unfinished run of lenet5 under runs to resume"),
        (["lenet5", "--data", "shapes", "--output", "new"], 2, "lenet5"),
        (
            ["--data", "shapes", "--lr", "1e30", "--optimizer", "sgd", "--output", "new", *TINY],
            1,
            "training diverged: ",
        ),
    ],
)
def test_mistakes_are_one_line_on_stderr(striate, words, code, message):
    draw_shapes(Path("shapes"), 4)
    Path("taken").mkdir()
    Path("taken/note.txt").write_text("mine")
    result = striate("train", *words)
    assert result.exit_code == code
    assert re.fullmatch(r"error: [^\n]+\n", result.stderr)
    assert message in result.stderr


class Stop(Callback):
    def __init__(self, after):
        self.left = after

    def on_step(self, _):
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("stop")


def stopped_run(path, model="lenet5-modern", *, data="shapes", **settings):
    with pytest.raises(RuntimeError, match="stop"):
        fit(model, data, output=path, callbacks=[Stop(5)], save_seconds=0, threads=1, batch_size=4, **settings)


def test_resume_alone_goes_on_with_the_newest_unfinished_run(striate):
    draw_shapes(Path("shapes"), 4)
    stopped_run("runs/older", epochs=2, image_size=16)
    stopped_run("runs/newer", epochs=3, image_size=16)
    os.utime("runs/older/state.pt", (1000, 1000))
    result = striate("train", "--resume")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Resuming lenet5-modern on {Path('shapes').resolve()}, into runs/newer\n")
    assert [Run.open(path).finished for path in ("runs/older", "runs/newer")] == [False, True]
    uninterrupted = fit("lenet5-modern", "shapes", epochs=3, image_size=16, threads=1, batch_size=4, output="whole")
    assert Path("runs/newer/model.safetensors").read_bytes() == (uninterrupted.run / "model.safetensors").read_bytes()

    assert "error: " in striate("train", "--resume", "--output", "runs/older", "--epochs", "9").stderr
    assert striate("train", "--resume", "--output", "runs/older", "--epochs", "2").exit_code == 0
    result = striate("train", "--resume", "--output", "runs/older")
    assert (result.exit_code, result.stdout) == (
        0,
        "runs/older is finished: nothing is left to resume, and nothing was changed.\n",
    )


def test_runs_of_a_module_or_data_in_memory_are_resumed_from_python(striate):
    draw_shapes(Path("shapes"), 4)
    stopped_run("own-model", BarNet(channels=3, classes=3), epochs=2, image_size=12)
    stopped_run("own-data", data=bars(size=16), epochs=2)
    for path in ("own-model", "own-data"):
        result = striate("train", "--resume", "--output", path)
        assert (result.exit_code, result.stderr) == (
            2,
            f"error: {path} was started from Python, with a module or data of your own: resume it there\n",
        )


def command(*words):
    return [sys.executable, "-m", "striate.cli", *words]


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_saves_and_says_how_to_go_on(signum, code):
    draw_shapes(Path("shapes"), 4)
    words = ["train", "--data", "shapes", "--output", "run", *TINY, "--epochs", "4000"]
    process = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not Path("run/log.csv").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signum)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert re.fullmatch(
        r"stopped at epoch \d+, step \d of 3; the state is saved: go on with `striate train --output run --resume`\n",
        err,
    )
    assert "Traceback" not in out + err
    assert not Run.open("run").finished
    with Path("run/log.csv").open() as log:
        assert len(list(csv.DictReader(log))) >= 1


def test_a_terminal_gets_a_live_bar():
    draw_shapes(Path("shapes"), 4)
    leader, follower = pty.openpty()
    words = ["train", "--data", "shapes", "--output", "run", *TINY, "--epochs", "40"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    process = subprocess.Popen(command(*words), stdout=follower, stderr=subprocess.PIPE, env=environment)
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other end has closed
        pass
    finally:
        os.close(leader)
    assert process.wait() == 0, process.stderr.read()
    process.stderr.close()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(r"epoch \d+/40 +\S*━.*loss [\d.]+  acc [\d.]+%  [\d,]+ images/s +\S+ left", text)
    assert text.count("test acc") == 40
    assert "Test accuracy" in text


def test_options_of_the_model_are_typed_as_name_and_value(striate, tmp_path):
    draw_shapes(Path("shapes"), 4)
    result = striate("train", "oriented-bank", "--data", "shapes", "--set", "orientations=4", "--output", "run", *TINY)
    assert result.exit_code == 0, result.stderr
    assert Run.open(tmp_path / "run").config.options == {"orientations": 4}


@pytest.mark.parametrize("word", ["orientations", "=4", "orientations="])
def test_options_of_another_form_are_refused(striate, word):
    result = striate("train", "oriented-bank", "--set", word)
    assert result.exit_code == 2
    assert f"error: --set must be NAME=VALUE, such as up=transposed, but got {word!r}" in result.stderr


def test_a_model_of_another_task_is_trained_measured_and_resumed_alike(striate, monkeypatch):
    tasks.enter(monkeypatch)
    with pytest.raises(RuntimeError, match="stop"):
        fit("turner", output="runs/older", callbacks=[Stop(5)], save_seconds=0, threads=1)
    result = striate("train", "turner", "--threads", "1", "--output", "run")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Training turner on the data of super-resolution, into run"
    assert re.fullmatch(
        r"epoch 3/3  loss [\d.]+  closeness 0\.\d{4}  test loss [\d.]+  test closeness 0\.\d{4}  [\d,]+ images/s .*",
        lines[3],
    )
    assert re.fullmatch(r"Test closeness 0\.\d{4}, after 3 epochs in [\d.]+ s\.", lines[4])
    assert lines[6:] == [
        "  striate evaluate run",
        "  and open run/report.html, or look at learning_curves.png and example.png there",
    ]
    assert re.fullmatch(r"run: Test closeness 0\.\d{4}, loss [\d.]+\n", striate("evaluate", "run").stdout)
    assert striate("inspect", "run").exit_code == 0
    draw_shapes(Path("shapes"), 1)
    for verb in ("predict", "explain"):
        refused = striate(verb, "run", "shapes/circle/0.png")
        assert refused.exit_code == 2
        assert "run is a run of 'turner' on 'negatives', and this is for runs that tell images apart" in refused.stderr
    assert striate("train", "--resume").exit_code == 0
    assert Path("runs/older/model.safetensors").read_bytes() == Path("run/model.safetensors").read_bytes()
