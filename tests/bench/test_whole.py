"""Whole networks: that both libraries compute the same, that a wrong one is refused, and what the table says."""

import pytest
import torch

import striate.functional as SF
from striate.bench import whole
from striate.bench.measure import Timing
from striate.bench.networks import NETWORKS
from striate.bench.report import table_of_networks
from striate.bench.whole import WholeRow, benchmark_network

TIMES = {
    "torch nchw": Timing(0.004, 0.004, 1),
    "torch nhwc": Timing(0.003, 0.003, 1),
    "striate nchw": Timing(0.002, 0.002, 1),
    "striate nhwc": Timing(0.0025, 0.002, 1),
}


def test_a_row_a_direction_each_library_in_each_layout():
    rows = list(benchmark_network("lenet5", batch=2, rounds=1, turn=0.0))
    assert [row.direction for row in rows] == ["forward", "train"]
    for row in rows:
        assert set(row.times) == set(TIMES)
        assert row.apart < 1e-5
        assert row.gain == row.best("torch") / row.best("striate") > 0


@pytest.mark.parametrize("direction", ["forward", "train"])
def test_wrong_results_are_refused(monkeypatch, direction):
    def accelerate(model):
        model[0].forward = lambda images: 1.01 * SF.conv2d(images, model[0].weight, model[0].bias)

    monkeypatch.setattr(whole, "accelerate", accelerate)
    with pytest.raises(RuntimeError, match=f"lenet5, {direction}: the scores lie .* of their norm apart"):
        list(benchmark_network("lenet5", batch=2, directions=(direction,), rounds=1, turn=0.0))


def test_wrong_gradients_are_refused(monkeypatch):
    monkeypatch.setattr(whole, "accelerate", lambda model: model[-1].weight.register_hook(lambda grad: 2 * grad))
    with pytest.raises(RuntimeError, match=r"lenet5, train: the gradients lie .* of their norm apart"):
        list(benchmark_network("lenet5", batch=2, rounds=1, turn=0.0))


def test_unknown_networks_are_refused():
    known = "model must be one of 'convnext-t', 'lenet5', 'mobilenetv2', 'resnet50', 'unet3d', but got 'vgg'"
    with pytest.raises(ValueError, match=known):
        next(benchmark_network("vgg", batch=1, rounds=1, turn=0.0))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_takes_its_input(name):
    network = NETWORKS[name]
    model = network.build().to("meta")
    assert model(torch.empty(2, *network.input, device="meta")).shape[0] == 2


def test_the_better_layouts_are_compared():
    table = table_of_networks([WholeRow("net", 4, "train", TIMES, 0.0)])
    columns = {column.header: list(column.cells) for column in table.columns}
    assert columns["direction"] == ["training step"]
    assert columns["striate nchw ms"] == ["2"]
    assert columns["x torch"] == ["1.50"]
