"""One of the processes of `test_spatial.py`: rank, number of ranks, store, case."""

import sys
from contextlib import contextmanager
from copy import deepcopy
from itertools import product
from unittest.mock import patch

import pytest
import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor

import striate.nn as snn
from striate.parallel import spatial
from striate.parallel.exchange import parts

RANK, RANKS, STORE, CASE = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]


def say(result):
    """Let the first rank tell the test what was found."""
    if RANK == 0:
        sys.stdout.write(f"{result}\n")


class UNet(nn.Module):
    """Two halvings, with batch norms."""

    def __init__(self, mode):
        super().__init__()
        self.down = nn.ModuleList([self.block(1, 4, mode), self.block(4, 8, mode), self.block(8, 8, mode)])
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2), snn.ConvTranspose2d(8, 4, 4, 2, 1)])
        self.merge = nn.ModuleList([self.block(16, 8, mode), self.block(8, 4, mode)])
        self.last = nn.Conv2d(4, 2, 1)

    @staticmethod
    def block(inputs, outputs, mode):
        conv = nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=mode, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(self.pool(x) if level else x)
            skips.append(x)
        skips.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat([skips.pop(), up(x)], 1))
        return self.last(x)


class Kept:
    """Bytes that are kept for a backward pass, each tensor's storage once, parameters left out."""

    def __init__(self, model):
        self.storages = {}
        self.own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def __call__(self, tensor):
        local = tensor.to_local() if isinstance(tensor, DTensor) else tensor
        storage = local.untyped_storage()
        if storage.data_ptr() not in self.own:
            self.storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    @contextmanager
    def runs(self):
        """Count what is kept of runs too."""

        def noted(gathered):
            self(gathered.local)
            self(gathered.halo)
            return parts(gathered)

        with patch("striate.parallel.exchange.parts", noted):
            yield

    @property
    def bytes(self):
        return sum(self.storages.values())


def step(model, image, target):
    """Run forward and backward, and return the output and what was kept between."""
    kept = Kept(model)
    with torch.autograd.graph.saved_tensors_hooks(kept, lambda tensor: tensor), kept.runs():
        made = model(image)
    (made * target).sum().backward()
    return made, kept.bytes


def compare(mesh, model, shape, dim=2):
    """Compare a model on this rank's part with the same on the whole; return the share of the bytes that are kept."""
    torch.manual_seed(1)
    image = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    alone, model = deepcopy(model).double(), deepcopy(model).double()
    if RANK:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()  # they become the first rank's
    target = torch.randn_like(alone(image))
    made, whole = step(alone, image, target)
    gradient, image.grad = image.grad, None
    parted = spatial(model, mesh, dim)
    part = distribute_tensor(image.detach(), mesh, [Shard(dim)]).requires_grad_()
    ours, own = step(parted, part, distribute_tensor(target, mesh, [Shard(dim)]))
    assert tuple(ours.placements) == (Shard(dim),)
    torch.testing.assert_close(ours.full_tensor(), made)
    torch.testing.assert_close(part.grad.redistribute(placements=[Replicate()]).to_local(), gradient)
    for (name, mine), other in zip(model.named_parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, msg=lambda text, name=name: f"{name}: {text}")
    return own / max(whole, 1)


def unets(mesh):
    """Three border rules on images that are long along the axis that is cut."""
    for mode in ("zeros", "reflect", "circular"):
        torch.manual_seed(0)
        model = UNet(mode)
        say(f"{compare(mesh, model, (2, 1, 128, 12)):.3f}")


