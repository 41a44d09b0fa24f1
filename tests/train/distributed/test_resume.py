"""Stopped trainings go on with another number of processes, and by themselves where torchrun may start them anew."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import workers
from processes import together

from striate.train import Run


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The weights of `workers.train` without dropout, by one process that is never stopped."""
    path = tmp_path_factory.mktemp("whole") / "run"
    assert together(1, workers.train, path, {"plain": True}, alone=True) == [0]
    return torch.load(path / "weights.pt")


def assert_close(path, weights):
    bound = 64 * workers.STEPS * torch.finfo(torch.float32).eps  # as in test_learner
    found = torch.load(path / "weights.pt")
    assert found.keys() == weights.keys()
    for key, value in weights.items():
        torch.testing.assert_close(found[key], value, rtol=bound, atol=bound)


@pytest.mark.parametrize("sharded", [False, True])
def test_four_processes_are_gone_on_with_by_two_and_by_one(tmp_path, alone, sharded):
    path, told = tmp_path / "run", {"sharded": sharded, "plain": True}
    assert together(4, workers.train, path, {**told, "fault": (3, 5)})[3] == -signal.SIGKILL
    assert together(2, workers.train, path, {**told, "fault": (1, 4), "resume": True})[1] == -signal.SIGKILL
    copy = shutil.copytree(path, tmp_path / "copy")
    for last, single in ((path, True), (copy, False)):
        assert together(1, workers.train, last, {"resume": True, "plain": True}, alone=single) == [0]
        assert_close(last, alone)


def test_what_one_process_saved_is_gone_on_with_by_two(tmp_path, alone):
    path = tmp_path / "run"
    assert together(1, workers.train, path, {"fault": (0, 5), "plain": True}, alone=True) == [-signal.SIGKILL]
    assert not Run.open(path).checkpoints.exists()
    assert together(2, workers.train, path, {"resume": True, "plain": True}) == [0, 0]
    assert_close(path, alone)


def test_where_the_state_is_damaged_a_checkpoint_serves(tmp_path, alone):
    path, said, told = tmp_path / "run", tmp_path / "said.txt", {"plain": True}
    assert together(2, workers.train, path, {**told, "fault": (1, 5)})[1] == -signal.SIGKILL
    state = path / "state.pt"
    state.write_bytes(state.read_bytes()[:-1])
    assert together(2, workers.train, path, {**told, "resume": True, "said": said}) == [0, 0]
    (line,) = said.read_text().splitlines()
    assert line.startswith(f"{state} is cut short")
    assert line.endswith(f"; going on from {path / 'checkpoints' / '000000004'}")
    assert_close(path, alone)


SCRIPT = """
import os, sys
sys.path.insert(0, {tests!r})
import workers
workers.train({path!r}, {{"fault": (1, 5) if os.environ["TORCHELASTIC_RESTART_COUNT"] == "0" else None}})
"""


def test_torchrun_goes_on_by_itself_after_one_was_killed(tmp_path):
    whole, path = tmp_path / "whole", tmp_path / "run"
    assert together(2, workers.train, whole) == [0, 0]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(workers.__file__).parent), path=str(path)))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, "--max-restarts", "1", "--monitor-interval", "0.1", script],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "exitcode: -9" in done.stderr
    weights, found = torch.load(whole / "weights.pt"), torch.load(path / "weights.pt")
    assert all(torch.equal(found[key], weights[key]) for key in weights)
