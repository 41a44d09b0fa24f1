import numpy as np
import pytest
import torch

from striate.graph.axis import Whole
from striate.graph.dims import Part, axis_sizes, regrouped, spatial


@pytest.mark.parametrize(
    ("before", "after", "dims"),
    [
        ((1, 4, 6, 8), (1, 4, 48), ((None,), (None,), (0, 1))),
        ((1, 4, 6, 8), (1, 2, 2, 6, 8), ((None,), (None,), (None,), (0,), (1,))),
        ((1, 4, 6, 8), (1, 4, 3, 2, 8), ((None,), (None,), (0,), (None,), (1,))),
        ((1, 4, 1, 1), (1, 4), ((None,), (None, 0, 1))),
        ((1, 4, 6), (24,), ((None, 0),)),
        ((2, 4, 6, 1), (2, 4, 6), ((None,), (None,), (0, 1))),
    ],
)
def test_views_move_axes(before, after, dims):
    found, _ = regrouped(spatial(before), after)
    kept = [[part.axis for part in dim if part.size > 1 or part.axis is not None] for dim in found]
    assert tuple(tuple(axes) or (None,) for axes in kept) == dims
    assert tuple(int(np.prod([part.size for part in dim])) for dim in found) == after


def test_a_split_axis_stays_in_its_outer_piece():
    _, maps = regrouped(spatial((1, 4, 6)), (1, 4, 3, 2))
    assert [maps[0].taps(output) for output in range(3)] == [((0, 0), (1, 1)), ((0, 2), (1, 3)), ((0, 4), (1, 5))]


def test_what_repeats_each_position_becomes_the_axis():
    dims = ((Part(None, 1),), (Part(0, 3),), (Part(None, 2),))
    found, maps = regrouped(dims, (1, 6))
    assert axis_sizes(found) == {0: 6}
    assert [maps[0].taps(output)[0][1] for output in range(6)] == [0, 0, 1, 1, 2, 2]
    there_and_back, maps = regrouped(found, (1, 3, 2))
    assert axis_sizes(there_and_back) == {0: 3}


def test_pieces_that_do_not_fit_lose_the_axis():
    found, maps = regrouped(spatial((1, 4, 6)), (1, 3, 8))
    assert axis_sizes(found) == {}
    assert maps[0] == Whole(6, 1)


def test_flattening_follows_the_positions_themselves():
    before = (1, 2, 3, 4)
    rows = torch.arange(3).reshape(3, 1).expand(before).reshape(-1)
    found, maps = regrouped(spatial(before), (24,))
    (dim,) = found
    index = np.unravel_index(np.arange(24), [part.size for part in dim])
    assert index[[part.axis for part in dim].index(0)].tolist() == rows.tolist()
    assert maps[0].outputs == 3
