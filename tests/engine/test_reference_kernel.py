"""The compiled reference kernels against loops over the definition in NumPy."""

from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
import torch

from striate.engine._load import ops
from striate.engine.selection import DIRECTIONS, kernel_list

NUMPY_MODES = ("constant", "reflect", "symmetric", "edge", "wrap")  # in the order of the operators' border codes
FORWARD, BACKWARD_DATA, BACKWARD_WEIGHT = (kernel_list(direction).index("reference") for direction in DIRECTIONS)
CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


@dataclass(frozen=True)
class Case:
    """One convolution: the operators' arguments, and tensors of small integers, whose sums float32 holds exactly."""

    input: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    grad: np.ndarray
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int
    border: tuple[int, ...]
    value: float

    @property
    def geometry(self):
        flat = [amount for pair in self.padding for amount in pair]
        return list(self.stride), flat, list(self.dilation), self.groups, list(self.border)


def draw(seed):
    rng = np.random.default_rng(seed)
    ndim = int(rng.integers(1, 4))
    largest = (12, 8, 5)[ndim - 1]
    axes = [draw_axis(rng, largest) for _ in range(ndim)]
    size, kernel, stride, dilation, padding, output = zip(*axes, strict=True)
    batch, groups = int(rng.integers(0, 4)), int(rng.integers(1, 4))
    channels, filters = (int(n) for n in rng.integers(1, 4, 2))
    weight = integers(rng, groups * filters, channels, *kernel)
    return Case(
        input=integers(rng, batch, groups * channels, *size),
        weight=weight,
        bias=integers(rng, groups * filters) if rng.integers(2) else None,
        grad=integers(rng, batch, groups * filters, *output),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        border=tuple(int(code) for code in rng.integers(0, 5, ndim)),
        value=float(rng.integers(-3, 4)),
    )


def draw_axis(rng, largest):
    while True:
        size, kernel = int(rng.integers(1, largest + 1)), int(rng.integers(1, 5))
        stride, dilation = (int(n) for n in rng.integers(1, 4, 2))
        before, after = (int(n) for n in rng.integers(-2, largest + 1, 2))
        room = size + before + after - dilation * (kernel - 1) - 1
        if room >= 0:
            return size, kernel, stride, dilation, (before, after), room // stride + 1


def integers(rng, *shape):
    return rng.integers(-4, 5, shape).astype(np.float64)


def source(case):
    """Which element of a plane stands at each padded position, by numpy.pad; -1 where the constant does."""
    size = case.input.shape[2:]
    index = np.arange(prod(size)).reshape(size)
    for axis, ((before, after), code) in enumerate(zip(case.padding, case.border, strict=True)):
        amounts = [(0, 0)] * index.ndim
        amounts[axis] = (max(before, 0), max(after, 0))
        constant = {"constant_values": -1} if code == 0 else {}
        index = np.pad(index, amounts, NUMPY_MODES[code], **constant)
        index = index.take(range(max(-before, 0), index.shape[axis] - max(-after, 0)), axis)
    return index


def taps(case):
    """Each tap's index, and the slices of the padded signal that it meets over all outputs."""
    for tap in product(*map(range, case.weight.shape[2:])):
        yield (
            tap,
            (
                ...,
                *(
                    slice(k * dilation, k * dilation + (n - 1) * stride + 1, stride)
                    for k, dilation, stride, n in zip(tap, case.dilation, case.stride, case.grad.shape[2:], strict=True)
                ),
            ),
        )


