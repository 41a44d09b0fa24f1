import numpy as np
import pytest
import torch

from striate.view import banks


def test_each_filter_has_its_own_scale_and_each_bank_its_name():
    weight = torch.tensor([[[[2.0, -1.0]]], [[[0.0, -8.0]]]])
    first, second = banks({"by hand": weight, "by lot": weight[:1]}).figure.axes
    assert (first.get_title(), second.get_title()) == ("by hand", "by lot")
    drawn = np.asarray(first.images[0].get_array())
    assert drawn.tolist() == [[1.0, -0.5, 1.0, 0.0, -1.0]]  # a white line between


def test_of_several_channels_the_mean_is_drawn_and_a_silent_filter_stays_grey():
    weight = torch.tensor([[[[1.0, 3.0]], [[1.0, -3.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    assert banks({"two channels": weight}).array["two channels"].tolist() == [[[1.0, 0.0]], [[0.0, 0.0]]]


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="filters must have a bank at least, but got none"):
        banks({})
