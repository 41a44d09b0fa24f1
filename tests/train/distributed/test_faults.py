"""Whatever happens to a training of several processes, nothing is lost beyond the last checkpoint that is whole.

Ten faults are injected; with `--hypothesis-profile=intense` two hundred.
"""

import os
import random
import re
import signal
import subprocess
from contextlib import contextmanager

import pytest
import torch
import workers
from hypothesis import settings as hypothesis_settings
from processes import together

from striate.train import Run
from striate.train.distributed.checkpoints import Checkpoints
from striate.train.distributed.processes import Processes

FAULTS = 200 if hypothesis_settings.get_current_profile_name() == "intense" else 10
KINDS = ("kill", "kill while it saves", "full disk", "cut", "flip", "remove")
PAGE = 4096


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The weights of `workers.train`, never stopped, as two replicas and as two parts of one model."""
    path = tmp_path_factory.mktemp("whole")
    for sharded in (False, True):
        assert together(2, workers.train, path / str(sharded), {"sharded": sharded}) == [0, 0]
    return lambda sharded: torch.load(path / str(sharded) / "weights.pt")


def found(path):
    return Checkpoints(path / "checkpoints", Processes()).found()


@contextmanager
def small_disk(folder):
    """A file system of 1 MB of its own, where mounting is permitted; yields whether it is."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def resume_on_a_full_disk(path, told, mounted, chance):
    """Go on until the disk is full, then make room again; return what was said."""
    filling, said = path.parent / "filling", path.parent.parent / "full.txt"
    told = {**told, "said": said}
    if mounted:
        left = chance.randrange(3)  # pages; a checkpoint has three files of a page each
        filling.write_bytes(bytes(os.statvfs(path).f_bavail * PAGE - left * PAGE))
    else:
        told["largest"] = chance.randint(0, 1500)  # bytes of a file; one of a checkpoint has more
    codes = together(2, workers.train, path, told)
    assert codes[0] == 2
    assert codes[1] != 0
    filling.unlink(missing_ok=True)
    return said.read_text()


def damage(path, kind, chance):
    """Cut a file of a checkpoint short, flip one of its bits, or remove it; return the file."""
    file = chance.choice(sorted(path.iterdir()))
    content = bytearray(file.read_bytes())
    place = chance.randrange(len(content))
    if kind == "remove":
        file.unlink()
    elif kind == "cut":
        file.write_bytes(content[:place])
    else:
        content[place] ^= 1 << chance.randrange(8)
        file.write_bytes(content)
    return file


@pytest.mark.parametrize("number", range(FAULTS))
def test_it_goes_on_from_the_last_checkpoint_bit_for_bit(tmp_path, uninterrupted, number):
    kind, chance = KINDS[number % len(KINDS)], random.Random(number)
    step, rank, sharded = chance.randint(3, workers.STEPS - 1), chance.randrange(2), chance.random() < 0.3
    after = chance.uniform(0, 0.03) if kind == "kill while it saves" else None
    told, said, path = {"sharded": sharded}, tmp_path / "said.txt", tmp_path / "disk" / "run"
    with small_disk(path.parent) as mounted:
        codes = together(2, workers.train, path, {**told, "fault": (rank, step, after)})
        assert -signal.SIGKILL in codes or after is not None  # which may come after the last step
        kept = found(path)
        assert int(kept[0].name) >= step - 1
        told["resume"] = True
        harmed = None
        if kind == "full disk":
            line = resume_on_a_full_disk(path, told, mounted, chance)
            assert re.search("No space left on device|File too large", line)
            assert str(path) in line
            assert "\n" not in line
            assert found(path) == kept
        elif kind in {"cut", "flip", "remove"}:
            harmed = damage(kept[0], kind, chance)
        finished = Run.open(path).finished
        assert together(2, workers.train, path, {**told, "said": said}) == [0, 0]
        weights, expected = torch.load(path / "weights.pt"), uninterrupted(sharded)
        assert weights.keys() == expected.keys()
        assert all(torch.equal(weights[key], expected[key]) for key in expected)
        assert Run.open(path).finished
        assert Run.open(path).history()["epoch"] == [1, 2]
        warned = said.read_text().splitlines()
        if harmed is not None:
            assert len(warned) == 1
            assert str(harmed) in warned[0]
            assert warned[0].endswith("; going on from the one before")
        else:
            assert len(warned) == finished
        assert len(found(path)) == 2
        assert not [left for left in path.rglob(".*") if left.is_file() or left.name == ".saving"]
