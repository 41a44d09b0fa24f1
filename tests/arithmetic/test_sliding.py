from math import prod

import numpy as np
import oracles
import pytest
from hypothesis import assume, given
from jacobians import conv_jacobian, conv_transpose_jacobian, counted_weight
from strategies import problems

from striate.arithmetic import Geometry, Sliding, even_blocks

MOST_ENTRIES = 20_000


def flat(index, size):
    return int(np.ravel_multi_index(index, size))


def drawn_jacobian(sliding, weight, in_channels, groups):
    """What the frames say the Jacobian of the convolution from `sliding`'s signal to its positions is."""
    out_channels = weight.shape[0]
    matrix = np.zeros((out_channels, prod(sliding.positions), in_channels, prod(sliding.size)))
    for position in sliding.every_position():
        row = flat(position, sliding.positions)
        for touch in sliding.touches(position):
            for outs, ins in zip(even_blocks(out_channels, groups), even_blocks(in_channels, groups), strict=True):
                values = weight[(slice(outs.start, outs.stop), slice(None), *touch.tap)]
                if touch.source is not None:
                    matrix[outs.start : outs.stop, row, ins.start : ins.stop, flat(touch.source, sliding.size)] += (
                        values
                    )
                elif sliding.standing(touch.place) == "mean":
                    matrix[outs.start : outs.stop, row, ins.start : ins.stop] += values[:, :, None] / prod(sliding.size)
    return matrix.reshape(out_channels * prod(sliding.positions), -1)


def tolerance(weight, modes):
    """Whole numbers add up exactly; a mean divides, and each of its terms rounds once more than there are additions."""
    terms = int(weight.sum())
    return terms * weight.size * np.finfo(np.float64).eps if "mean" in modes else 0.0


def drawn(problem):
    outputs = oracles.output_size(problem)
    assume(prod(outputs) * prod(problem.size) * problem.in_channels * problem.out_channels < MOST_ENTRIES)
    return counted_weight(problem), outputs


@given(problems(largest=6))
def test_every_frame_is_a_row_of_the_convolution_s_jacobian(drawing):
    problem, padding = drawing
    weight, outputs = drawn(problem)
    sliding = Sliding.of(
        Geometry.of(problem.kernel, problem.stride, padding, problem.dilation), problem.size, problem.modes
    )
    assert sliding.output_size == outputs

    real = conv_jacobian(problem, padding, weight)
    frames = drawn_jacobian(sliding, weight, problem.in_channels, problem.groups)
    assert np.abs(real - frames).max() <= tolerance(weight, problem.modes)


@given(problems(largest=6))
def test_every_frame_is_a_column_of_the_transposed_convolution_s_jacobian(drawing):
    problem, padding = drawing
    weight, inputs = drawn(problem)
    geometry = Geometry.of(problem.kernel, problem.stride, padding, problem.dilation)
    sliding = Sliding.of(geometry, inputs, problem.modes, transposed=True, output_size=problem.size)
    assert (sliding.input_size, sliding.output_size) == (inputs, problem.size)

    real = conv_transpose_jacobian(problem, padding, weight)
    frames = drawn_jacobian(sliding, weight, problem.in_channels, problem.groups)
    assert np.abs(real - frames.T).max() <= tolerance(weight, problem.modes)


def test_zeros_stand_outside():
    sliding = Sliding.of(Geometry.of(3, stride=2, padding=1), 5)
    assert [[touch.place for touch in sliding.touches(at)] for at in sliding.every_position()] == [
        [(-1,), (0,), (1,)],
        [(1,), (2,), (3,)],
        [(3,), (4,), (5,)],
    ]
    assert [touch.source for touch in sliding.touches((2,))] == [(3,), (4,), None]
    assert [sliding.standing((at,)) for at in sliding.places()[0]] == ["zeros", *["element"] * 5, "zeros"]


def test_a_border_rule_names_what_is_copied():
    sliding = Sliding.of(Geometry.of((2, 2), padding=1), (3, 3), ("circular", "symmetric"))
    assert [touch.source for touch in sliding.touches((0, 0))] == [(2, 0), (2, 0), (0, 0), (0, 0)]
    assert sliding.standing((-1, 1)) == "copy"


def test_negative_padding_crops():
    sliding = Sliding.of(Geometry.of(2, padding=[(-1, 2)]), 4)
    assert sliding.places() == (range(6),)
    assert [sliding.standing((at,)) for at in range(6)] == ["cropped", *["element"] * 3, "zeros", "zeros"]
    assert sliding.touches((0,))[0].place == (1,)


def test_beside_what_is_cropped_there_is_nothing():
    sliding = Sliding.of(Geometry.of((1, 1), padding=((0, 1), (-1, 0))), (1, 2))
    rows = [[sliding.standing((row, column)) for column in (0, 1)] for row in (0, 1)]
    assert rows == [["cropped", "element"], ["nothing", "zeros"]]


def test_in_corners_zeros_beat_the_constant_and_the_constant_the_mean():
    corners = {
        modes: Sliding.of(Geometry.of((3, 3), padding=1), (3, 3), modes).standing((-1, -1))
        for modes in (("zeros", "mean"), ("mean", "constant"), ("mean", "circular"), ("circular", "reflect"))
    }
    assert list(corners.values()) == ["zeros", "constant", "mean", "copy"]


def test_a_stride_that_does_not_divide_the_kernel_overlaps_unevenly():
    meet = Sliding.of(Geometry.of((3, 4), stride=2), (5, 5), transposed=True).contributions()
    assert meet == (range(1, 3), range(1, 3))
    assert Sliding.of(Geometry.of(4, 2, padding=2), 5, transposed=True).contributions() == (range(2, 3),)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"output_padding": 1}, "output_padding is for a transposed convolution, but got 1; add transposed=True"),
        ({"output_size": 9}, "output_size is for a transposed convolution, but got 9; add transposed=True"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"transposed": True, "output_size": 90}, "output_size must be from 17 to 17 for an input of 15"),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Sliding.of(Geometry.of(3), 15, **arguments)