def layers(mesh):
    """All kinds of windows over 13 and 4 elements on three ranks, of which the last has few or none."""
    count = 0
    for size, mode, stride, (kernel, dilation, padding) in product(
        (13, 4),
        ("zeros", "reflect", "symmetric", "replicate", "circular"),
        (1, 2),
        ((3, 1, ((1, 1),)), (4, 1, ((3, 0),)), (2, 3, "same")),
    ):
        torch.manual_seed(0)
        how = {"padding": padding, "dilation": dilation, "padding_mode": mode}
        compare(mesh, nn.Sequential(snn.Conv1d(2, 3, kernel, stride, **how), nn.Tanh()), (2, 2, size))
        compare(mesh, nn.Sequential(snn.ConvTranspose1d(2, 3, kernel, stride, **how)), (2, 2, size))
        count += 2
    constant = snn.Conv2d(2, 2, 3, 2, 2, padding_mode="constant", padding_value=0.5)
    others = [
        nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        snn.MaxPool2d(2, 3, "same"),
        snn.MinPool2d(3, 1, "same"),
        nn.AvgPool2d(3, 2, 1),
        snn.AvgPool2d(2),
        nn.Conv2d(2, 4, 5, padding="same", groups=2),
        nn.ConvTranspose2d(2, 2, 3, 2, 1, 1),
        constant,
    ]
    for layer, dim in product(others, (2, 3)):
        compare(mesh, nn.Sequential(layer, nn.SiLU()), (1, 2, 11, 13), dim)
        count += 1
    compare(mesh, nn.Sequential(nn.Conv3d(1, 2, 3, 2, 1), nn.BatchNorm3d(2)), (2, 1, 5, 9, 6), 3)
    running(mesh)
    say(count)


def running(mesh):
    """Running statistics are those of the whole batch, and evaluation uses them."""
    alone = nn.BatchNorm1d(3)
    model, image = deepcopy(alone), torch.randn(4, 3, 10, generator=torch.Generator().manual_seed(0))
    parted, part = spatial(model, mesh, 2), distribute_tensor(image, mesh, [Shard(2)])
    alone(image)
    parted(part)
    torch.testing.assert_close(model.running_mean, alone.running_mean)
    torch.testing.assert_close(model.running_var, alone.running_var)
    torch.testing.assert_close(parted.eval()(part).full_tensor(), alone.eval()(image))


def errors(mesh):
    """What cannot be run on parts is refused, and named."""
    for layer, message in (
        (nn.GroupNorm(1, 2), r"GroupNorm '0' cannot be run along a cut dimension 2; known are convolutions"),
        (nn.Linear(3, 3), "Linear '0' cannot be run"),
        (nn.AdaptiveAvgPool1d(1), "AdaptiveAvgPool1d '0' cannot be run"),
        (nn.MaxPool1d(2, return_indices=True), "MaxPool1d '0' returns indices"),
        (nn.AvgPool1d(2, ceil_mode=True), "AvgPool1d '0' counts what lies in the input"),
        (snn.Conv1d(1, 1, 3, padding=1, padding_mode="mean"), "Conv1d '0' has the mean of the whole signal outside it"),
    ):
        with pytest.raises(ValueError, match=message):
            spatial(nn.Sequential(layer), mesh, 2)
    with pytest.raises(ValueError, match=r"dim must be a spatial dimension .* but got 1"):
        spatial(nn.ReLU(), mesh, 1)
    parted = spatial(Mean(), mesh, 2)
    with pytest.raises(ValueError, match=r"mean is called on a tensor that is cut along dimension 2"):
        parted(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)]))
    with pytest.raises(ValueError, match=r"input must be a DTensor with placements .* but got a Tensor"):
        parted(torch.zeros(1, 1, 8))
    plain = nn.Conv1d(1, 1, 3)
    spatial(plain, mesh, 2)(distribute_tensor(torch.zeros(1, 1, 8), mesh, [Shard(2)]))
    assert plain(torch.zeros(1, 1, 8)).shape == (1, 1, 6)  # as before
    say("named")


class Mean(nn.Module):
    def forward(self, x):
        return x - x.mean()


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{STORE}", rank=RANK, world_size=RANKS)
    {"unets": unets, "layers": layers, "errors": errors}[CASE](init_device_mesh("cpu", (RANKS,)))
    torch.distributed.destroy_process_group()
