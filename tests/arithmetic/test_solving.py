from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import PADDING_WORDS, UNKNOWNS, Axis

FAR = 150  # past every solution of these sizes
amounts = st.tuples(st.integers(-1, 3), st.integers(-1, 3))


@st.composite
def axes(draw):
    transposed = draw(st.booleans())
    return Axis(
        input=draw(st.integers(1, 12)),
        kernel=draw(st.integers(1, 5)),
        stride=draw(st.integers(1, 4)),
        padding=draw(st.one_of(amounts, st.sampled_from(PADDING_WORDS))),
        dilation=draw(st.integers(1, 3)),
        transposed=transposed,
    )


@given(axes(), st.integers(1, 20), st.sampled_from(("input", "stride", "kernel", "dilation")))
def test_the_solutions_are_all_that_give_the_output(axis, output, unknown):
    giving = []
    for value in range(1, FAR):
        with suppress(ValueError):
            changed = replace(axis, **{unknown: value})
            giving += [value] * (changed.output() == output)
    if giving:
        found = [getattr(solution, unknown) for solution in axis.solve(unknown, output)]
        assert found[0] == giving[0]
        assert [value for value in found if value < FAR] == [value for value in giving if value <= found[-1]]
    else:
        with pytest.raises(ValueError, match=f"no {unknown} .* an output of {output}"):
            axis.solve(unknown, output)


@given(axes(), st.integers(1, 20))
def test_every_padding_gives_the_output_and_the_nearest_to_none_is_first(axis, output):
    found = axis.solve("padding", output)
    assert len(found) == (1 if axis.transposed else axis.stride)
    assert [solution.output() for solution in found] == [output] * len(found)
    totals = [abs(sum(solution.padding)) for solution in found]
    assert totals == sorted(totals)


def test_output_padding_is_solved_for():
    found = Axis(7, 3, stride=2, padding=(1, 1), transposed=True).solve("output_padding", 14)
    assert [axis.output_padding for axis in found] == [1]


@pytest.mark.parametrize(
    ("axis", "unknown", "output", "message"),
    [
        (Axis(7, 3), "stride", 4, "no stride gives an output of 4; the nearest, 1, gives 5"),
        (Axis(2, 3), "stride", 4, "no stride makes this window fit, so none gives an output of 4"),
        (Axis(7, 3), "output_padding", 4, "solve 'output_padding' is for a transposed convolution"),
        (Axis(7, 3), "groups", 4, f"solve must be one of {', '.join(map(repr, UNKNOWNS))}, but got 'groups'"),
        (Axis(7, 3), "kernel", 0, "output must be at least 1, but got 0"),
    ],
)
def test_what_has_no_solution_is_named(axis, unknown, output, message):
    with pytest.raises(ValueError, match=message):
        axis.solve(unknown, output)
