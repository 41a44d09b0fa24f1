"""A model on parts of its input gives what it gives on the whole: outputs, gradients, statistics, over processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Shard, distribute_tensor

import striate.nn as snn
from striate.parallel import spatial

RANKS = Path(__file__).with_name("ranks.py")


@pytest.fixture(scope="module")
def mesh():
    """This process alone."""
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    torch.distributed.destroy_process_group()


def test_layers(tmp_path):
    """Every window, border rule and stride; sizes that the ranks do not divide, and ranks that have nothing."""
    words = [sys.executable, "-W", "ignore", RANKS, "3", tmp_path]
    done = subprocess.run(
        words, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (nn.GroupNorm(1, 2), r"GroupNorm '0' cannot be run along a cut dimension 2; known are convolutions"),
        (nn.Linear(3, 3), "Linear '0' cannot be run"),
        (nn.AdaptiveAvgPool1d(1), "AdaptiveAvgPool1d '0' cannot be run"),
        (snn.PartialConv1d(1, 1, 3), "PartialConv1d '0' cannot be run"),
        (nn.MaxPool1d(2, return_indices=True), "MaxPool1d '0' returns indices"),
        (nn.Upsample(scale_factor=2, mode="bicubic"), "Upsample '0' resizes by 'bicubic', but along a cut dimension"),
        (
            snn.Conv2d(1, 1, 3, padding=1, padding_mode=("mean", "zeros")),
            r"Conv2d '0' has the padding_mode \('mean', 'zeros'\): the mean of the whole signal can stand outside",
        ),
        (snn.BlurPool1d(padding_mode="mean"), "BlurPool1d '0' has the padding_mode 'mean'"),
    ],
)
def test_what_cannot_be_run_on_parts_is_named(mesh, layer, message):
    with pytest.raises(ValueError, match=message):
        spatial(nn.Sequential(layer), mesh, 2)


def test_arguments_that_do_not_fit(mesh):
    with pytest.raises(ValueError, match=r"dim must be a spatial dimension .* but got 1"):
        spatial(nn.ReLU(), mesh, 1)
    with pytest.raises(ValueError, match=r"mesh must have one dimension, but has 2: take one of them"):
        spatial(nn.ReLU(), init_device_mesh("cpu", (1, 1)), 2)
    parted = spatial(nn.ReLU(), mesh, 2)
    with pytest.raises(ValueError, match=r"input must be a DTensor with placements .* but got a Tensor"):
        parted(torch.zeros(1, 1, 8))
    with pytest.raises(ValueError, match=r"but got placements \(Shard\(dim=1\),\)"):
        parted(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(1)]))


class Mixing(nn.Module):
    def __init__(self, mix):
        super().__init__()
        self.mix = mix

    def forward(self, x):
        return self.mix(x)


@pytest.mark.parametrize(
    ("mix", "name"),
    [
        (lambda x: x - x.mean(), "mean"),
        (lambda x: torch.cat([x, x], 2), "cat"),
        (lambda x: nn.functional.conv1d(x, torch.ones(1, 1, 3)), "conv1d"),
        (lambda x: nn.functional.lp_pool1d(x, 2, 2), "lp_pool1d"),
    ],
)
def test_functions_that_mix_a_cut_dimension_are_refused(mesh, mix, name):
    with pytest.raises(ValueError, match=rf"{name} is called on a tensor that is cut along dimension 2"):
        spatial(Mixing(mix), mesh, 2)(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)]))


def test_a_maximum_over_padding_alone_is_refused_as_in_the_whole(mesh):
    parted = spatial(snn.MaxPool1d(2, 1, 2), mesh, 2)
    with pytest.raises(ValueError, match="max pooling has no value where a window lies in the padding"):
        parted(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)]))


def test_the_model_runs_by_itself_as_before(mesh):
    plain = nn.Conv1d(1, 1, 3)
    spatial(plain, mesh, 2)(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)]))
    assert plain(torch.zeros(1, 1, 8)).shape == (1, 1, 6)


def test_work_in_place_on_what_is_kept_is_found(mesh):
    """A layer's input is kept without a copy, as autograd keeps it, and guarded by the same count of changes."""
    part = distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)])
    made = spatial(nn.Conv1d(1, 1, 3), mesh, 2)(part)
    part.to_local().add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        made.sum().backward()


def test_hooks_of_the_caller_see_what_is_kept(mesh):
    seen = []
    part = distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)])
    with torch.autograd.graph.saved_tensors_hooks(lambda kept: seen.append(kept.shape) or kept, lambda kept: kept):
        made = spatial(nn.Conv1d(1, 1, 3, padding=1), mesh, 2)(part)
    assert (1, 1, 8) in seen
    made.sum().backward()
