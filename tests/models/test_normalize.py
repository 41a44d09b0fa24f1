import torch

from striate.models.normalize import Rescale


def test_the_ends_go_to_the_ends_and_the_middle_to_the_middle():
    images = torch.tensor([0.0, 0.25, 1.0]).reshape(1, 3, 1, 1)
    torch.testing.assert_close(Rescale(-1.0, 3.0)(images).flatten(), torch.tensor([-1.0, 0.0, 3.0]))


def test_it_prints_its_range():
    assert repr(Rescale(-0.1, 1.175)) == "Rescale(-0.1, 1.175)"
