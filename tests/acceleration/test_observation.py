"""The problem of each layer, by its own arguments and by what reaches it; and that looking changes nothing."""

import pytest
import strategies
import torch
from torch import nn

import striate.nn as snn
from striate import accelerate, use_kernel
from striate.acceleration.observation import observe, plan_of_call, plan_without_input
from striate.engine.planning import verdicts
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS


def rows(model, input=None):
    return accelerate(model, input).rows


def test_kernels_and_reasons_are_the_plans():
    model = nn.Sequential(nn.Conv2d(16, 32, 3, 2, 1), nn.Conv2d(32, 32, 7, padding=3, groups=32), nn.MaxPool2d(2))
    dense, depthwise, pool = rows(model, strategies.numbers((8, 16, 56, 56), 0))
    assert (dense.name, dense.type, dense.ours) == ("0", "Conv2d", True)
    assert dense.problem == "b8 c16 o32 i56x56 k3x3 s2x2 p1:1x1:1"
    assert tuple(dense.kernels) == COMPUTATIONS
    assert "depthwise: it has 16 input channels a group, not 1" in dense.why
    assert "reference" not in dense.why
    assert depthwise.problem == "b8 c32 o32 g32 i28x28 k7x7 p3:3x3:3"
    assert set(depthwise.kernels.values()) == {"depthwise"}
    assert depthwise.why == ""
    assert tuple(depthwise.gains) == COMPUTATIONS
    assert min(depthwise.gains.values()) > 1
    assert all((dense.gains[of] == 1) == (dense.kernels[of] == "torch") for of in COMPUTATIONS)
    assert (pool.problem, pool.kernels) == ("", {})
    assert pool.why == "our pooling runs on the inputs where it is the faster, torch's on others"


def test_a_transposed_layer_is_planned_as_the_convolution_that_it_transposes():
    layer = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1)
    assert plan_without_input(layer, "").problem == "c4 o8 k3x3 s2x2 p1:1x1:1"
    input = strategies.numbers((2, 8, 5, 6), 0)
    (row,) = rows(layer, input)
    assert row.problem == "b2 c4 o8 i10x12 k3x3 s2x2 p1:1x1:1"
    assert Problem.parse(row.problem).output_shape == input.shape
    assert (row.type, row.ours) == ("ConvTranspose2d", True)
    large = nn.ConvTranspose1d(64, 64, 9, padding=4)
    (row,) = rows(large, strategies.numbers((1, 64, 4000), 1))
    said = {of: verdicts(Problem.parse(row.problem), of) for of in COMPUTATIONS}
    chosen = {of: next(name for name, verdict in said[of].items() if verdict == "chosen") for of in COMPUTATIONS}
    swapped = dict(zip(COMPUTATIONS, ("backward_data", "backward_data", "forward", "backward_weight"), strict=True))
    assert row.kernels == {of: chosen[asked] for of, asked in swapped.items()}


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"stride": 2, "padding": 1, "dilation": 2, "groups": 2},
        {"padding": "same", "padding_mode": "circular"},
        {"padding": "causal", "padding_mode": "symmetric"},
        {"padding": ((-1, 2),), "dtype": torch.float64},
        {"padding": ((-1, -1),), "padding_mode": "constant", "padding_value": 1.5},
    ],
)
def test_before_any_input_it_is_the_same_text_but_for_batch_and_size(ndim, arguments):
    arguments = dict(arguments)
    if isinstance(arguments.get("padding"), tuple):
        arguments["padding"] *= ndim
    layer = snn.ConvNd(ndim, 4, 6, 3, **arguments)
    before = plan_without_input(layer, "a reason")
    after = plan_of_call(layer, torch.zeros(2, 4, *(9,) * ndim, dtype=layer.weight.dtype))
    assert before.problem == " ".join(word for word in after.problem.split() if word[0] not in "bi")
    assert (before.kernels, before.why) == ({}, "a reason")
    problem = Problem.parse(after.problem)
    assert problem.weight_shape == layer.weight.shape
    assert problem.input_shape == (2, 4, *(9,) * ndim)


