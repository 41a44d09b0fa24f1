import os
import shutil
from dataclasses import replace

import pytest
import torch
from samples import bars

from striate.train import Config, DataConfig, History, Run, Settings, newest_unfinished, next_run_path
from striate.train.settings import DEFAULT_RECIPE
from striate.train.state import State

CONFIG = Config("BarNet", False, DataConfig.of(bars(), None), Settings.from_recipe(DEFAULT_RECIPE))
STATE = State("BarNet", {}, {})


def test_a_run_appears_with_config_and_state(tmp_path):
    run = Run.create(tmp_path / "deep" / "run", CONFIG, STATE)
    assert {entry.name for entry in run.path.iterdir()} == {"config.json", "state.pt"}
    assert [entry.name for entry in run.path.parent.iterdir()] == ["run"]
    assert Run.open(run.path) == run
    assert not run.finished
    assert len(run.history()) == 0


def test_an_empty_folder_may_become_a_run(tmp_path):
    assert Run.create(tmp_path, CONFIG, STATE).state.is_file()


def test_nothing_that_exists_is_overwritten(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    for path in (tmp_path, tmp_path / "note.txt"):
        with pytest.raises(
            FileExistsError, match=r"exists already and is never overwritten: pass resume=True \(--resume\)"
        ):
            Run.create(path, CONFIG, STATE)
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]


def test_a_failure_leaves_no_folder(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(State, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        Run.create(tmp_path / "run", CONFIG, STATE)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_run_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no run folder .*absent"):
        Run.open(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"is not a run folder: it holds no config\.json"):
        Run.open(tmp_path)


def test_the_model_and_the_history_come_back(bars_run):
    run = Run.open(bars_run.run)
    assert run.finished
    state = torch.random.get_rng_state()
    model = run.load_model()
    assert torch.equal(state, torch.random.get_rng_state())
    assert not model.training
    images = bars(size=16).test.images.float() / 255
    assert torch.equal(model(images), bars_run.model(images))
    assert run.history()["val_acc"] == pytest.approx(bars_run["val_acc"], abs=1e-6)
    assert torch.equal(run.confusion(), bars_run.metrics.confusion)


def test_a_module_of_the_users_own_cannot_be_rebuilt(tmp_path):
    run = Run.create(tmp_path / "run", CONFIG, STATE)
    with pytest.raises(ValueError, match=r"is a run of BarNet, which is in no registry: build that module yourself"):
        run.load_model()


def test_data_in_memory_cannot_be_loaded_again(tmp_path):
    run = Run.create(tmp_path / "run", CONFIG, STATE)
    with pytest.raises(ValueError, match="was trained on data 'bars' given in memory; pass them as data"):
        run.load_data()


def test_an_unfinished_run_has_no_confusion_matrix(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"metrics\.json is missing: the run is not finished"):
        Run.create(tmp_path / "run", CONFIG, STATE).confusion()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ("{}", "is not the metrics of a striate run"),
        ('{"confusion": [[1]]}', r"has shape \(1, 1\)"),
    ],
)
def test_damaged_metrics_are_named(bars_run, tmp_path, content, message):
    copy = shutil.copytree(bars_run.run, tmp_path / "copy")
    (copy / "metrics.json").write_text(content)
    with pytest.raises(ValueError, match=rf"metrics\.json.* {message}"):
        Run.open(copy).confusion()


def test_the_next_free_number(tmp_path):
    assert next_run_path("lenet5", tmp_path) == tmp_path / "lenet5-1"
    for number in (1, 2, 4):
        (tmp_path / f"lenet5-{number}").mkdir()
    assert next_run_path("lenet5", tmp_path) == tmp_path / "lenet5-3"


def test_the_newest_unfinished_run_of_a_model_or_of_any(tmp_path):
    for age, (name, model) in enumerate((("a", "lenet5"), ("b", "lenet5-modern"), ("c", "lenet5"), ("d", "lenet5"))):
        run = Run.create(tmp_path / name, replace(CONFIG, model=model), STATE)
        os.utime(run.state, (1000 - age, 1000 - age))
    (tmp_path / "a" / "metrics.json").write_text("{}")
    (tmp_path / "d" / "config.json").write_text("damaged")
    assert newest_unfinished("lenet5", tmp_path).path.name == "c"
    assert newest_unfinished(None, tmp_path).path.name == "b"
    with pytest.raises(FileNotFoundError, match="no unfinished run of lenet9 under"):
        newest_unfinished("lenet9", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no unfinished run under .*absent to resume"):
        newest_unfinished(None, tmp_path / "absent")


def test_an_epoch_is_kept_whole(tmp_path):
    run = Run.create(tmp_path / "run", CONFIG, STATE)
    rows = [dict.fromkeys(("epoch", "loss", "acc", "val_loss", "val_acc", "lr", "seconds", "images_per_second"), 1.0)]
    run.save_epoch(replace(STATE, rows=rows, epoch=1), torch.nn.Linear(2, 2))
    assert (run.path / "model.safetensors").is_file()
    assert State.load(run.state).epoch == len(History.read_csv(run.log)) == 1
