"""One network, its rectifiers called in every way that torch has: all of them compute the same."""

import torch
from torch import nn
from torch.nn import functional as F

import striate.functional as SF

CALLS = {
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "function in place": lambda x: F.relu(x, inplace=True),
    "torch": torch.relu,
    "torch in place": torch.relu_,
    "method": torch.Tensor.relu,
    "method in place": torch.Tensor.relu_,
    "clamp": lambda x: x.clamp(min=0),
    "clamp_min in place": lambda x: x.clamp_min_(0),
    "result dropped": lambda x: (F.relu_(x), x)[1],
    "hardtanh": lambda x: F.hardtanh(x, 0, 1e9),
}


class Net(nn.Module):
    """Two convolutions with pooling and a head; one rectifier serves three times."""

    def __init__(self, call):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(5)
            self.first = nn.Conv2d(1, 4, 3)
            self.second = nn.Conv2d(4, 6, 3, padding=1)
            self.head = nn.Linear(6, 3)
        self.relu = call  # a module is registered, a function is not

    def forward(self, x):
        x = F.max_pool2d(self.relu(self.first(x)), 2)
        return self.head(self.relu(self.second(x)).mean((2, 3)))


class Fused(Net):
    """The same with the rectifier inside the convolutions."""

    def __init__(self):
        super().__init__(None)

    def forward(self, x):
        x = SF.conv2d(x, self.first.weight, self.first.bias, activation="relu")
        x = F.max_pool2d(x, 2)
        x = SF.conv2d(x, self.second.weight, self.second.bias, padding=1, activation="relu")
        return self.head(x.mean((2, 3)))


def state(model):
    """What a picture must leave as it was: modes, hooks, gradients and values."""
    return (
        [module.training for module in model.modules()],
        [(len(module._forward_hooks), len(module._forward_pre_hooks)) for module in model.modules()],
        [parameter.grad for parameter in model.parameters()],
        [value.tolist() for value in model.state_dict().values()],
    )
