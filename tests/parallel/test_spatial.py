"""A model on parts of its input gives what it gives on the whole: outputs, gradients, statistics, over processes."""

import subprocess
import sys
from pathlib import Path

import pytest

RANK = Path(__file__).with_name("rank.py")


def run(ranks, what, folder):
    """Run a case of `rank.py` on so many processes, and return what the first printed."""
    words = [sys.executable, "-W", "ignore", RANK]
    processes = [
        subprocess.Popen(
            [*map(str, (*words, rank, ranks, folder / "store", what))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for rank in range(ranks)
    ]
    said = [process.communicate(timeout=300)[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * ranks, "\n".join(said)
    return said[0]


@pytest.mark.parametrize("ranks", [2, 4])
def test_unets(ranks, tmp_path):
    """Three border rules, forward and backward; each rank keeps its part and the halo for the backward pass."""
    shares = [float(word) for word in run(ranks, "unets", tmp_path).split()]
    assert len(shares) == 3
    assert 0.5 / ranks < min(shares)  # torch's own reflecting layers keep a padded copy, which is not needed here
    assert max(shares) < 1 / ranks + 0.1


def test_layers(tmp_path):
    """Every window, border rule and stride; sizes that the ranks do not divide, and ranks that have nothing."""
    assert int(run(3, "layers", tmp_path)) > 60


def test_errors(tmp_path):
    assert run(1, "errors", tmp_path) == "named\n"
