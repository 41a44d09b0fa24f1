"""Whatever happens to a training of several processes, it goes on from the last checkpoint that is whole."""

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import workers
from hypothesis import settings as hypothesis_settings
from processes import together
from torch import nn

from striate.train import Run
from striate.train.distributed.checkpoints import Checkpoints, parts, restore, saved_tensors
from striate.train.distributed.processes import Processes
from striate.train.state import State, Tally

FAULTS = 200 if hypothesis_settings.get_current_profile_name() == "intense" else 10


def trained(steps=3):
    """A model, its optimiser with sums, and a state."""
    torch.manual_seed(steps)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(steps):
        model(torch.rand(4, 1, 6, 6)).square().sum().backward()
        optimizer.step()
    row = {"epoch": 1, "loss": 0.1 + 0.2}
    return model, optimizer, State("net", {}, {}, epoch=1, step=steps, tally=Tally(1.5, 3.0, 4, 0.25), rows=[row])


def save(folder, steps=3):
    model, optimizer, state = trained(steps)
    checkpoints = Checkpoints(folder, Processes())
    checkpoints.save(state, parts(model, None, optimizer), steps)
    return checkpoints, model, optimizer, state


def test_a_checkpoint_comes_back_bit_for_bit(tmp_path):
    checkpoints, model, optimizer, state = save(tmp_path / "checkpoints")
    path, saved = checkpoints.newest()
    assert (saved.name, saved.epoch, saved.step, saved.tally, saved.rows) == ("net", 1, 3, state.tally, state.rows)
    other, fresh, _ = trained(1)
    restore(checkpoints, path, saved, (other, None, fresh), "net")
    for key, value in parts(model, None, optimizer).items():
        assert torch.equal(parts(other, None, fresh)[key], value), key


