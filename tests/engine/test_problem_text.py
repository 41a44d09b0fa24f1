"""The text form of a problem, alike in Python and C++."""

import pytest
import strategies
from hypothesis import example, given
from hypothesis import strategies as st

from striate.engine._load import ops
from striate.engine.problem import DTYPES, LAYOUTS, Problem

FULL = 'b8 c64 o128 g2 i56x57 k3x5 s2x1 d1x2 p1:-1x0:2 mreflectxconstant v-1.5 f64 nhwc "a stem"'


@st.composite
def drawn(draw):
    problem, _ = draw(strategies.problems(modes=strategies.MODES, words=False))
    constant = "constant" in problem.modes and "zeros" not in problem.modes
    value = draw(st.floats(allow_nan=False)) if constant else 0.0
    return Problem(
        batch=problem.batch,
        in_channels=problem.in_channels,
        out_channels=problem.out_channels,
        size=problem.size,
        kernel=problem.kernel,
        groups=problem.groups,
        stride=problem.stride,
        dilation=problem.dilation,
        padding=problem.amounts,
        modes=problem.modes,
        value=value,
        dtype=draw(st.sampled_from(DTYPES)),
        layout=draw(st.sampled_from(LAYOUTS)),
        name=draw(st.sampled_from(("", "conv1", "layer 3, second"))),
    )


@example(Problem(1, 1, 1, size=(1,), kernel=(1,), modes=("constant",), value=1.5e308))  # one digit of it is too large
@given(drawn())
def test_both_languages_read_and_print_the_same(problem):
    text = str(problem)
    assert Problem.parse(text) == problem
    assert ops().problem_text(text) == text


@given(drawn(), st.randoms())
def test_words_may_stand_in_any_order_and_defaults_may_be_written(problem, random):
    words, quote, name = str(problem).partition('"')
    words = words.split()
    ndim = problem.ndim
    standard = {"g": "g1", "s": "s" + "x".join("1" * ndim), "d": "d" + "x".join("1" * ndim), "m": "mzeros"}
    standard |= {"p": "p" + "x".join(["0:0"] * ndim)}
    words += [word for field, word in standard.items() if not any(w[0] == field for w in words if w != "strided")]
    random.shuffle(words)
    text = " ".join(words) + f" {quote}{name}"
    assert Problem.parse(text) == problem
    assert ops().problem_text(text) == str(problem)


def test_the_form():
    problem = Problem.parse(FULL)
    assert str(problem) == FULL
    assert problem.padding == ((1, -1), (0, 2))
    assert problem.modes == ("reflect", "constant")
    assert (problem.value, problem.name) == (-1.5, "a stem")
    assert (problem.dtype, problem.layout, problem.groups) == ("f64", "nhwc", 2)
    assert problem.input_shape == (8, 64, 56, 57)
    assert problem.weight_shape == (128, 32, 3, 5)
    assert problem.output_shape == (8, 128, 27, 51)
    assert str(Problem.parse("b1 c1 o1 g1 i4 k1 mconstant v0 f32 nchw")) == "b1 c1 o1 i4 k1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b8 c1 o1 i5", "the field 'k' is missing"),
        ("b1 c1 o1 i5 k1 z3", "'z3' begins with none of the fields bcogiksdpmv and is none of f32, f64, nchw, nhwc"),
        ("b1 b2 c1 o1 i5 k1", "'b1' and 'b2' are the same field"),
        ("b1 c1 o1 i5 k1 f32 f64", "'f32' and 'f64' are the same field"),
        ("b1 c1 o1 i5x5 k1", "'k1' must have one value an axis of 'i5x5', but has 1"),
        ("b1 c1 o1 i5 k1x", "'k1x' must have one value an axis of 'i5', but has 2"),
        ("bx c1 o1 i5 k1", "'bx' needs an integer where it has 'x'"),
        ("b1.5 c1 o1 i5 k1", "'b1.5' needs an integer where it has '1.5'"),
        ("b1 c1 o1 i5 k1 p1", "'p1' needs before:after where it has '1'"),
        ("b1 c1 o1 i5 k1 mmirror", "has .*mirror.*, which is none of zeros, constant, reflect, symmetric"),
        ("b1 c1 o1 i5 k1 v1", "needs a rule 'constant'"),
        ("b1 c1 o1 i5x5 k1x1 mzerosxconstant v1", "one value outside"),
        ("b1 c1 o1 i5 k1 mconstant vx", "'vx' needs a number where it has 'x'"),
        ("b1 c1 o1 i5x5x5x5 k1x1x1x1", "has 4 axes, but 1 to 3 are"),
        ('b1 c1 o1 i5 k1 "a" "b"', "a name stands last, in double quotes"),
        ('b1 c1 o1 i5 k1 "a', "a name stands last, in double quotes"),
        ("b1 c3 o2 g2 i5 k1", "groups 2 must divide in_channels 3"),
        ("b1 c2 o3 g2 i5 k1", "groups 2 must divide out_channels 3"),
        ("b-1 c2 o3 i5 k1", "batch must be at least 0, but got -1"),
        ("b1 c2 o3 g0 i5 k1", "groups must be at least 1, but got 0"),
        ("b1 c1 o1 i0 k1", "size must be at least 1"),
        ("b1 c1 o1 i4 k5", "padded input"),
        ("b1 c1 o1 i4 k2 s0", "stride must be at least 1, but got 0"),
    ],
)
def test_both_languages_refuse_the_same(text, message):
    with pytest.raises(ValueError, match=message):
        Problem.parse(text)
    with pytest.raises(ValueError, match=message):
        ops().problem_text(text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernel": (3, 3)}, r"kernel \(3, 3\) needs 1 values"),
        ({"dtype": "f16"}, "dtype must be one of f32, f64, but got 'f16'"),
        ({"layout": "hwc"}, "layout must be one of nchw, nhwc, strided, but got 'hwc'"),
        ({"name": 'a "b"'}, "name must be one line without double quotes"),
    ],
)
def test_what_only_python_can_be_asked(changes, message):
    with pytest.raises(ValueError, match=message):
        Problem(**{"batch": 1, "in_channels": 1, "out_channels": 1, "size": (5,), "kernel": (3,), **changes})
