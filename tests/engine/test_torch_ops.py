"""The operators as torch sees them: memory formats, fakes, errors."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.library import opcheck

from striate.engine._load import ops

CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def draw(shape, rng, channels_last):
    memory_format = CHANNELS_LAST[len(shape)] if channels_last else torch.contiguous_format
    return torch.from_numpy(rng.standard_normal(shape)).float().contiguous(memory_format=memory_format)


@pytest.mark.parametrize("formats", list(product([False, True], repeat=2)))
@pytest.mark.parametrize(
    ("shape", "kernel"),
    [
        ((2, 4, 5, 6), (3, 2)),
        ((2, 4, 5, 6), (1, 1)),
        ((2, 1, 5, 6), (2, 2)),
        ((2, 4, 1, 1), (1, 1)),
        ((3, 1, 1, 1), (1, 1)),
        ((1, 4, 5, 1), (2, 1)),
    ],
)
def test_memory_format_is_torch_s(shape, kernel, formats):
    """channels_last if either operand is, also where sizes of 1 leave it open."""
    rng = np.random.default_rng(3)
    input = draw(shape, rng, formats[0])
    weight = draw((3, shape[1], *kernel), rng, formats[1])
    geometry = ([1, 1], [0] * 4, [1, 1], 1, [0, 0], 0.0)
    result, expected = ops().convolution(input, weight, None, *geometry), torch.conv2d(input, weight)
    torch.testing.assert_close(result, expected)
    assert result.stride() == expected.stride()
    shapes = (torch.empty_strided(t.shape, t.stride(), device="meta") for t in (input, weight))
    assert ops().convolution(*shapes, None, *geometry).stride() == expected.stride()


@pytest.mark.parametrize("formats", list(product([False, True], repeat=2)))
def test_memory_format_of_three_axes(formats):
    """The same rule; torch's own answer depends here on the kernel that it picks."""
    rng = np.random.default_rng(4)
    input, weight = draw((2, 4, 3, 5, 6), rng, formats[0]), draw((3, 4, 2, 2, 2), rng, formats[1])
    geometry = ([1] * 3, [0] * 6, [1] * 3, 1, [0] * 3, 0.0)
    result = ops().convolution(input, weight, None, *geometry)
    torch.testing.assert_close(result, torch.conv3d(input, weight), check_stride=False)
    assert result.is_contiguous(memory_format=torch.channels_last_3d if any(formats) else torch.contiguous_format)
    assert ops().convolution(input.to("meta"), weight.to("meta"), None, *geometry).stride() == result.stride()


@pytest.mark.parametrize("channels_last", [False, True])
def test_opcheck(channels_last):
    generator = torch.Generator().manual_seed(5)
    input, weight, grad, bias = (
        torch.randn(shape, generator=generator) for shape in ((2, 4, 9, 8), (6, 2, 3, 3), (2, 6, 5, 6), (6,))
    )
    if channels_last:
        input, grad = (t.contiguous(memory_format=torch.channels_last) for t in (input, grad))
    geometry = ([2, 1], [1, 1, 2, 0], [1, 2], 2, [0, 3])
    opcheck(ops().convolution.default, (input, weight, bias, *geometry, 0.5))
    opcheck(ops().convolution_backward_data.default, (grad, weight, input.shape, *geometry))
    opcheck(ops().convolution_backward_weight.default, (grad, input, weight.shape, *geometry, 0.5))


def test_isa_is_the_processor_s():
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists() or "\nflags" not in cpuinfo.read_text():
        pytest.skip("this system does not list the flags of an x86 processor")
    flags = set(cpuinfo.read_text().split("\nflags", 1)[1].splitlines()[0].split())
    avx2, avx512 = {"avx2", "fma"}, {"avx512f", "avx512bw", "avx512dq", "avx512vl"}
    assert ops().isa() == ("avx512" if avx2 | avx512 <= flags else "avx2" if avx2 <= flags else "baseline")


def arguments(**changes):
    """A valid call of `convolution` on one axis, with some arguments changed."""
    values = {
        "input": torch.zeros(2, 4, 9),
        "weight": torch.zeros(6, 2, 3),
        "bias": None,
        "stride": [1],
        "padding": [1, 1],
        "dilation": [1],
        "groups": 2,
        "border": [0],
        "padding_value": 0.0,
    }
    return {**values, **changes}


