"""The planner's table: what `fit` measures, how it is kept, and that the planner reads it as it is written."""

import re
from pathlib import Path

import pytest

from striate.bench.fitting import Measured, fit, mean_gain, write
from striate.engine._load import isa_used, ops
from striate.engine.planning import verdicts
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS, kernel_list

TABLE = (Path(__file__).parents[2] / "csrc/measured.inc").read_text(encoding="utf-8")


def rows(text):
    """Level, problem, and gains by direction of each line."""
    for level, problem, words in re.findall(r'^STRIATE_MEASURED\((\w+), "(.+)", "(.+)"\)$', text, re.MULTILINE):
        gains, direction = {}, None
        for word, following in zip(words.split(), [*words.split()[1:], ""], strict=True):
            if word in COMPUTATIONS:
                direction = gains.setdefault(word, {})
            elif not re.fullmatch(r"[\d.]+", word):
                direction[word] = float(following)
        yield level, Problem.parse(problem), gains


def test_every_kernel_that_can_is_measured_once_a_layout():
    depthwise = Problem.parse('b2 c4 o4 g4 i9x9 k3x3 "one"')
    twice = [depthwise, Problem.parse('b2 c4 o4 g4 i9x9 k3x3 "two"'), Problem.parse("b1 c3 o4 i9 k3")]
    measured = list(fit(twice, rounds=1, turn=0.0))
    assert [row.problem.layout for row in measured] == ["nchw", "nhwc", "nchw"]
    assert {row.level for row in measured} == {isa_used()}
    for row in measured:
        for direction in COMPUTATIONS:
            gains = row.gains[direction]
            assert ("depthwise" in gains) == (row.problem.groups == 4)
            assert set(gains) < set(kernel_list(direction)) - {"reference", "pointwise"}
            assert min(gains.values()) > 0
    assert mean_gain(measured) >= 1


def test_a_level_s_rows_are_replaced_and_the_others_kept(tmp_path):
    path = tmp_path / "measured.inc"
    problem = Problem.parse("b1 c3 o4 i9 k3")
    write([Measured("avx2", problem, {"forward": {"direct": 2.0}})], path)
    write([Measured("avx512", problem, {"forward": {"direct": 0.5, "dense": 3.126}})], path)
    write([Measured("avx2", problem, {"backward_data": {"fft": 1.5}})], path)
    assert list(rows(path.read_text(encoding="utf-8"))) == [
        ("avx512", problem, {"forward": {"direct": 0.5, "dense": 3.13}}),
        ("avx2", problem, {"backward_data": {"fft": 1.5}}),
    ]
    assert [file.name for file in tmp_path.iterdir()] == ["measured.inc"]


@pytest.mark.parametrize("direction", COMPUTATIONS)
def test_a_layer_that_was_measured_is_expected_as_it_was(direction):
    seen = 0
    for level, problem, gains in rows(TABLE):
        work = problem.out_channels * (problem.in_channels // problem.groups)
        for taps, outputs in zip(problem.kernel, problem.output_size, strict=True):
            work *= taps * outputs
        own_padding = all(before == after for before, after in problem.padding)  # else torch copies, and that counts
        if level != isa_used() or work < 2**16 or not own_padding or direction not in gains:
            continue
        best = max(1.0, *gains[direction].values())
        predicted = ops().predicted_gain(str(problem), direction)
        if (
            predicted == 1.0 < best
        ):  # torch is left running where a gain is within the noise, or a step gains too little
            said = "; ".join(verdicts(problem, direction).values())
            assert best < 1.04 or (direction != "inference" and "a training step gains too little" in said)
            continue
        assert predicted == pytest.approx(best, rel=0.1), (problem, gains)
        seen += 1
    assert seen > 20
