import numpy as np
import torch

from striate.view import dictionary


def test_filters_are_sorted_by_their_fit_and_counted():
    weight = torch.stack([torch.full((1, 2, 2), value) for value in (1.0, -3.0, 2.0)])
    weight[:, 0, 0, 0] = torch.tensor([0.5, 0.5, 0.25]) * weight[:, 0, 1, 1]
    pictures, histogram = dictionary(weight, torch.tensor([0.2, 0.9, 0.8]), "three").figure.axes
    drawn = np.asarray(pictures.images[0].get_array())
    assert [drawn[row, column] for row, column in ((1, 1), (1, 4), (4, 1))] == [-1, 1, 1]  # the best first, each scaled
    assert [drawn[row, column] for row, column in ((0, 0), (0, 3), (3, 0))] == [-0.5, 0.25, 0.5]
    assert histogram.get_title(loc="left") == "67% above 0.7"
    assert sum(patch.get_height() for patch in histogram.patches) == 3
