"""The plan: which kernel runs which direction, what is said of the others, and what a call costs in words."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import strategies
import torch
from torch.utils.flop_counter import FlopCounterMode

import striate
import striate.functional as SF
import striate.nn as snn
from striate import use_kernel
from striate.engine import kernel, planning
from striate.engine._load import ops
from striate.engine.arguments import convolution_arguments
from striate.engine.explanation import plan_lines
from striate.engine.planning import forget_plans, kernel_call, plans, verdicts
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS, DIRECTIONS, kernel_list, known_kernels

DEPTHWISE = "b8 c96 o96 g96 i28x28 k7x7 p3:3x3:3"
ONE_FILTER = "b1 c3 o5 i9x8 k3x3 s2x1"


@pytest.mark.parametrize("direction", COMPUTATIONS)
@pytest.mark.parametrize("text", [DEPTHWISE, ONE_FILTER, "b1 c3 o5 i9 k3 mcircular p9:9 f64"])
def test_every_kernel_has_a_verdict_and_one_is_chosen(text, direction):
    said = verdicts(Problem.parse(text), direction)
    assert tuple(said) == (*kernel_list(direction), "torch")
    assert list(said.values()).count("chosen") == 1
    assert said["reference"] != "chosen"
    assert all(said.values())


def test_who_is_chosen_and_why_not_the_others():
    said = verdicts(Problem.parse(DEPTHWISE), "forward")
    assert said["depthwise"] == "chosen"
    assert said["reference"] == "not measured on such problems"
    assert re.fullmatch(r"expected at 0\.\d+ times torch's speed, and 'depthwise' above it", said["direct"])
    assert re.fullmatch(r"'depthwise' is expected at [1-9][.\d]* times torch's speed", said["torch"])
    said = verdicts(Problem.parse("b8 c64 o64 i56x56 k3x3 p1:1x1:1"), "forward")
    assert said["winograd"] == "chosen"
    said = verdicts(Problem.parse("b8 c64 o128 i56x56 k3x3 s2x2 p1:1x1:1"), "forward")
    assert said["winograd"] == "it has stride 2 on an axis, not 1"
    assert said["torch"] == "chosen"
    assert re.fullmatch(r"expected at 0\.\d+ times torch's speed", said["direct"])
    said = verdicts(Problem.parse(ONE_FILTER), "forward")
    assert said["depthwise"] == "it has 3 input channels a group, not 1"
    assert said["winograd"] == "it has stride 2 on an axis, not 1"
    assert said["direct"] == "only 3240 multiply-adds a sample: a call of torch's costs less"
    assert said["torch"] == "chosen"
    assert verdicts(Problem.parse(ONE_FILTER), "forward", "torch")["torch"] == "chosen"
    said = verdicts(Problem.parse(DEPTHWISE), "forward", "reference")
    assert (said["reference"], said["depthwise"]) == ("chosen", "'reference' is forced")
    assert said["torch"] == "'reference' is forced"


def test_a_step_that_gains_too_little_is_torchs():
    problem = Problem.parse("b1 c576 o576 g576 i7x7 k3x3 p1:1x1:1 nhwc")
    gains = {of: ops().predicted_gain(str(problem), of) for of in DIRECTIONS}
    said = {of: verdicts(problem, of) for of in DIRECTIONS}
    assert set(gains.values()) == {1.0}
    assert any("times torch's speed, but a training step gains too little in all" in str(said[of]) for of in DIRECTIONS)
    large = Problem.parse(DEPTHWISE)
    assert all(ops().predicted_gain(str(large), of) > 1.2 for of in DIRECTIONS)


@pytest.mark.parametrize("direction", COMPUTATIONS)
@pytest.mark.parametrize("geometry", ["", "mcircular", "p3:4x3:3", "p3:3x3:3 mconstant v2"])
def test_the_choice_does_not_depend_on_the_batch_and_depthwise_has_no_padded_copy(geometry, direction):
    for rest in (f"c16 o16 g16 i28x28 k7x7 nhwc {geometry}", f"c32 o32 i28x28 k7x7 {geometry}"):
        padding = "" if "p3" in geometry else "p3:3x3:3"
        chosen = [verdicts(Problem.parse(f"b{batch} {rest} {padding}"), direction) for batch in (1, 7, 64)]
        assert chosen[0] == chosen[1] == chosen[2]
        assert geometry == "" or "g16" not in rest or chosen[0]["depthwise"] == "chosen"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((ONE_FILTER, "forward", "depthwise"), "'depthwise' is forced and cannot run forward: it has 3 input channels"),
        ((ONE_FILTER, "forward", "fast"), "forward: kernel must be one of .*'reference', 'torch', but got 'fast'"),
        (
            (ONE_FILTER, "sideways", ""),
            "computation must be one of inference, forward, backward_data, backward_weight, but got",
        ),
        (("b1", "forward", ""), "problem: the field 'c' is missing"),
    ],
)
def test_errors_of_the_plan(arguments, message):
    with pytest.raises(ValueError, match=message):
        ops().plan(*arguments)


def test_a_forced_kernel_that_cannot_run_is_refused_with_the_reason():
    input, weight = strategies.numbers((1, 3, 5, 5), 0), strategies.numbers((4, 3, 3, 3), 1)
    reason = "the kernel 'depthwise' is forced and cannot run forward: it has 3 input channels a group, not 1"
    with use_kernel("depthwise"), pytest.raises(RuntimeError, match=reason):
        SF.conv2d(input, weight)
    index = kernel_list("forward").index("depthwise")
    with pytest.raises(RuntimeError, match="the kernel 'depthwise' cannot run forward: it has 3 input channels"):
        ops().convolution(input, weight, None, [1, 1], [0] * 4, [1, 1], 1, [0, 0], 0.0, index)


def test_an_empty_axis_is_torchs():
    input, weight = torch.empty(2, 3, 0), strategies.numbers((4, 3, 1), 1)
    assert kernel_name(input, weight, padding=1) == "torch"
    with use_kernel("reference"), pytest.raises(RuntimeError, match=r"'reference' is forced and cannot run: .*size"):
        SF.conv1d(input, weight, padding=1)


def kernel_name(input, weight, padding):
    arguments = convolution_arguments(weight.shape[2:], 1, padding, 1, 1, "zeros", 0.0)
    dtypes = (input.dtype, weight.dtype)
    return kernel_call(arguments, input.shape, weight.shape, None, dtypes, "nchw", None).kernel_name("forward")


# What each kernel of ours is asked for, by monkeypatching the plan: every mixture of ours and torch's must add up.
MIXTURES = [tuple(bool(bits >> i & 1) for i in range(3)) for bits in range(8)]


@pytest.fixture
def mixture(monkeypatch):
    """Choose `reference` for some of the three directions, torch for the others; for inference as for forward."""

    def choose(ours):
        taken = dict(zip(COMPUTATIONS, (ours[0], *ours), strict=True))
        monkeypatch.setattr(
            planning,
            "_chosen",
            lambda _, direction, __: kernel_list(direction).index("reference") if taken[direction] else None,
        )
        forget_plans()

    yield choose
    forget_plans()


@pytest.mark.parametrize("ours", MIXTURES)
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize(
    "border",
    [
        {"padding": 1},
        {"padding": ((2, 1), (0, 3))},
        {"padding": 2, "padding_mode": "circular"},
        {"padding": ((1, -1), (2, 0)), "padding_mode": "constant", "padding_value": 1.5},
    ],
)
def test_every_mixture_of_ours_and_torchs_has_the_same_derivatives(mixture, ours, channels_last, border):
    tensors = [strategies.numbers(s, i, torch.float64) for i, s in enumerate(((2, 4, 6, 5), (6, 2, 3, 2), (6,)))]
    layout = "channels_last" if channels_last else "contiguous"
    tensors = [strategies.in_layout(tensor, layout).requires_grad_() for tensor in tensors]

    def derivatives():
        output = SF.conv2d(*tensors, (1, 2), groups=2, **border)
        first = torch.autograd.grad(output.pow(3).sum(), tensors, create_graph=True)
        second = torch.autograd.grad(sum(slope.pow(2).sum() for slope in first), tensors, retain_graph=True)
        plain = torch.autograd.grad(output.pow(3).sum(), tensors)
        return output, *first, *second, *plain

    with use_kernel("torch"):
        expected = derivatives()
    mixture(ours)
    results = derivatives()
    assert results[0].is_contiguous(memory_format=torch.channels_last) == channels_last
    for result, right in zip(results, expected, strict=True):
        torch.testing.assert_close(result, right)


def test_only_the_wanted_directions_decide(mixture, monkeypatch):
    """Without a gradient to compute by our kernels, autograd is torch's own."""
    input, weight = strategies.numbers((1, 2, 6), 0), strategies.numbers((2, 2, 3), 1).requires_grad_()
    called = []
    monkeypatch.setattr(kernel._Forward, "apply", lambda *_: called.append(True))
    mixture((False, True, False))
    SF.conv1d(input, weight)
    assert not called
    SF.conv1d(input.requires_grad_(), weight)
    assert called
    with torch.no_grad():
        SF.conv1d(input, weight)
    assert len(called) == 1


