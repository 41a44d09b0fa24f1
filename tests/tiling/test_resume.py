"""An output that was begun goes on, after any end, with what was done."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from striate import tiled

CODE = """
import os, signal, sys
import numpy as np, torch
from torch import nn
from striate import tiled
torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(1, 2, 5, padding=2), nn.MaxPool2d(2))
def progress(done, all):
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
tiled(model, sys.argv[1] + "/in.npy", 10, output=sys.argv[1] + "/out.npy", axes="yx", progress=progress)
"""


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 5, padding=2), nn.MaxPool2d(2))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A folder in which a process was killed after 7 of 30 tiles."""
    folder = tmp_path_factory.mktemp("killed")
    np.save(folder / "in.npy", np.random.default_rng(0).random((60, 50), dtype=np.float32))
    done = subprocess.run([sys.executable, "-c", CODE, folder, "7"], check=False)
    assert done.returncode == -9
    return folder


@pytest.fixture
def killed(scene, tmp_path):
    """A copy of that folder."""
    return Path(shutil.copytree(scene, tmp_path / "killed"))


def whole(model, folder):
    with torch.no_grad():
        return model(torch.from_numpy(np.load(folder / "in.npy"))[None, None])[0].permute(1, 2, 0).numpy()


def test_after_sigkill(model, killed):
    assert not (killed / "out.npy").exists()
    told = []
    kept = np.load(killed / ".out.part.npy", mmap_mode="r")[:5, :25].copy()
    how = {"axes": "yx", "resume": True, "progress": lambda *done: told.append(done)}
    tiled(model, killed / "in.npy", 10, output=killed / "out.npy", **how)
    assert told == [(done, 30) for done in range(8, 31)]
    made = np.load(killed / "out.npy")
    np.testing.assert_array_equal(made[:5, :25], kept)
    np.testing.assert_allclose(made, whole(model, killed), atol=1e-5)
    assert sorted(path.name for path in killed.iterdir()) == ["in.npy", "out.npy"]


def test_a_line_that_was_cut_short_is_done_again(model, killed):
    journal = killed / ".out.part.journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    told = []
    how = {"axes": "yx", "resume": True, "progress": lambda *done: told.append(done)}
    tiled(model, killed / "in.npy", 10, output=killed / "out.npy", **how)
    assert len(told) == 24
    np.testing.assert_allclose(np.load(killed / "out.npy"), whole(model, killed), atol=1e-5)


def test_without_resume_it_is_refused(model, killed):
    with pytest.raises(FileExistsError, match=r"journal: this output was begun and not finished; pass resume=True"):
        tiled(model, killed / "in.npy", 10, output=killed / "out.npy", axes="yx")


@pytest.mark.parametrize("changed", ["model", "input", "tile"])
def test_another_job_is_refused(model, killed, changed):
    if changed == "model":
        with torch.no_grad():
            model[0].bias += 1
    if changed == "input":
        np.save(killed / "in.npy", np.zeros((60, 50), np.float32))
    with pytest.raises(ValueError, match=rf"journal was begun with another {changed}: go on with the same, or delete"):
        tiled(
            model, killed / "in.npy", 20 if changed == "tile" else 10, output=killed / "out.npy", axes="yx", resume=True
        )


def test_a_damaged_journal_is_named(model, killed):
    (killed / ".out.part.journal").write_bytes(b"{\n1\n")
    with pytest.raises(ValueError, match="journal is damaged or is no journal of tiles"):
        tiled(model, killed / "in.npy", 10, output=killed / "out.npy", axes="yx", resume=True)


def test_the_journal_says_what_is_done(killed):
    first, *numbers = (killed / ".out.part.journal").read_text().splitlines()
    assert set(json.loads(first)) == {"model", "input", "shape", "tile"}
    assert numbers == [str(number) for number in range(7)]


def test_resume_begins_where_nothing_was_begun(model, tmp_path):
    image = np.random.default_rng(0).random((40, 30), dtype=np.float32)
    made = tiled(model, image, 10, output=tmp_path / "out.npy", axes="yx", resume=True)
    assert made.shape == (20, 15, 2)
