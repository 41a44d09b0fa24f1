"""What rules say of functions, against the gradient of each of their outputs."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from striate.graph import record
from striate.graph.positions import needed
from striate.graph.rules import rule_of_function

WEIGHT = torch.rand(3, 4, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 0.5


def _assigned(x):
    result = x * 2
    result[:, :, 1:5:2] = x[:, :, 2:4].mean(1, keepdim=True)
    result[:, 0, ..., 5] = 0.0
    return result


# On (1, 4, 6, 6): what is exact an axis.
EXACT = {
    "conv2d": lambda x: F.conv2d(x, WEIGHT, stride=2, padding=(1, 2)),
    "conv2d same": lambda x: torch.conv2d(x, WEIGHT, None, 1, "same", 2),
    "conv_transpose2d": lambda x: F.conv_transpose2d(x, WEIGHT.transpose(0, 1), stride=(2, 3), output_padding=1),
    "avg_pool2d ceil": lambda x: F.avg_pool2d(x, 4, 3, ceil_mode=True),
    "lp_pool2d": lambda x: F.lp_pool2d(x, 2, 2),
    "adaptive": lambda x: F.adaptive_avg_pool2d(x, (4, None)),
    "nearest": lambda x: F.interpolate(x, (9, 4), mode="nearest"),
    "nearest-exact": lambda x: F.interpolate(x, (9, 4), mode="nearest-exact"),
    "nearest scale": lambda x: F.interpolate(x, scale_factor=1.6, mode="nearest"),
    "bilinear": lambda x: F.interpolate(x, (8, 15), mode="bilinear"),
    "bilinear corners": lambda x: F.interpolate(x, (8, 11), mode="bilinear", align_corners=True),
    "bilinear smaller": lambda x: F.interpolate(x, (4, 2), mode="bilinear"),
    "bilinear scale": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", recompute_scale_factor=True),
    "area": lambda x: F.interpolate(x, (4, 3), mode="area"),
    "pixel_shuffle": lambda x: F.pixel_shuffle(x, 2),
    "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 3),
    "shuffle by views": lambda x: x.view(1, 1, 2, 2, 6, 6).permute(0, 1, 4, 2, 5, 3).reshape(1, 1, 12, 12),
    "unshuffle by views": lambda x: x.view(1, 4, 3, 2, 3, 2).permute(0, 1, 3, 5, 2, 4).reshape(1, 16, 3, 3),
    "pad": lambda x: F.pad(F.pad(x, (1, 2, 0, 1), mode="circular"), (0, 0, -1, 1)),
    "flatten and back": lambda x: x.flatten(2).transpose(1, 2).transpose(1, 2).unflatten(2, (6, 6)),
    "channels last": lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (4,)).permute(0, 3, 1, 2) + x,
    "movedim": lambda x: x.movedim(1, -1).movedim((0, 3), (0, 1)),
    "swapaxes": lambda x: x.swapaxes(2, 3).mT,
    "slices": lambda x: x[:, :2, 1:5:2, -3:] + x[:, 1:3, 3:5, :3],
    "new axes": lambda x: x[:, :, None, ..., None].squeeze(-1).squeeze(2),
    "narrow": lambda x: x.narrow(2, 1, 3).unsqueeze(1)[:, 0],
    "halves": lambda x: torch.cat(x.chunk(2, dim=1), 1) + torch.cat(x.split([1, 3], 1), 1),
    "sides": lambda x: torch.cat([x[..., :3].flip(-1), x[..., 3:]], dim=-1),
    "stack": lambda x: torch.stack([x, x.flip(2)], 1).sum(1),
    "unbind": lambda x: torch.stack(x.unbind(1), 1),
    "select": lambda x: x.select(1, 0).unsqueeze(1) * x[:, 1:2],
    "index_select": lambda x: torch.index_select(x, 3, torch.tensor([5, 0, 0, 2])),
    "repeat": lambda x: x.repeat(1, 1, 2, 1),
    "repeat_interleave": lambda x: x.repeat_interleave(3, dim=2),
    "expand": lambda x: x[:, :1].expand(1, 4, 6, 6),
    "roll": lambda x: torch.roll(x, (2, -1), (2, 3)),
    "tensor unfold": lambda x: x.unfold(2, 3, 2).sum(-1),
    "unfold": lambda x: (
        (F.unfold(x, 3, padding=1).transpose(1, 2) @ torch.ones(36, 4, dtype=x.dtype)).transpose(1, 2).view_as(x)
    ),
    "linear over channels": lambda x: F.linear(x.permute(0, 2, 3, 1), WEIGHT[:, :, 0, 0]).permute(0, 3, 1, 2),
    "einsum": lambda x: torch.einsum("nchw,oc->nohw", x, WEIGHT[:, :, 0, 0]),
    "matmul": lambda x: (WEIGHT[:, :, 0, 0] @ x.flatten(2)).view(1, 3, 6, 6),
    "mean": lambda x: x.mean((2, 3), keepdim=True) * x,
    "row means": lambda x: x - x.mean(3, keepdim=True) * 2,
    "sum": lambda x: x.sum(dim=-1),
    "softmax": lambda x: x.softmax(dim=2) * x,
    "group_norm": lambda x: F.group_norm(x, 2),
    "instance_norm": F.instance_norm,
    "batch_norm": lambda x: F.batch_norm(x, torch.zeros(4).double(), torch.ones(4).double()),
    "elementwise": lambda x: torch.where(x > 0.5, x.sigmoid(), 1 - x) / (x.exp() + 2),
    "prelu": lambda x: F.prelu(-x, torch.full((4,), 0.1).double()),
    "dropout": lambda x: F.dropout2d(x, 0.5, False) + x,
    "max over channels": lambda x: x.max(dim=1, keepdim=True)[0],
    "in place": lambda x: (x * 2).add_(1).mul_(x),
}


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def fields(function, image):
    """For each output along each axis: what the graph says that it needs, and where the gradient is not zero."""
    recording = record(Function(function), image)
    assert recording.unknown == ()
    made = recording.values[recording.outputs[0]]
    source = image.clone().requires_grad_()
    output = function(source)
    for axis in range(recording.ndim):
        dim = made.dim(axis)
        for place in range(made.size(axis)):
            flags = [np.ones(made.size(other), dtype=bool) for other in range(recording.ndim)]
            flags[axis] = np.arange(made.size(axis)) == place
            read = needed(recording, made.index, flags).get(recording.source)
            unit = output.sum() if dim is None else output.select(dim, place).square().sum()
            (gradient,) = torch.autograd.grad(unit, source, retain_graph=True)
            felt = (gradient[0].abs() > 1e-12).movedim(axis + 1, 0).flatten(1).any(1).numpy()
            yield (np.zeros(len(felt), dtype=bool) if read is None else read[axis]), felt


@pytest.mark.parametrize("name", EXACT)
def test_each_output_needs_where_its_gradient_is(name):
    image = torch.rand(1, 4, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    for read, felt in fields(EXACT[name], image):
        assert np.array_equal(read, felt), (read, felt)


# Known, but more is said to be needed than is: a maximum picks one, a cumulative sum stops, some is overwritten.
WIDER = {
    "assigned": _assigned,
    "max_pool2d": lambda x: F.max_pool2d(x, 3, 2, 1),
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 4),
    "with indices": lambda x: F.max_pool2d(x, 2, return_indices=True)[0],
    "cumsum": lambda x: x.cumsum(2),
    "bicubic": lambda x: F.interpolate(x, (9, 11), mode="bicubic"),
    "antialias": lambda x: F.interpolate(x, (4, 3), mode="bilinear", antialias=True),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x),
    "normalize": lambda x: F.normalize(x, dim=3),
    "two images": lambda x: x @ x.mT,
}


@pytest.mark.parametrize("name", WIDER)
def test_no_gradient_lies_outside(name):
    image = torch.rand(1, 4, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    for read, felt in fields(WIDER[name], image):
        assert not (felt & ~read).any()


UNKNOWN = {
    "grid_sample": lambda x: F.grid_sample(x, torch.zeros(1, 2, 2, 2, dtype=x.dtype), align_corners=False),
    "__getitem__": lambda x: x[:, :, torch.tensor([0, 1])],
    "fft2": lambda x: torch.fft.fft2(x).real,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_no_rule_knows_reads_everything_and_is_named(name):
    recording = record(Function(UNKNOWN[name]), torch.rand(1, 4, 6, 6))
    assert any(name in said for said in recording.unknown)
    made = recording.values[recording.outputs[0]]
    flags = [np.arange(made.size(axis)) == 0 for axis in range(2)]
    assert all(read.all() for read in needed(recording, made.index, flags)[recording.source])


def test_what_is_written_into_a_view_is_in_what_it_is_a_view_of():
    def written(x):
        result = torch.zeros_like(x)
        result[:, :, :3][..., :2] = x[:, :, 3:, 4:]
        return result

    recording = record(Function(written), torch.rand(1, 4, 6, 6))
    assert recording.unknown == ("__setitem__ into a view",)
    rows, columns = needed(recording, recording.outputs[0], [np.arange(6) == 0] * 2)[recording.source]
    assert (np.flatnonzero(rows).tolist(), np.flatnonzero(columns).tolist()) == ([3, 4, 5], [4, 5])


def test_rules_are_found_under_every_spelling():
    for names in (("relu", "relu_"), ("add", "__add__", "__iadd__", "__radd__", "add_"), ("matmul", "__matmul__")):
        assert len({rule_of_function(name) for name in names}) == 1
    assert rule_of_function("grid_sample") is None
    assert rule_of_function("not a name") is None