def test_the_arguments_that_the_errors_change_are_valid():
    assert ops().convolution(**arguments()).shape == (2, 6, 9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": torch.zeros(2, 4)}, r"input must have 3 to 5 axes .* but has shape \(2, 4\)"),
        ({"input": torch.zeros(1, 4, 2, 2, 2, 2)}, "input must have 3 to 5 axes"),
        ({"weight": torch.zeros(6, 2, 3, 3)}, r"weight must have as many axes as the input \(2, 4, 9\), but has shape"),
        ({"input": torch.zeros(2, 4, 9).half()}, "input must be float32 or float64"),
        ({"weight": torch.zeros(6, 2, 3).double()}, "input and weight must have the same dtype"),
        ({"bias": torch.zeros(6).double()}, "input and bias must have the same dtype"),
        ({"bias": torch.zeros(5)}, r"bias must have shape \(6\), but has \(5\)"),
        (
            {"weight": torch.zeros(6, 3, 3)},
            "weight has 3 input channels, but an input of 4 channels in 2 groups needs 2",
        ),
        ({"stride": [1, 1]}, "stride must have 1 values, but has 2"),
        ({"padding": [1]}, "padding must have 2 values, but has 1"),
        ({"dilation": []}, "dilation must have 1 values, but has 0"),
        ({"border": [0, 0]}, "border must have 1 values, but has 2"),
        ({"groups": 0}, "groups must be at least 1, but got 0"),
        ({"groups": 3}, "groups 3 must divide in_channels 4"),
        ({"groups": 4}, "groups 4 must divide out_channels 6"),
        ({"weight": torch.zeros(0, 2, 3)}, "out_channels must be at least 1, but got 0"),
        ({"input": torch.zeros(2, 4, 0)}, "axis 0: input size must be at least 1, but got 0"),
        ({"weight": torch.zeros(6, 2, 0)}, "axis 0: kernel must be at least 1, but got 0"),
        ({"stride": [0]}, "axis 0: stride must be at least 1, but got 0"),
        ({"dilation": [0]}, "axis 0: dilation must be at least 1, but got 0"),
        ({"border": [5]}, r"axis 0: border must be 0 \(constant\), .* but got 5"),
        ({"border": [-1]}, "axis 0: border must be 0"),
        (
            {"dilation": [5], "padding": [1, 0]},
            r"axis 0: the kernel spans 11 \(kernel 3, dilation 5\) "
            r"but the padded input has 10 \(input 9, before 1, after 0\)",
        ),
        ({"padding": [-9, 0]}, "but the padded input has 0"),
        ({"padding": [2**62, 0]}, "axis 0: before 4611686018427387904 is too large"),
        ({"padding": [0, -(2**62)]}, "axis 0: after must be at least"),
        ({"dilation": [2**61 - 1]}, "axis 0: kernel 3 with dilation 2305843009213693951 is too large"),
        ({"padding": [2**60, 2**60]}, "more elements than 64 bits count"),
    ],
)
def test_errors(changes, message):
    with pytest.raises(RuntimeError, match=f"striate: .*{message}"):
        ops().convolution(**arguments(**changes))


def test_errors_of_the_backward_operators():
    grad, input, weight = torch.zeros(2, 6, 8), torch.zeros(2, 4, 9), torch.zeros(6, 2, 3)
    geometry = ([1], [1, 1], [1], 2, [0])
    with pytest.raises(RuntimeError, match=r"grad_output must have shape \(2, 6, 9\), but has \(2, 6, 8\)"):
        ops().convolution_backward_data(grad, weight, input.shape, *geometry)
    with pytest.raises(RuntimeError, match=r"grad_output must have shape \(2, 6, 9\), but has \(2, 6, 8\)"):
        ops().convolution_backward_weight(grad, input, weight.shape, *geometry, 0.0)
    with pytest.raises(RuntimeError, match="grad_output and weight must have the same dtype"):
        ops().convolution_backward_data(grad.double(), weight, input.shape, *geometry)
    with pytest.raises(RuntimeError, match="grad_output and input must have the same dtype"):
        ops().convolution_backward_weight(grad.double(), input, weight.shape, *geometry, 0.0)


def test_other_layouts_are_refused_by_the_dispatcher():
    with pytest.raises(NotImplementedError, match="SparseCPU"):
        ops().convolution(**arguments(input=torch.ones(2, 4, 9).to_sparse()))
