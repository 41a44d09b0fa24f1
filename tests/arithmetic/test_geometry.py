import pytest

from striate.arithmetic import Geometry, Window


def test_arguments_are_broadcast_to_every_axis():
    geometry = Geometry.of((3, 5), stride=2, padding=(1, (0, 4)), dilation=(1, 2))
    assert geometry.windows((20, 20)) == (Window(3, 2, 1, 1, 1), Window(5, 2, 2, 0, 4))
    assert geometry.output_size((20, 20)) == (10, 8)


def test_a_word_becomes_amounts_for_each_size():
    geometry = Geometry.of((3, 4), stride=(2, 1), padding="same")
    assert geometry.windows((7, 7)) == (Window(3, 2, 1, 1, 1), Window(4, 1, 1, 1, 2))
    assert geometry.windows((8, 7))[0] == Window(3, 2, 1, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": (3, 0)}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": (3, 3), "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel_size": (3, 3), "dilation": (1, 0)}, "dilation must be at least 1, but got 0"),
        ({"kernel_size": (3, 3), "stride": (1, 1, 1)}, "stride must be an int or 2 ints, one an axis, but got 3"),
        ({"kernel_size": 3, "dilation": (1, 1)}, "dilation must be an int or 1 int, but got 2"),
        ({"kernel_size": (3, 3), "padding": (1,)}, r"padding must be an int, 2 ints, one an axis, or 2 \(before"),
        ({"kernel_size": 3, "padding": (1, 2)}, r"but got 2: \(1, 2\); one pair an axis is written \(\(1, 2\),\)"),
        ({"kernel_size": (3, 3), "padding": ((1, 2, 3), 0)}, r"padding must give \(before, after\) for an axis"),
        ({"kernel_size": (3, 3), "padding": "Same"}, "padding must be one of 'valid', 'same', .* but got 'Same'"),
        ({"kernel_size": 3, "ndim": 0}, "ndim must be at least 1, but got 0"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Geometry.of(**arguments)


@pytest.mark.parametrize("value", [2.0, "3", True, None])
def test_what_is_no_int_is_refused(value):
    with pytest.raises(TypeError, match=r"stride must be an int, but got"):
        Geometry.of(3, stride=value)


def test_a_size_of_another_rank_is_refused():
    with pytest.raises(ValueError, match=r"size must have 2 axes, but got 1: \(7,\)"):
        Geometry.of((3, 3)).output_size((7,))
