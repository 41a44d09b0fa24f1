import pytest

from striate.arithmetic import DirectionCost
from striate.engine import ceilings as module
from striate.engine._load import ops
from striate.engine.ceilings import measure_ceilings


@pytest.mark.parametrize(
    ("size", "rate"),
    [
        (1, 9e9),  # the smallest size measured stands for all below it
        (2**21, 9e9),  # a larger copy that was faster shows that the caches can
        (2**22, 9e9),
        (2**24 - 1, 9e9),
        (2**24, 2e9),
        (2**40, 2e9),
    ],
)
def test_bandwidth_by_size(ceilings, size, rate):
    assert ceilings.bandwidth_for(size) == rate


def test_the_floor_is_the_larger_of_the_two(ceilings):
    assert ceilings.floor(DirectionCost(10**9, 2**24), "f32") == (2.0, "operations")
    assert ceilings.floor(DirectionCost(10**9, 2**24), "f64") == (4.0, "operations")
    assert ceilings.floor(DirectionCost(10, 2**24), "f32") == (2**24 / 2e9, "bytes")


def test_measured_ceilings_are_those_of_a_machine():
    ceilings = measure_ceilings(0.01)
    assert ceilings.flops_by == "multiply-adds in registers"
    assert 1e7 < ceilings.flops["f64"] < 1e15
    assert 1e7 < ceilings.flops["f32"] < 1e15
    assert [size for size, _ in ceilings.bandwidth] == sorted({size for size, _ in ceilings.bandwidth})
    assert all(1e6 < rate < 1e14 for _, rate in ceilings.bandwidth)


def test_without_the_compiled_kernels_torch_measures_the_peak(monkeypatch):
    monkeypatch.setattr(module, "has_kernels", lambda: False)
    ceilings = measure_ceilings(0.01)
    assert ceilings.flops_by == "torch.matmul"
    assert 1e7 < ceilings.flops["f64"] < 1e15


@pytest.mark.parametrize("double", [False, True])
def test_the_operations_counted_grow_with_what_is_asked(double):
    once, more = ops().multiply_add(double, 1, 10), ops().multiply_add(double, 3, 50)
    assert once % (12 * 10 * 2) == 0
    assert more == 15 * once
