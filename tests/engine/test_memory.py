"""Borders cost no memory: the peak of a training step is the same whatever the rule."""

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from pathlib import Path
import torch
import striate.functional as SF

def status(name):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) * 1024

def step(batch):
    input = torch.ones(batch, 96, 56, 56).requires_grad_()
    weight = torch.ones(96, 1, 7, 7).requires_grad_()
    SF.conv2d(input, weight, padding=3, groups=96, padding_mode=sys.argv[1]).square().sum().backward()

torch.set_num_threads(2)
step(1)
before = status("VmRSS")
step(32)
print(status("VmHWM") - before)
"""

if not Path("/proc/self/status").exists():
    pytest.skip("this system does not tell a process's peak memory", allow_module_level=True)


def peak(mode, kernel):
    """Return the bytes that a training step of a 7x7 depthwise layer adds at its peak, in a fresh process."""
    words = [sys.executable, "-c", CODE, mode]
    environment = {"STRIATE_KERNEL": kernel, "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_circular_border_needs_the_memory_of_zeros():
    zeros = peak("zeros", "depthwise")
    assert zeros >= 3 * 32 * 96 * 56 * 56 * 4  # less than input, output and a gradient: nothing was measured
    assert peak("circular", "depthwise") == pytest.approx(zeros, rel=0.02)
    assert peak("circular", "torch") > 1.02 * zeros  # torch pads a copy: the check can fail