def test_planned_once_for_each_kind_of_call():
    layer = snn.Conv2d(3, 4, 3, padding="same")
    input = strategies.numbers((2, 3, 8, 8), 0)
    forget_plans()
    for _ in range(3):
        layer(input)
    assert len(plans) == 1
    assert kernel_call.cache_info()[:2] == (0, 1)
    layer(input.contiguous(memory_format=torch.channels_last))
    layer(input[:1])
    with use_kernel("torch"):
        layer(input)
    assert len(plans) == kernel_call.cache_info().misses == 4
    for _ in range(2):
        SF.conv2d(input, layer.weight, layer.bias, [1, 1], "same")  # the list has no place in the first table
    assert len(plans) == 4
    assert kernel_call.cache_info()[:2] == (1, 5)
    assert kernel_call.cache_info().maxsize == planning._MOST_PLANS == 4096


def test_the_table_of_plans_is_bounded(monkeypatch):
    monkeypatch.setattr(planning, "_MOST_PLANS", 3)
    weight = strategies.numbers((2, 1, 3), 1)
    forget_plans()
    for size in range(3, 9):
        SF.conv1d(torch.ones(1, 1, size), weight)
    assert [key[1][2] for key in plans] == [6, 7, 8]


def test_planning_in_many_threads():
    weight = strategies.numbers((4, 1, 3), 1)
    inputs = [strategies.numbers((1, 4, n), n) for n in range(5, 45)] * 3
    forget_plans()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda signal: SF.conv1d(signal, weight, groups=4), inputs))
    for input, result in zip(inputs, results, strict=True):
        torch.testing.assert_close(result, torch.conv1d(input, weight, groups=4))


