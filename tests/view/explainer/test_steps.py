import pytest
import torch
from networks import SqueezeExcite, UNet
from torch import nn

import striate.nn as snn
from striate import models
from striate.graph import record
from striate.view.explainer.steps import numbers_of, steps_of


def steps(model, *shape):
    return list(steps_of(record(model.eval(), torch.rand(*shape))))


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (nn.Conv2d(2, 4, 3, 2, 1, 2, groups=2), "convolution"),
        (nn.Conv2d(2, 4, 3, padding=2, padding_mode="circular"), "convolution"),
        (snn.Conv2d(2, 4, 3, stride=2, padding="same", padding_mode=("reflect", "symmetric")), "convolution"),
        (snn.Conv2d(2, 4, 3, padding=1, padding_mode="constant", padding_value=2.0), "convolution"),
        (snn.Conv2d(2, 4, (3, 5), flip=True), "convolution"),
        (snn.Conv2d(2, 4, 3, padding=1, padding_mode="mean"), "other"),
        (nn.ConvTranspose2d(2, 4, 3, 2, 1, output_padding=1, groups=2), "convolution"),
        (snn.ConvTranspose2d(2, 4, 4, stride=2, padding="same"), "convolution"),
        (nn.MaxPool2d(3, 2, 1, ceil_mode=True), "pooling"),
        (snn.MaxPool2d(3, stride=2, padding="same", dilation=2), "pooling"),
        (nn.AvgPool2d(3, 2, 1, ceil_mode=True), "pooling"),
        (nn.AvgPool2d(3, 2, 1, count_include_pad=False), "pooling"),
        (nn.AvgPool2d(3, 2, divisor_override=5), "pooling"),
        (snn.AvgPool2d(3, stride=2, padding=1, dilation=2), "pooling"),
        (nn.AdaptiveAvgPool2d((3, 2)), "pooling"),
        (nn.AdaptiveMaxPool2d((3, 2)), "pooling"),
        (snn.GlobalAvgPool(keepdim=False), "pooling"),
        (snn.GlobalMaxPool(), "pooling"),
        (snn.MinPool2d(2), "pooling"),
        (nn.Linear(10, 3), "linear"),
        (nn.BatchNorm2d(2), "scaling"),
        (nn.BatchNorm2d(2, affine=False), "scaling"),
        (nn.BatchNorm2d(2, track_running_stats=False), "other"),
        (nn.LayerNorm(10), "other"),
        (nn.Softmax(1), "other"),
        (nn.GELU(), "pointwise"),
        (nn.Hardswish(), "pointwise"),
        (nn.Dropout(), "rearrangement"),
        (nn.Flatten(), "rearrangement"),
    ],
    ids=repr,
)
def test_layers_are_taken_apart_where_the_page_can(layer, kind):
    assert [step.arithmetic.kind for step in steps(layer, 1, 2, 11, 10)] == [kind]


def test_a_layer_that_computes_something_else_is_shown_by_its_functions():
    class Doubled(nn.Conv2d):
        def forward(self, input):
            return super().forward(2 * input)

    kinds = [(step.operation.name, step.arithmetic.kind) for step in steps(Doubled(1, 2, 3), 1, 1, 8, 8)]
    assert kinds == [("mul", "pointwise"), ("conv2d", "convolution")]


def test_a_sum_that_broadcasts_and_one_that_scales():
    class Sums(nn.Module):
        def forward(self, input):
            gate = input.mean((2, 3), keepdim=True)
            return torch.add(input + gate, input, alpha=2) * gate

    found = {step.operation.name.strip("_"): step.arithmetic.kind for step in steps(Sums(), 1, 2, 4, 4)}
    assert found == {"mean": "pooling", "add": "other", "mul": "product"}


def test_published_lenet_is_shown_down_to_its_functions():
    found = steps(models.create("lenet5"), 1, 1, 28, 28)
    kinds = {step.name: step.arithmetic.kind for step in found}
    assert kinds["c3"] == "convolution"  # its table as zeros of a dense weight
    assert kinds["c1_squash"] == "pointwise"
    assert [step.arithmetic.kind for step in found if step.operation.path == "s2"] == ["pooling", "other", "other"]


def test_whole_networks_are_taken_apart_but_for_what_they_cut_out():
    assert "other" not in {step.arithmetic.kind for step in steps(SqueezeExcite(), 1, 8, 6, 6)}
    found = steps(UNet(width=4, depth=2), 1, 1, 44, 44)
    assert {step.operation.name for step in found if step.arithmetic.kind == "other"} == {"__getitem__"}


def test_numbers_are_kept_or_it_is_said():
    recording = record(nn.ReLU(), torch.rand(1, 2, 3), keep=False)
    with pytest.raises(ValueError, match="recording must keep its tensors, but was made with keep=False"):
        numbers_of(recording, 0)
