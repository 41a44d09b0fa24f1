"""Every layer and model on a GPU, where one is: its outputs and gradients are the CPU's."""

import copy

import pytest
import strategies
import torch
from cases import all_cases
from objectives import built, drawn, objective

from striate import models

DEVICE = "cuda"
pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
CASES = all_cases()
SMALL = [name for name in models.names() if models.describe(name).parameters < 5_000_000]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_layer(case):
    torch.manual_seed(0)
    layer = case.build().double().eval()
    there = copy.deepcopy(layer).to(DEVICE)
    input = strategies.numbers(case.input, 1, torch.float64)
    results = []
    for one, device in ((layer, "cpu"), (there, DEVICE)):
        seen = input.to(device).requires_grad_(case.differentiable)
        output = one(*(item.to(device) if isinstance(item, torch.Tensor) else item for item in case.arguments(seen)))
        learnt = [seen] * case.differentiable + list(one.parameters())
        grads = torch.autograd.grad(output.square().sum(), learnt) if learnt else ()
        results.append([tensor.cpu() for tensor in (output, *grads)])
    torch.testing.assert_close(results[1], results[0], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", SMALL)
def test_a_model(name):
    model, input = built(name), drawn(name, 3)
    there = copy.deepcopy(model).to(DEVICE)
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # else products are rounded to ten bits
        if models.task(name) not in {"generation", "pretraining"}:  # these draw, and no two devices draw alike
            expected, found = model.eval()(input), there.eval()(input.to(DEVICE))
            torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
        loss = objective(name, there.train(), input.to(DEVICE))
        loss.backward()
    assert loss.isfinite()
    assert all(parameter.grad is not None for parameter in there.parameters() if parameter.requires_grad)
