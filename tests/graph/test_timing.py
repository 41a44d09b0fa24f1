import pytest
import torch
from networks import Inception, Shared
from torch import nn

import striate.nn as snn
from striate.graph import record
from striate.graph.timing import measure


class Slow(nn.Module):
    """A layer that is slow by its own doing, in functions of which it calls several."""

    def forward(self, x):
        for _ in range(200):
            x = x + 1
        return x


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Inception(), (1, 16, 9, 9)),
        (Shared(), (1, 4, 6, 6)),
        (nn.Sequential(snn.Conv2d(1, 2, 3), nn.Flatten(), nn.Dropout()), (1, 1, 6, 6)),
    ],
)
def test_every_operation_is_timed(model, shape):
    image = torch.randn(shape)
    recording = record(model, image)
    seconds = measure(recording, image)
    assert sorted(seconds) == [operation.index for operation in recording]
    assert min(seconds.values()) > 0
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_the_slow_one_is_told_from_the_others():
    model = nn.Sequential(nn.ReLU(), Slow(), nn.ReLU())
    image = torch.zeros(1, 1, 64, 64)
    seconds = measure(record(model, image), image)
    assert max(seconds, key=seconds.get) == 1
