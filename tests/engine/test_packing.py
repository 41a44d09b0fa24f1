"""Packed weights: packed once, kept while the weight is what it was, bounded, and seen by nobody else.

The operators' packing is replaced by one that copies the weight, so that every use can be compared with the weight.
"""

import copy
import gc
import pickle
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn
from striate import use_kernel
from striate.engine import kernel, packing
from striate.engine._load import ops
from striate.engine.planning import forget_plans


class Copies:
    """The compiled operators, but that every kernel packs its weight by copying it, and says when a copy is stale."""

    def __init__(self):
        self.packed, self.used = [], []
        self.pack_weight = SimpleNamespace(default=self._pack)
        self.convolution = SimpleNamespace(default=self._convolve)
        self.convolution_backward_data = SimpleNamespace(default=self._backward_data)

    def __getattr__(self, name):
        return getattr(ops(), name)

    def _pack(self, weight, input, *how):
        real = ops().pack_weight.default(weight, input, *how)  # the shape and the kernel must please the operator
        assert real.dim() == 1
        self.packed.append(how[3])
        return weight.detach().contiguous().clone().flatten()

    def _check(self, weight, packed):
        self.used.append(packed is not None)
        assert packed is None or torch.equal(packed, weight.flatten()), "a stale weight"

    def _convolve(self, input, weight, *rest):
        self._check(weight, rest[-1])
        return ops().convolution.default(input, weight, *rest[:-1], None)

    def _backward_data(self, grad, weight, *rest):
        self._check(weight, rest[-1])
        return ops().convolution_backward_data.default(grad, weight, *rest[:-1], None)


@pytest.fixture
def copies(monkeypatch):
    double = Copies()
    for module in (kernel, packing):
        monkeypatch.setattr(module, "ops", lambda: double)
    forget()
    with use_kernel("direct"):
        yield double
    forget()


def forget():
    packing._entries.clear()
    packing._bytes = 0
    packing.packing.cache_clear()
    forget_plans()


def layer_and_input():
    torch.manual_seed(0)
    return snn.Conv2d(3, 4, 3, padding=1), strategies.numbers((2, 3, 7, 6), 1)


def test_packed_once_without_gradients_for_every_size_and_batch(copies):
    layer, input = layer_and_input()
    with torch.no_grad():
        for tensor in (input, input, input[:1], input[..., :5], input.contiguous(memory_format=torch.channels_last)):
            torch.testing.assert_close(layer(tensor), torch.conv2d(tensor, layer.weight, layer.bias, padding=1))
    assert copies.packed == ["forward"]
    assert copies.used == [True] * 5
    assert packing.bytes_kept() == layer.weight.nbytes


def test_a_weight_that_learns_is_not_kept_and_a_frozen_one_is(copies):
    layer, input = layer_and_input()
    input.requires_grad_()
    for _ in range(2):
        layer(input).sum().backward()
    assert (copies.packed, copies.used) == ([], [False] * 4)
    layer.weight.requires_grad_(False)
    for _ in range(2):
        layer(input).sum().backward()
    assert copies.packed == ["forward", "backward_data"]
    assert copies.used[4:] == [True] * 4


