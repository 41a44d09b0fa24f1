import pytest
import torch
from torch import nn
from torch.nn import functional as F

from striate.view.rectifiers import Rectifying, deconvnet_rule, guided_rule, open_rule

INPUT, SIGNAL = torch.tensor([-2.0, -1.0, 1.0, 2.0]), torch.tensor([-3.0, 5.0, -7.0, 9.0])


def sent(function, rule):
    input = INPUT.clone().requires_grad_()
    with Rectifying(rule):
        output = function(input.clone())
    assert torch.equal(output, function(INPUT.clone()))
    return torch.autograd.grad(output, input, SIGNAL)[0].tolist()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(deconvnet_rule, [0, 5, 0, 9]), (guided_rule, [0, 0, 0, 9]), (open_rule, [-3, 5, -7, 9])],
)
def test_what_each_rule_lets_pass(rule, expected):
    assert sent(torch.relu, rule) == expected


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.clamp(-1, 1),
        lambda x: x.clamp(max=0),
        lambda x: x.clamp(min=torch.zeros(4)),
        lambda x: F.hardtanh(x, -1, 1),
        nn.Hardtanh(),
        torch.tanh,
        torch.sigmoid,
    ],
)
def test_what_is_no_rectifier_has_its_derivative(function):
    input = INPUT.clone().requires_grad_()
    expected = torch.autograd.grad(function(input), input, SIGNAL)[0].tolist()
    assert sent(function, deconvnet_rule) == expected


@pytest.mark.parametrize("module", [nn.LeakyReLU(0.5), nn.LeakyReLU(0.5, inplace=True), nn.RReLU(0.5, 0.5).eval()])
def test_a_leaky_one_is_applied_to_the_signal(module):
    assert sent(module, deconvnet_rule) == [-1.5, 5, -3.5, 9]
    assert sent(module, guided_rule) == [0, 2.5, 0, 9]


def test_a_trained_slope_is_kept_for_every_channel():
    slopes = torch.tensor([0.25, 0.5])
    input = INPUT.reshape(2, 2).clone().requires_grad_()
    with Rectifying(deconvnet_rule):
        output = F.prelu(input, slopes)
    (signal,) = torch.autograd.grad(output, input, SIGNAL.reshape(2, 2))
    assert signal.tolist() == [[-0.75, 5], [-1.75, 9]]


def test_nothing_is_changed_afterwards():
    with Rectifying(deconvnet_rule):
        pass
    input = INPUT.clone().requires_grad_()
    assert torch.autograd.grad(torch.relu(input), input, SIGNAL)[0].tolist() == [0, 0, -7, 9]