def test_dispatch_modes_see_torchs_operators():
    layer = snn.Conv2d(4, 4, 3, groups=4)
    with FlopCounterMode(display=False) as count:
        layer(strategies.numbers((1, 4, 8, 8), 0))
    assert count.get_total_flops() == 2 * 4 * 36 * 9


def test_explain_plan_prints_each_direction(capsys):
    striate.explain_plan(DEPTHWISE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == DEPTHWISE
    assert [line for line in lines[1:] if not line.startswith("  ")] == list(COMPUTATIONS)
    assert lines[2].split() == ["depthwise", "chosen"]
    assert len(lines) == 1 + sum(2 + len(kernel_list(of)) for of in COMPUTATIONS)
    assert plan_lines(Problem.parse(DEPTHWISE)) == lines


@pytest.mark.parametrize("layer", [torch.nn.Conv2d(3, 6, 3, 2, "valid"), snn.Conv2d(3, 6, 3, 2)])
def test_explain_plan_of_a_layer(layer):
    assert plan_lines(layer, torch.zeros(2, 3, 9, 9))[0] == "b2 c3 o6 i9x9 k3x3 s2x2"
    double = torch.zeros(2, 3, 9, 9).contiguous(memory_format=torch.channels_last).double()
    assert plan_lines(layer.double(), double)[0] == "b2 c3 o6 i9x9 k3x3 s2x2 f64 nhwc"
    layer.float()
    assert plan_lines(layer, torch.zeros(2, 3, 9, 9, device="meta")) == [
        "torch: input is a torch.strided tensor on meta, not a dense one on the CPU"
    ]


def test_a_transposed_layer_is_explained_as_the_convolution_that_it_transposes():
    lines = plan_lines(torch.nn.ConvTranspose1d(3, 2, 4, stride=2), torch.zeros(1, 3, 5))
    assert lines[0] == "b1 c2 o3 i12 k4 s2"


def test_explain_plan_refuses():
    with pytest.raises(TypeError, match="a problem, its text form or a convolution layer, but got a Linear"):
        striate.explain_plan(torch.nn.Linear(1, 1), torch.zeros(1, 1, 1))
    with pytest.raises(ValueError, match="a layer is explained on an input: pass one"):
        striate.explain_plan(torch.nn.Conv1d(1, 1, 1))
    with pytest.raises(ValueError, match="problem: the field 'b' is missing"):
        striate.explain_plan("c3 o6 i9 k3")


VERBOSE = """
import torch, striate.functional as SF
input = torch.arange(24.0).reshape(1, 4, 6).requires_grad_()
weight = torch.arange(12.0).reshape(4, 1, 3).requires_grad_()
SF.conv1d(input, weight, padding=1, groups=4).sum().backward()
"""


@pytest.mark.parametrize("name", ["reference", "torch", "depthwise"])
def test_verbose_is_one_line_a_computation(name):
    environment = {**os.environ, "STRIATE_VERBOSE": "1", "STRIATE_KERNEL": name}
    done = subprocess.run(
        [sys.executable, "-c", VERBOSE], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    lines = [line.split(" ") for line in done.stderr.splitlines()]
    directions = ["forward"] if name == "torch" else list(DIRECTIONS)  # torch differentiates its own
    assert [line[:2] for line in lines] == [["striate", direction] for direction in directions]
    for line in lines:
        assert " ".join(line[2:-3]) == "b1 c4 o4 g4 i6 k3 p1:1"
        assert line[-3] == name
        assert float(line[-2]) > 0
        assert line[-1] == "us"


@pytest.mark.parametrize("level", ["baseline", "avx2", "avx512"])
def test_the_environment_narrows_the_level(level):
    code = "import striate.functional as SF, torch; print(SF.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 3)).tolist())"
    environment = {**os.environ, "STRIATE_ISA": level, "STRIATE_KERNEL": "depthwise"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[[[3.0, 3.0]]]\n"


def test_an_unknown_level_in_the_environment_is_refused():
    code = "from striate.engine._load import ops; ops().plan('b1 c1 o1 i4 k3', 'forward', '')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "STRIATE_ISA": "sse"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "STRIATE_ISA must be one of baseline, avx2, avx512 or neon, but is 'sse'" in done.stderr


def test_equal_arguments_are_one_plan():
    arguments = convolution_arguments((3,), 1, 0, 1, 1, "zeros", 0.0)
    shape = torch.Size([1, 2, 5]), torch.Size([3, 2, 3])
    call = kernel_call(arguments, *shape, None, (torch.float32,) * 2, "nchw", "reference")
    assert [call.kernel_name(of) for of in COMPUTATIONS] == ["reference"] * 4
    assert call.linear is call
    assert {"reference", "torch"} <= set(known_kernels())
