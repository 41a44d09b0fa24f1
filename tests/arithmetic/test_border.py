import numpy as np
import pytest

from striate.arithmetic import padding_mode_argument, source_index

NUMPY = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


@pytest.mark.parametrize("mode", NUMPY)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_rules_are_numpys_for_any_amount(mode, size):
    expected = np.pad(np.arange(size), (37, 41), NUMPY[mode])
    assert [source_index(i, size, mode) for i in range(-37, size + 41)] == expected.tolist()


@pytest.mark.parametrize("mode", ["zeros", "constant", "mean"])
def test_a_value_stands_outside(mode):
    assert [source_index(i, 3, mode) for i in range(-2, 5)] == [None, None, 0, 1, 2, None, None]


def test_an_empty_axis_has_nothing_to_copy():
    with pytest.raises(ValueError, match="'circular' needs a signal with at least 1 element, but an axis has 0"):
        source_index(0, 0, "circular")


def test_one_mode_stands_for_all_axes():
    assert padding_mode_argument("mean", 3) == ("mean", "mean", "mean")
    assert padding_mode_argument(["circular", "zeros"], 2) == ("circular", "zeros")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("edge", "padding_mode must be one of 'zeros', 'constant', 'mean', 'reflect', 'symmetric', .* but got 'edge'"),
        (3, "padding_mode must be one of .* but got 3"),
        (["zeros"], r"padding_mode must be one mode or one an axis \(2\), but got 1"),
    ],
)
def test_unknown_modes_are_refused_with_the_known_ones(value, message):
    with pytest.raises(ValueError, match=message):
        padding_mode_argument(value, 2)


def test_a_value_needs_a_rule_that_reads_it():
    assert padding_mode_argument(["zeros", "constant"], 2, padding_value=2.0) == ("zeros", "constant")
    with pytest.raises(ValueError, match=r"padding_value 2\.0 needs padding_mode 'constant', but got 'zeros'"):
        padding_mode_argument("zeros", 2, padding_value=2.0)