def test_before_any_input_what_depends_on_its_size_is_left_out():
    layer = snn.Conv2d(4, 6, 5, stride=2, padding="same")
    assert plan_without_input(layer, "").problem == "c4 o6 k5x5 s2x2"
    assert plan_of_call(layer, torch.zeros(1, 4, 10, 10)).problem == "b1 c4 o6 i10x10 k5x5 s2x2 p1:2x1:2"
    assert plan_without_input(snn.Conv2d(4, 6, 5, padding=2, padding_mode="mean"), "").problem == ""


def test_a_layer_has_a_row_for_each_kind_of_call():
    class Pyramid(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Conv2d(3, 4, 3)
            self.unused = nn.Conv2d(3, 4, 3)

        def forward(self, image, half, *, again):
            return self.head(image), self.head(input=half), self.head(again)

    model = Pyramid()
    model.forward = lambda image, half: Pyramid.forward(model, image, half, again=image)
    found = rows(model, (strategies.numbers((2, 3, 12, 12), 0), strategies.numbers((3, 6, 6), 1)))
    assert [(row.name, row.problem) for row in found] == [
        ("head", "b2 c3 o4 i12x12 k3x3"),
        ("head", "b1 c3 o4 i6x6 k3x3"),
        ("unused", "c3 o4 k3x3"),
    ]
    assert found[2].why == "not called on this input"
    assert found[2].kernels == {}


def test_why_torchs_operators_run():
    layer = snn.Conv1d(2, 4, 3)
    input = strategies.numbers((1, 2, 8), 0)
    with torch.autocast("cpu"):
        plan = plan_of_call(layer, input)
    assert plan.why == "autocast is active"
    assert plan.problem == "c2 o4 k3"
    assert set(plan.kernels.values()) == {"torch"}
    assert plan_of_call(layer.to("meta"), input.to("meta")).why.startswith("input is a torch.strided tensor on meta")
    half = plan_of_call(snn.Conv1d(2, 4, 3, dtype=torch.float16), input.half())
    assert (half.why, half.problem) == ("input has dtype torch.float16, not float32 or float64", "")
    four = snn.ConvNd(4, 2, 4, 3)
    assert plan_of_call(four, torch.zeros(1, 2, 4, 4, 4, 4)).why == "the kernels have 1 to 3 spatial axes, not 4"


def test_a_forced_kernel_is_the_plan():
    layer, input = nn.Conv1d(2, 4, 3), strategies.numbers((1, 2, 8), 0)
    with use_kernel("reference"):
        (row,) = rows(layer, input)
    assert set(row.kernels.values()) == {"reference"}
    assert row.gains == {}
    with use_kernel("torch"):
        assert set(rows(layer, input)[0].gains.values()) == {1.0}
    assert plan_of_call(layer, input[:, :, :0]).kernels == {}
    with use_kernel("depthwise"):
        plan = plan_of_call(layer, input)
    assert plan.kernels == {}
    assert "it has 2 input channels a group, not 1" in plan.why


def test_looking_changes_nothing():
    frozen = nn.BatchNorm2d(4).eval()
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), frozen, nn.Dropout(0.5))
    model[1].momentum = None
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.random.get_rng_state()
    graphs = []
    model[0].register_forward_hook(lambda *call: graphs.append(call[-1].requires_grad))
    plans = observe(model, (strategies.numbers((2, 3, 6, 6), 0),))
    assert [[plan.problem for plan in kinds] for kinds in plans.values()] == [["b2 c3 o4 i6x6 k3x3"]]
    assert [module.training for module in model.modules()] == [True, True, True, False, True]
    assert torch.equal(torch.random.get_rng_state(), state)
    assert graphs == [False]
    assert not model[0]._forward_pre_hooks
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_a_run_that_fails_leaves_the_model_as_it_was():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(5, 4, 3))
    with pytest.raises(RuntimeError, match="expected input"):
        accelerate(model, strategies.numbers((1, 3, 9, 9), 0))
    assert [type(layer) for layer in model] == [nn.Conv2d, nn.Conv2d]
    assert model.training
    assert not model[0]._forward_pre_hooks


def test_a_lazy_layer_is_seen_once_the_input_has_shaped_it():
    (row,) = rows(nn.Sequential(nn.LazyConv2d(4, 3)), strategies.numbers((1, 3, 9, 9), 0))
    assert (row.type, row.problem) == ("Conv2d", "b1 c3 o4 i9x9 k3x3")