WRITES = {
    "optimiser": lambda w: torch.optim.SGD([w], lr=0.1).step(),
    "in place": lambda w: w.mul_(2),
    "one element": lambda w: w[1, 2, 0].fill_(7.0),
    "copy_": lambda w: w.copy_(torch.ones_like(w)),
    "data in place": lambda w: w.data.mul_(2),
    "data replaced": lambda w: setattr(w, "data", torch.ones_like(w)),
    "data of another order": lambda w: setattr(w, "data", w.data.transpose(2, 3)),
    "numpy": lambda w: w.detach().numpy().__imul__(2),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_written_weight_is_packed_anew(copies, write):
    layer, input = layer_and_input()
    layer.weight.grad = torch.ones_like(layer.weight)
    with torch.no_grad():
        layer(input)
        WRITES[write](layer.weight)
        result = layer(input)
        torch.testing.assert_close(result, torch.conv2d(input, layer.weight, layer.bias, padding=1))
        layer(input)
    assert len(copies.packed) == 2
    assert len(packing._entries) == 1


def test_what_the_sample_does_not_see_is_not_seen(copies):
    """The limit that the documentation states: a write through `.data` that leaves every sampled element alone."""
    weight = strategies.numbers((32, 32, 3, 3), 0)
    input = strategies.numbers((1, 32, 4, 4), 1)
    SF.conv2d(input, weight)
    weight.data.view(-1)[1] += 1
    with pytest.raises(AssertionError, match="a stale weight"):
        SF.conv2d(input, weight)
    weight.mul_(1)
    SF.conv2d(input, weight)
    assert len(copies.packed) == 2


@pytest.mark.usefixtures("copies")
def test_gone_with_the_weight():
    layer, input = layer_and_input()
    with torch.no_grad():
        layer(input)
        again = copy.deepcopy(layer)
        restored = pickle.loads(pickle.dumps(layer))
        assert list(layer.state_dict()) == ["weight", "bias"]
        for other in (again, restored):
            torch.testing.assert_close(other(input), layer(input))
    assert len(packing._entries) == 3
    del layer, other, again, restored
    gc.collect()
    assert not packing._entries
    assert packing.bytes_kept() == 0


def test_bounded_and_the_least_recently_used_goes_first(copies, monkeypatch):
    weights = [strategies.numbers((4, 3, 3), seed) for seed in range(4)]
    input = strategies.numbers((1, 3, 8), 9)
    monkeypatch.setattr(packing, "MOST_BYTES", 3 * weights[0].nbytes + 1)
    for number in (0, 1, 2, 0, 3, 0, 2, 1):
        SF.conv1d(input, weights[number])
    assert len(copies.packed) == 5  # 0 1 2, then 3 in place of 1, then 1 anew
    assert packing.bytes_kept() == 3 * weights[0].nbytes
    monkeypatch.setattr(packing, "MOST_BYTES", 10)
    SF.conv1d(input, strategies.numbers((4, 3, 3), 7))
    assert packing.bytes_kept() == 0


def test_inference_tensors_have_no_version_and_are_not_kept(copies):
    input = strategies.numbers((1, 3, 8), 1)
    with torch.inference_mode():
        weight = strategies.numbers((4, 3, 3), 0) + 0
        SF.conv1d(input, weight)
        assert copies.used == [False]
        layer = torch.nn.Parameter(strategies.numbers((4, 3, 3), 0))
    kept = strategies.numbers((4, 3, 3), 0).requires_grad_()
    with torch.inference_mode():
        SF.conv1d(input, kept)
    kept.requires_grad_(False)
    SF.conv1d(input.requires_grad_(), kept).sum().backward()  # packed in inference mode, used outside
    assert copies.used[1:] == [True] * 3
    assert layer.is_inference()


def test_each_kind_of_packing_is_kept_by_itself(copies):
    weight = strategies.numbers((4, 2, 3), 0)
    input, wide = strategies.numbers((1, 2, 8), 1), strategies.numbers((1, 4, 8), 2)
    SF.conv1d(input, weight), SF.conv1d(input, weight, stride=2), SF.conv1d(input, weight, dilation=2)
    SF.conv1d(wide, weight, groups=2), SF.conv1d(input, weight, padding=3)
    with use_kernel("reference"):
        SF.conv1d(input, weight)
    assert len(copies.packed) == 5
    assert all(copies.used)
    SF.conv1d(torch.ones(0, 2, 8), weight)  # left to the reference by the operator
    assert copies.used[-1] is False


@pytest.mark.usefixtures("copies")
def test_many_threads():
    layer, input = layer_and_input()

    def run(_):
        with torch.no_grad(), use_kernel("direct"):
            return layer(input)

    expected = run(0)
    with ThreadPoolExecutor(8) as pool:
        for result in pool.map(run, range(200)):
            assert torch.equal(result, expected)
    assert len(packing._entries) == 1


def test_a_kernel_that_packs_nothing_is_asked_once(monkeypatch):
    """The compiled families, as they are: an empty packed weight is never kept."""
    asked = []
    monkeypatch.setattr(packing, "_keep", lambda key, _: asked.append(key[1].kernel))
    layer, input = layer_and_input()
    forget()
    with torch.no_grad(), use_kernel("reference"):
        layer(input), layer(input[:1])
    (way,) = {way for call in packing_calls() for way in call.packings.values() if way.direction == "forward"}
    assert way.none
    assert not asked


def packing_calls():
    from striate.engine.planning import plans

    return plans.values()
