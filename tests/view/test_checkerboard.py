import pytest
import torch
from torch import nn

import striate
import striate.nn as snn

ROUNDING = 1e-6


def by_definition(weight, stride, axes):
    """The score of a transposed convolution from its weight (C, O, *K): the taps that meet at each phase, summed."""
    sums = torch.zeros(*weight.shape[:2], *(stride,) * axes, dtype=torch.float64)
    for tap in torch.cartesian_prod(*[torch.arange(k) for k in weight.shape[2:]]).reshape(-1, axes).tolist():
        sums[(..., *(t % stride for t in tap))] += weight[(..., *tap)].double()
    sums = sums.flatten(2)
    return float(((sums - sums.mean(2, keepdim=True)) ** 2).sum() / (sums**2).sum()) ** 0.5


@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (4, 2), (5, 3), (2, 2), (3, 4)])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_score_of_a_transposed_convolution_is_that_of_its_weight(kernel, stride, axes):
    cls = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}[axes]
    torch.manual_seed(0)
    layer = cls(3, 2, kernel, stride)
    score = striate.checkerboard_score(layer)
    assert score.response == pytest.approx(by_definition(layer.weight.detach(), stride, axes), abs=ROUNDING)
    assert score.gradient < ROUNDING


@pytest.mark.parametrize("axes", [1, 2])
def test_equal_taps_show_the_overlap_alone(axes):
    scores = {}
    for kernel in (3, 4):
        layer = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d}[axes](1, 1, kernel, 2)
        nn.init.ones_(layer.weight)
        scores[kernel] = striate.checkerboard_score(layer).response
    # Sums of 2 and 1 in turn on each axis; a stride that divides the kernel overlaps evenly.
    assert scores[3] == pytest.approx((1 - (1.5**2 / 2.5) ** axes) ** 0.5, abs=ROUNDING)
    assert scores[4] < ROUNDING


@pytest.mark.parametrize("mode", ["nearest", "linear", "area"])
@pytest.mark.parametrize("scale", [2, 3, 1.5])
def test_resizing_first_draws_no_checkerboard(mode, scale):
    torch.manual_seed(0)
    layer = snn.ResizeConv2d(3, 4, 3, scale, mode=mode)
    assert striate.checkerboard_score(layer).response < ROUNDING


def test_a_convolution_with_a_stride_draws_it_in_the_gradient():
    layer = nn.Conv2d(1, 1, 3, stride=2, padding=1)
    nn.init.ones_(layer.weight)
    score = striate.checkerboard_score(layer)
    assert score.response < ROUNDING
    assert score.gradient == pytest.approx((1 - (1.5**2 / 2.5) ** 2) ** 0.5, abs=ROUNDING)
    assert striate.checkerboard_score(nn.Conv2d(2, 3, 3)) == pytest.approx((0, 0), abs=ROUNDING)


def test_any_module_is_measured_and_left_as_it_was():
    torch.manual_seed(0)
    layers = nn.Sequential(nn.ConvTranspose2d(2, 40, 3, 2), nn.ReLU(), nn.Dropout(), nn.Conv2d(40, 3, 1))
    with pytest.raises(ValueError, match="channels must be given for a Sequential, which has no in_channels"):
        striate.checkerboard_score(layers)
    with pytest.raises(ValueError, match="ndim must be given for a Sequential, which has no kernel_size"):
        striate.checkerboard_score(layers, 2)
    score = striate.checkerboard_score(layers, 2, 2)
    assert 0.05 < score.response <= 1
    assert striate.checkerboard_score(layers, 2, 2) == score
    assert layers.training
    assert all(parameter.grad is None for parameter in layers.parameters())


def test_a_layer_that_answers_nothing_scores_nothing():
    layer = nn.ConvTranspose1d(1, 1, 3, 2)
    nn.init.zeros_(layer.weight)
    assert striate.checkerboard_score(layer) == (0, 0)


def test_what_cannot_be_measured_is_named():
    with pytest.raises(ValueError, match=r"size is too small: .* holds no period of 8 along axis 0"):
        striate.checkerboard_score(nn.Conv1d(1, 1, 9, 8, padding=4), size=21)
    with pytest.raises(ValueError, match=r"layer must have a size that grows .* at most 16 along axis 0"):
        striate.checkerboard_score(snn.ResizeConv1d(1, 1, 3, size=9))