def test_the_last_two_are_kept_and_nothing_half_written(tmp_path):
    for steps in (1, 2, 3):
        checkpoints, *_ = save(tmp_path, steps)
    assert [path.name for path in checkpoints.found()] == ["000000003", "000000002"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["000000002", "000000003"]


def test_there_is_nothing_in_it_that_could_be_run(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, _ = checkpoints.newest()
    assert {entry.suffix for entry in path.iterdir()} == {".json", ".safetensors"}


class Bomb:
    def __reduce__(self):
        return (eval, ("(_ for _ in ()).throw(SystemExit('exploded'))",))


def test_a_malicious_pickle_in_its_place_is_refused_unexecuted(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, _ = checkpoints.newest()
    weights = next(path.glob("*.safetensors"))
    manifest = json.loads((path / "checkpoint.json").read_text())
    weights.write_bytes(pickle.dumps(Bomb()))
    (path / ".metadata").write_bytes(pickle.dumps(Bomb()))  # where other checkpoints of torch have a pickle
    with pytest.raises(SystemExit):
        pickle.loads(weights.read_bytes())
    with pytest.warns(UserWarning, match="is cut short or damaged"):
        assert checkpoints.newest() is None
    with pytest.raises(Exception, match=r"header|deserializing"):  # the reader itself, were the checksum forged
        saved_tensors(path)
    assert manifest["files"].keys() == {weights.name}


def test_the_checkpoint_of_another_model_is_refused_with_both_names(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, saved = checkpoints.newest()
    other = nn.Conv2d(1, 2, 3)
    with pytest.raises(ValueError, match=r"000000003 holds the weights of another model, 'net', .* do not fit 'conv'"):
        restore(checkpoints, path, saved, (other, None, torch.optim.SGD(other.parameters())), "conv")


def damage(path, chance):
    """Cut a file of a checkpoint short, flip one of its bits, or remove it; return the file."""
    file = chance.choice(sorted(path.iterdir()))
    content = bytearray(file.read_bytes())
    kind = chance.choice(("cut", "flip", "remove"))
    if kind == "remove":
        file.unlink()
        return file
    place = chance.randrange(len(content))
    if kind == "cut":
        content = content[:place]
    else:
        content[place] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("number", range(FAULTS))
def test_any_damage_is_named_and_the_one_before_is_read(tmp_path, number):
    save(tmp_path, 1)
    checkpoints, *_ = save(tmp_path, 2)
    file = damage(tmp_path / "000000002", random.Random(number))
    with pytest.warns(UserWarning, match=r"(damaged|missing|No such file).*; going on from the one before") as caught:
        path, saved = checkpoints.newest()
    assert (path.name, saved.step) == ("000000001", 1)
    assert str(file) in str(caught[0].message)
    assert "\n" not in str(caught[0].message)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The weights of `workers.train`, never stopped."""
    path = tmp_path_factory.mktemp("whole") / "run"
    assert together(2, workers.train, path) == [0, 0]
    return torch.load(path / "weights.pt")


def assert_the_same(path, weights):
    found = torch.load(path / "weights.pt")
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[key], weights[key]) for key in weights)
    assert Run.open(path).finished
    assert Run.open(path).history()["epoch"] == [1, 2]


@pytest.mark.parametrize("number", range(FAULTS))
def test_whatever_happens_it_goes_on_bit_for_bit(tmp_path, uninterrupted, number):
    chance, path, said = random.Random(number), tmp_path / "run", tmp_path / "said.txt"
    fault = chance.choice(("kill", "kill while it saves", "full disk"))
    step = chance.randint(2, workers.STEPS - 1)
    if fault == "kill":
        assert together(2, workers.train, path, {"kill": step})[0] == -signal.SIGKILL
    elif fault == "kill while it saves":
        assert (
            together(2, workers.train, path, {"kill": min(step, 9), "after": chance.uniform(0, 0.05)})[0]
            == -signal.SIGKILL
        )
    else:
        # the first state and log fit; a checkpoint does not, once the limit is drawn below its size
        assert together(2, workers.train, path, {"kill": step})[0] == -signal.SIGKILL
        assert all(together(2, workers.train, path, {"resume": True, "largest": chance.randint(0, 1500)}))
    harmed = None
    found = Checkpoints(path / "checkpoints", Processes()).found()
    if len(found) == 2 and chance.random() < 0.5:
        harmed = damage(found[0], chance)
    assert together(2, workers.train, path, {"resume": True, "said": said}) == [0, 0]
    assert_the_same(path, uninterrupted)
    assert said.read_text().count("going on from the one before") == (harmed is not None)
    assert harmed is None or str(harmed) in said.read_text()
    assert len(Checkpoints(path / "checkpoints", Processes()).found()) == 2
    assert not list(path.rglob(".saving"))


def test_a_full_disk_is_named_and_the_last_good_one_kept(tmp_path):
    """On a file system of 256 KB of its own, where that is permitted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a file system is not permitted here")
    try:
        checkpoints, *_ = save(disk / "checkpoints", 1)
        (disk / "filling").write_bytes(bytes(200 * 1024))
        model = nn.Linear(300, 100)
        state = State("net", {}, {}, epoch=0, step=2)
        with pytest.raises(OSError, match=r"checkpoints: a checkpoint could not be written \(.*; the last good one is"):
            checkpoints.save(state, parts(model, None, torch.optim.SGD(model.parameters())), 2)
        assert [path.name for path in (disk / "checkpoints").iterdir()] == ["000000001"]
        assert checkpoints.newest()[1].step == 1
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("sharded", [False, True])
def test_four_processes_are_gone_on_with_by_two_and_by_one(tmp_path, sharded):
    whole = tmp_path / "whole"
    assert together(1, workers.train, whole, {"plain": True}, alone=True) == [0]
    expected = torch.load(whole / "weights.pt")
    path = tmp_path / "run"
    assert -signal.SIGKILL in together(4, workers.train, path, {"kill": 5, "sharded": sharded, "plain": True})
    assert -signal.SIGKILL in together(
        2, workers.train, path, {"kill": 4, "resume": True, "sharded": sharded, "plain": True}
    )
    copy = shutil.copytree(path, tmp_path / "copy")
    bound = 64 * workers.STEPS * torch.finfo(torch.float32).eps
    for last, alone in ((path, True), (copy, False)):
        assert together(1, workers.train, last, {"resume": True, "plain": True}, alone=alone) == [0]
        found = torch.load(last / "weights.pt")
        for key, value in expected.items():
            torch.testing.assert_close(found[key], value, rtol=bound, atol=bound)


def test_what_one_process_saved_is_gone_on_with_by_two(tmp_path):
    whole, path = tmp_path / "whole", tmp_path / "run"
    assert together(1, workers.train, whole, {"plain": True}, alone=True) == [0]
    assert together(1, workers.train, path, {"kill": 5, "plain": True}, alone=True) == [-signal.SIGKILL]
    assert not Run.open(path).checkpoints.exists()
    assert together(2, workers.train, path, {"resume": True, "plain": True}) == [0, 0]
    expected, found = (torch.load(one / "weights.pt") for one in (whole, path))
    bound = 64 * workers.STEPS * torch.finfo(torch.float32).eps
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, rtol=bound, atol=bound)


SCRIPT = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import torch
import workers
from striate.train import Callback, fit

class Kill(Callback):
    left = 5
    def on_step(self, _):
        self.left -= 1
        if self.left == 0 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
            os.kill(os.getpid(), signal.SIGKILL)

workers.train({path!r}, {{"watch": [Kill()]}})
"""


def test_torchrun_goes_on_by_itself_after_one_was_killed(tmp_path, uninterrupted):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(workers.__file__).parent), path=str(tmp_path / "run")))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--max-restarts", "1", "--monitor-interval", "0.1", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "exitcode: -9" in done.stderr
    assert_the_same(tmp_path / "run", uninterrupted)
