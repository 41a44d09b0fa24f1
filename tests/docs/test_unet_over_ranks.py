"""The U-Net over processes: the same command on a narrow image, with what it prints."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs" / "unet_over_ranks.py"


def test_128_by_16():
    """Three border rules, forward and backward: one process's numbers, and 1/N of what it keeps, plus the halo."""
    words = [sys.executable, "-W", "ignore", SCRIPT, "--size", "128", "16", "--ranks", "2", "4"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].split()[:2] == ["borders", "ranks"]
    rows = [line.split() for line in said[1:]]
    assert [(mode, int(ranks)) for mode, ranks, *_ in rows] == [
        (mode, ranks) for mode in ("zeros", "reflect", "circular") for ranks in (2, 4)
    ]
    for _, ranks, output, gradients, _, share, _ in rows:
        assert float(output) < 1e-12
        assert float(gradients) < 1e-12
        assert 1 / int(ranks) - 0.001 <= float(share) < 1 / int(ranks) + 0.1
