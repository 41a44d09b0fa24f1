"""Models that do not give the same tile by tile are refused, and the layer at fault is named."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import striate.nn as snn
from striate.tiling import TilingError, plan


class Code(nn.Module):
    """A convolution, and then what a test is about."""

    def __init__(self, then):
        super().__init__()
        self.conv = nn.Conv1d(1, 2, 3, padding=1)
        self.then = then

    def forward(self, x):
        return self.then(self.conv(x))


CASES = {
    "a global pooling": (snn.GlobalAvgPool, "GlobalAvgPool '1' reads all of axis 0"),
    "an adaptive pooling": (lambda: nn.AdaptiveMaxPool1d(7), "AdaptiveMaxPool1d '1' depends on the place along axis 0"),
    "a pooling to an eighth": (
        lambda: nn.AdaptiveMaxPool1d(30),
        "AdaptiveMaxPool1d '1' depends on the size of the input",
    ),
    "an instance norm": (lambda: nn.InstanceNorm1d(2), "InstanceNorm1d '1' reads all of axis 0"),
    "a group norm": (lambda: nn.GroupNorm(1, 2), "GroupNorm '1' reads all of axis 0"),
    "a layer norm over space": (lambda: nn.LayerNorm(240), "LayerNorm '1' reads all of axis 0"),
    "a response norm": (lambda: snn.GlobalResponseNorm(2), "GlobalResponseNorm '1' reads all of axis 0"),
    "a linear layer": (lambda: nn.Linear(240, 4), "Linear '1' reads all of axis 0"),
    "a mean outside": (lambda: snn.Conv1d(2, 2, 3, padding=1, padding_mode="mean"), "Conv1d '1' reads all of axis 0"),
    "weights of its own": (
        lambda: snn.LocallyConnected1d(2, 2, 3, input_size=240),
        "LocallyConnected1d '1' has weights of its own at each place",
    ),
    "aligned corners": (
        lambda: nn.Upsample(scale_factor=2, mode="linear", align_corners=True),
        "Upsample '1' depends on the place along axis 0",
    ),
    "half a circle": (
        lambda: nn.Conv1d(2, 2, 3, padding=1, padding_mode="circular"),
        "Conv1d '1' has circular borders along axis 0, and Conv1d '0' does not go round with it",
    ),
    "polyphase": (lambda: snn.AdaptivePolyphaseSampling1d(2), "AdaptivePolyphaseSampling1d '1' reads all of axis 0"),
}


@pytest.mark.parametrize("name", CASES)
def test_layers(name):
    build, message = CASES[name]
    with pytest.raises(TilingError, match=message):
        plan(nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), build()), (1, 1, 240), 32)


FUNCTIONS = {
    "a mean": (lambda x: x - x.mean(2, keepdim=True), "mean in the Code itself reads all of axis 0"),
    "a flip": (lambda x: x.flip(2), "flip in the Code itself depends on the place along axis 0"),
    "a sum so far": (lambda x: x.cumsum(2), "cumsum in the Code itself reads all of axis 0"),
    "places added": (
        lambda x: x + torch.arange(x.shape[2], device=x.device),
        "add in the Code itself brings in a tensor that has a number for each place",
    ),
    "places beside": (
        lambda x: torch.cat([x, x.new_ones(x[:, :1].shape)], 1),
        "cat in the Code itself brings in a tensor that has a number for each place",
    ),
    "the last elements": (lambda x: x[:, :, -200:], "__getitem__ in the Code itself depends on the size of the input"),
    "the size as a number": (lambda x: x / x.shape[2], "in the Code itself depends on the size of the input"),
    "other code at another size": (
        lambda x: x.relu() if x.shape[2] > 200 else x,
        "the size|runs . operations on one window",
    ),
    "branches of two strides": (
        lambda x: F.interpolate(x[:, :, ::2], x.shape[2]) + x.repeat_interleave(2, 2)[:, :, :240],
        "joins branches that move differently fast along axis 0",
    ),
    "indices": (lambda x: F.max_pool1d(x, 2, return_indices=True)[1].float(), "count places in the tile"),
    "one number": (lambda x: x.flatten(1), "has no dimension of its own for axis 0"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, message = FUNCTIONS[name]
    with pytest.raises(TilingError, match=message):
        plan(Code(function), (1, 1, 240), 32)


def test_an_axis_that_is_read_whole_may_stay_uncut():
    """Statistics over frequencies leave the frames free."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.LayerNorm([12]), nn.Conv2d(2, 1, 3, padding=1))
    assert len(plan(model, (1, 1, 300, 12), (40, None))) == 8
    with pytest.raises(
        TilingError, match=r"LayerNorm '1' reads all of axis 1\. Leave an axis uncut, tile=\(\.\.\., None\)"
    ):
        plan(model, (1, 1, 300, 12), (40, 6))


def test_dead_branches_do_not_matter():
    class Auxiliary(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(1, 1, 3)

        def forward(self, x):
            x = self.conv(x)
            x.mean()
            return x

    assert len(plan(Auxiliary(), (1, 1, 100), 20)) == 5


@pytest.mark.parametrize(
    ("shape", "tile", "message"),
    [
        ((1, 100), 10, r"image must be \(N, C, \*S\) with one spatial axis or more, but its shape is \(1, 100\)"),
        ((1, 1, 100), (10, 10), r"tile must be an int, or one an axis of the 1 of the image, but got \(10, 10\)"),
        ((1, 1, 100), 0, "tile must be"),
        ((1, 2, 100), 10, "inputs of shape .* are refused by the model, a Conv1d"),
    ],
)
def test_arguments(shape, tile, message):
    with pytest.raises(ValueError, match=message):
        plan(nn.Conv1d(1, 1, 3), shape, tile)


def test_several_outputs():
    class Two(nn.Module):
        def forward(self, x):
            return x.relu(), x.tanh()

    with pytest.raises(ValueError, match="must return one tensor to be run tile by tile, but it returns 2: wrap it"):
        plan(Two(), (1, 1, 100), 10)
