from fractions import Fraction

import pytest
import torch
from networks import CausalAudio, Inception, ResNet, SqueezeExcite, UNet, Volume
from torch import nn
from torch.nn import functional as F

import striate.nn as snn
from striate.graph import misalignments, record, unread


class Sides(nn.Module):
    def __init__(self, *branches, how=torch.add):
        super().__init__()
        self.branches, self.how = nn.ModuleList(branches), how

    def forward(self, x):
        return self.how(*(branch(x) for branch in self.branches))


def found(model, *size, channels=1):
    return [str(finding) for finding in misalignments(record(model, torch.zeros(1, channels, *size), keep=False))]


@pytest.mark.parametrize(
    ("model", "channels", "size"),
    [
        (ResNet((1, 1), width=2, late=True), 3, (64, 64)),
        (ResNet((1, 1), width=2, late=False), 3, (64, 64)),
        (UNet(width=1, depth=3), 1, (108, 108)),
        (Inception(), 16, (9, 9)),
        (SqueezeExcite(), 8, (9, 9)),  # the gate sees everything and is nowhere
        (CausalAudio(), 1, (40,)),  # the branches' ends meet
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else None,
)
def test_published_networks_meet_where_they_join(model, channels, size):
    assert found(model, *size, channels=channels) == []


def test_a_crop_that_is_off_by_one_is_found_at_each_level():
    assert found(UNet(width=1, depth=2, shift=1), 44, 44) == [
        "cat: along axis 0 the branches are 2 input elements apart",
        "cat: along axis 0 the branches are 1 input element apart",
    ]


def test_same_padding_with_a_stride_is_off_where_torch_s_is_not():
    """TensorFlow's SAME sees 2o to 2o + 2 of an even size, whose middle is 1 off the 1x1's."""
    skip = nn.Conv2d(1, 1, 1, 2)
    assert found(Sides(skip, nn.Conv2d(1, 1, 3, 2, 1)), 8, 8) == []
    joined = Sides(skip, snn.Conv2d(1, 1, 3, 2, "same"), how=torch.mul)
    assert found(joined, 8, 8) == ["mul: along axes 0 and 1 the branches are 1 input element apart"]
    assert found(joined, 7, 8) == ["mul: along axis 1 the branches are 1 input element apart"]


def test_a_stride_of_two_and_a_linear_upsampling_are_half_an_element_apart():
    """A 3x3 of stride 2 looks at 0, 2, 4, ...; upsampling puts its outputs around them, as if they were at 1/2, 5/2."""
    (finding,) = misalignments(record(Volume(), torch.zeros(1, 1, 8, 8, 8), keep=False))
    assert (finding.axes, finding.distance, finding.jumps) == ((0, 1, 2), Fraction(1, 2), (1, 1))


def test_branches_that_move_differently_fast():
    up = nn.Upsample(size=(16,), mode="linear", align_corners=True)
    (line,) = found(Sides(nn.Sequential(nn.AvgPool1d(2), up), nn.Identity()), 16)
    assert line == "add: along axis 0 the branches move by 0.933333 and 1 input elements an output"


def test_pieces_side_by_side_along_an_axis_are_no_branches():
    class Mirrored(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(1, 1, 3)

        def forward(self, x):
            return torch.cat([self.conv(x), F.avg_pool1d(x, 2, 1)], dim=2)

    assert found(Mirrored(), 9) == []


def lines(model, *size):
    return [str(finding) for finding in unread(record(model, torch.zeros(1, 1, *size), keep=False))]


def test_elements_that_no_window_reads():
    """(7 - 2) mod 2 = 1 element is left over; of a 1x1 with stride 2 every other one is skipped."""
    assert lines(nn.Sequential(nn.MaxPool2d(2)), 7, 8) == ["0: reads 6 of 7 along axis 0"]
    assert lines(nn.Sequential(nn.Conv2d(1, 1, 1, 2)), 8, 8) == ["0: reads 4 of 8 along axes 0 and 1"]
    assert lines(nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)), 7, 8) == []
    # (8 + 2 - 3) mod 2 = 1 is left over, but it is padding
    assert lines(nn.Sequential(nn.Conv2d(1, 1, 3, 2, 1)), 8, 8) == []


def test_the_leftover_is_counted():
    (finding,) = unread(record(nn.Sequential(nn.Conv1d(1, 1, 4, 3)), torch.zeros(1, 1, 12)))
    assert (finding.size, finding.unread, finding.leftover) == (12, 2, 2)
