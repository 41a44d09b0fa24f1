import pytest

from striate.arithmetic import resized_size


def test_sizes_are_rounded_down():
    assert resized_size((5, 7), 2) == (10, 14)
    assert resized_size((5, 7), (1.5, 0.5)) == (7, 3)
    assert resized_size((10, 9, 30), (0.7, 1 / 3, 1.1)) == (7, 3, 33)
    assert resized_size((5,), target=9) == (9,)
    assert resized_size((5, 6), None, (9, 3)) == (9, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((5,),), "give either scale_factor or size, but got scale_factor None and size None"),
        (((5,), 2, 4), "give either scale_factor or size, but got scale_factor 2 and size 4"),
        (((5, 5), (1, 2, 3)), r"scale_factor must be a number or one an axis \(2\), but got 3"),
        (((5,), 0), "scale_factor must be above 0 and finite, but got 0"),
        (((5,), float("inf")), "scale_factor must be above 0 and finite, but got inf"),
        (((5,), 0.1), r"scale_factor 0.1 leaves \(0,\) of an input of spatial size \(5,\)"),
        (((5,), None, 0), "size must be at least 1, but got 0"),
    ],
)
def test_what_no_signal_can_become_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        resized_size(*arguments)


@pytest.mark.parametrize("scale", ["2", True, None, (1, "2")])
def test_a_scale_that_is_no_number(scale):
    with pytest.raises((TypeError, ValueError), match=r"scale_factor must be a number, but got|give either"):
        resized_size((5, 5), scale)
