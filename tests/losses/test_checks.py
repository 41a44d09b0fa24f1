import torch

from striate.losses.checks import one_hot


def test_one_hot_labels_have_the_shape_and_dtype_of_the_scores():
    labels = torch.tensor([[0, 2], [1, 1]])
    expected = torch.tensor([[[1, 0], [0, 0], [0, 1]], [[0, 0], [1, 1], [0, 0]]], dtype=torch.float64)
    assert torch.equal(one_hot(torch.zeros(2, 3, 2, dtype=torch.float64), labels), expected)