def grouped(array, groups, axis):
    return array.reshape(*array.shape[:axis], groups, array.shape[axis] // groups, *array.shape[axis + 1 :])


def padded(case):
    planes = case.input.reshape(*case.input.shape[:2], prod(case.input.shape[2:]))
    index = source(case)
    return grouped(np.where(index < 0, case.value, planes[:, :, index]), case.groups, 1)


def oracle_forward(case):
    signal, weight = padded(case), grouped(case.weight, case.groups, 0)
    result = np.zeros_like(grouped(case.grad, case.groups, 1))
    for tap, window in taps(case):
        result += np.einsum("ngi...,goi->ngo...", signal[window], weight[(..., *tap)])
    result = result.reshape(case.grad.shape)
    return result if case.bias is None else result + case.bias.reshape(-1, *[1] * len(case.stride))


def oracle_backward_data(case):
    weight, grad, index = grouped(case.weight, case.groups, 0), grouped(case.grad, case.groups, 1), source(case)
    folded = np.zeros((*case.input.shape[:1], case.groups, weight.shape[2], *index.shape))
    for tap, window in taps(case):
        folded[window] += np.einsum("ngo...,goi->ngi...", grad, weight[(..., *tap)])
    folded = folded.reshape(*case.input.shape[:2], *index.shape)
    result = np.zeros((*case.input.shape[:2], prod(case.input.shape[2:])))
    for position in zip(*np.nonzero(index >= 0), strict=True):
        result[:, :, index[position]] += folded[(..., *position)]
    return result.reshape(case.input.shape)


def oracle_backward_weight(case):
    signal, grad = padded(case), grouped(case.grad, case.groups, 1)
    result = np.zeros_like(grouped(case.weight, case.groups, 0))
    for tap, window in taps(case):
        products = np.einsum("ngi...,ngo...->goi...", signal[window], grad)
        result[(..., *tap)] = products.sum(tuple(range(3, products.ndim)))
    return result.reshape(case.weight.shape)


def tensor(array, dtype=torch.float64, channels_last=False):
    if array is None:
        return None
    result = torch.from_numpy(array).to(dtype)
    if channels_last and result.ndim in CHANNELS_LAST:
        return result.contiguous(memory_format=CHANNELS_LAST[result.ndim])
    return result


def run_all(case, dtype=torch.float64, channels_last=False):
    """The three operators' results."""
    input, weight, grad = (tensor(a, dtype, channels_last) for a in (case.input, case.weight, case.grad))
    geometry = case.geometry
    return (
        ops().convolution(input, weight, tensor(case.bias, dtype), *geometry, case.value, FORWARD),
        ops().convolution_backward_data(grad, weight, input.shape, *geometry, BACKWARD_DATA),
        ops().convolution_backward_weight(grad, input, weight.shape, *geometry, case.value, BACKWARD_WEIGHT),
    )


@pytest.mark.parametrize("seed", range(400))
def test_integers_are_exact(seed):
    case = draw(seed)
    dtype = (torch.float32, torch.float64)[seed % 2]
    results = run_all(case, dtype, channels_last=bool(seed // 2 % 2))
    expected = (oracle_forward(case), oracle_backward_data(case), oracle_backward_weight(case))
    for result, oracle in zip(results, expected, strict=True):
        assert result.dtype == dtype
        np.testing.assert_array_equal(result.numpy(), oracle)


def test_the_drawn_cases_have_every_feature():
    cases = [draw(seed) for seed in range(400)]
    assert {len(case.stride) for case in cases} == {1, 2, 3}
    assert {len(case.input) for case in cases} == {0, 1, 2, 3}
    assert {case.groups for case in cases} == {1, 2, 3}
    for code in range(5):
        axes = [
            (n, pair)
            for case in cases
            for n, pair, border in zip(case.input.shape[2:], case.padding, case.border, strict=True)
            if border == code
        ]
        assert any(n == 1 and max(pair) > 2 for n, pair in axes)  # many bounces or wraps
        assert any(min(pair) < 0 < max(pair) for _, pair in axes)  # cropped on one side, extended on the other
        assert any(before != after and min(before, after) > 0 for _, (before, after) in axes)


@pytest.mark.parametrize("code", range(1, 5))
@pytest.mark.parametrize("size", [1, 2, 5])
def test_border_of_any_amount(code, size):
    """A kernel of one tap and weight 1 shows the extended signal itself."""
    signal = np.arange(1.0, size + 1)
    result = ops().convolution(
        tensor(signal).reshape(1, 1, -1),
        torch.tensor([[[1.0]]]).double(),
        None,
        [1],
        [23, 17],
        [1],
        1,
        [code],
        0.0,
        FORWARD,
    )
    np.testing.assert_array_equal(result[0, 0].numpy(), np.pad(signal, (23, 17), NUMPY_MODES[code]))


def test_a_crop_may_pass_the_end():
    """The window then sees only what the border rule puts behind the signal."""
    signal = torch.tensor([[[1.0, 2.0, 3.0]]])
    one = torch.tensor([[[1.0]]])
    assert ops().convolution(signal, one, None, [1], [-4, 3], [1], 1, [4], 0.0, FORWARD).tolist() == [[[2.0, 3.0]]]
    assert ops().convolution(signal, one, None, [1], [-4, 3], [1], 1, [0], 7.0, FORWARD).tolist() == [[[7.0, 7.0]]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", range(20))
def test_real_numbers_stay_within_the_bound(seed, dtype):
    """README of the kernel: one rounding to the result's type, and n roundings of the double sum of n terms."""
    case = draw(seed)
    rng = np.random.default_rng(seed)
    names = ("input", "weight", "grad")
    arrays = {name: tensor(rng.standard_normal(getattr(case, name).shape), dtype) for name in names}
    case = Case(**{**vars(case), **{name: array.double().numpy() for name, array in arrays.items()}, "bias": None})
    size = Case(**{**vars(case), **{name: np.abs(getattr(case, name)) for name in names}, "value": abs(case.value)})
    terms = (case.weight[0].size, case.weight[:, 0].size * 12**3, case.grad[:, 0].size)
    oracles = (oracle_forward, oracle_backward_data, oracle_backward_weight)
    for result, oracle, count in zip(run_all(case, dtype), oracles, terms, strict=True):
        expected = oracle(case)
        # Twice: the oracle's own sum is rounded as well.
        bound = torch.finfo(dtype).eps / 2 * np.abs(expected) + 2 * count * np.finfo(float).eps * oracle(size)
        assert (np.abs(result.double().numpy() - expected) <= bound).all()


@pytest.mark.parametrize("seed", range(50))
def test_backward_data_is_the_adjoint_under_every_border(seed):
    """<conv(x), y> == <x, adjoint(y)>, exactly, for the linear part: bias and border value are 0."""
    case = Case(**{**vars(draw(seed)), "bias": None, "value": 0.0})
    output, grad_input, grad_weight = run_all(case)
    inner = (output * tensor(case.grad)).sum()
    assert inner == (tensor(case.input) * grad_input).sum()
    assert inner == (tensor(case.weight) * grad_weight).sum()


def large_case(batch):
    rng = np.random.default_rng(7)
    shapes = {"input": (7, 6, 19, 17), "weight": (8, 3, 3, 3), "bias": (8,), "grad": (7, 8, 20, 9)}
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    arrays |= {name: arrays[name][:batch] for name in ("input", "grad")}
    return Case(**arrays, stride=(1, 2), padding=((2, 1), (0, 2)), dilation=(1, 1), groups=2, border=(1, 4), value=0.0)


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_same_bits_on_any_number_of_threads(threads, dtype):
    case = large_case(7)  # some 10 million multiply-adds: enough for three threads
    threads(1)
    expected = run_all(case, dtype)
    for count in (2, 3):
        threads(count)
        assert all(torch.equal(*pair) for pair in zip(run_all(case, dtype), expected, strict=True))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_same_bits_in_any_batch(dtype):
    together, alone = run_all(large_case(7), dtype), run_all(large_case(1), dtype)
    assert torch.equal(together[0][:1], alone[0])
    assert torch.equal(together[1][:1], alone[1])


def test_strided_views_need_no_copy():
    """Between their elements stands NaN, which must not be read."""
    case = draw(6)
    tensors = [tensor(array) for array in (case.input, case.weight, case.bias, case.grad)]
    holes = [torch.full((*t.shape[:-1], 3 * t.shape[-1]), torch.nan, dtype=t.dtype) for t in tensors]
    input, weight, bias, grad = (hole[..., 1::3].copy_(t) for hole, t in zip(holes, tensors, strict=True))
    assert not any(t.is_contiguous() for t in (input, weight, bias, grad))
    results = (
        ops().convolution(input, weight, bias, *case.geometry, case.value, FORWARD),
        ops().convolution_backward_data(grad, weight, input.shape, *case.geometry, BACKWARD_DATA),
        ops().convolution_backward_weight(grad, input, weight.shape, *case.geometry, case.value, BACKWARD_WEIGHT),
    )
    assert all(torch.equal(*pair) for pair in zip(results, run_all(case), strict=True))


def test_an_expanded_input_has_stride_zero():
    row = torch.tensor([[[1.0, -2.0, 3.0, 5.0]]])
    weight = torch.tensor([[[1.0, 2.0], [0.5, -1.0]]]).reshape(1, 2, 2)
    result = ops().convolution(row.expand(3, 2, 4), weight, None, [1], [0, 0], [1], 1, [0], 0.0, FORWARD)
    assert result.tolist() == [[[-0.5, 0.0, 9.5]]] * 3


def test_infinite_weights_meet_the_border_as_in_torch():
    """The padding is multiplied, not skipped: 0 * inf is NaN there."""
    input, weight = torch.ones(1, 1, 2), torch.tensor([[[torch.inf, 1.0, 1.0]]])
    result = ops().convolution(input, weight, None, [1], [1, 1], [1], 1, [0], 0.0, FORWARD)
    torch.testing.assert_close(result, torch.conv1d(input, weight, padding=1), equal_nan=True)
    assert result.isnan().tolist() == [[[True, False]]]


def test_no_input_channels_leave_the_bias():
    output = ops().convolution(
        torch.empty(2, 0, 5),
        torch.empty(3, 0, 2),
        torch.tensor([1.0, -2.0, 0.5]),
        [1],
        [0, 0],
        [1],
        1,
        [0],
        0.0,
        FORWARD,
    )
    assert output.tolist() == [[[1.0] * 4, [-2.0] * 4, [0.5] * 4]] * 2


def test_the_readme_s_loops_are_the_kernel():
    readme = (Path(__file__).parents[2] / "csrc/reference/README.md").read_text()
    names = {}
    exec(readme.split("```python\n")[1].split("```")[0], names)
    rng = np.random.default_rng(11)
    case = Case(
        **{
            k: integers(rng, *s)
            for k, s in {"input": (2, 3, 7, 9), "weight": (4, 3, 3, 2), "grad": (2, 4, 3, 7)}.items()
        },
        bias=None,
        stride=(2, 1),
        padding=((0, 0), (0, 0)),
        dilation=(1, 2),
        groups=1,
        border=(0, 0),
        value=0.0,
    )
    expected = names["convolution"](case.input, case.weight, case.grad, case.stride, case.dilation)
    for result, oracle in zip(run_all(case), expected, strict=True):
        np.testing.assert_array_equal(result.numpy(), oracle)
