import pytest
import torch

from striate.losses import euclidean


def test_by_hand():
    predictions = torch.tensor([[[1.0, 2.0]], [[0.0, -1.0]]])
    targets = torch.tensor([[[0.0, 4.0]], [[3.0, -1.0]]])
    assert euclidean(predictions, targets).item() == (1 + 4 + 9) / 4


def test_the_gradient_is_the_difference_over_the_batch():
    predictions, targets = torch.randn(5, 3, requires_grad=True), torch.randn(5, 3)
    euclidean(predictions, targets).backward()
    torch.testing.assert_close(predictions.grad, (predictions.detach() - targets) / 5)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"targets must have the shape of predictions, \(2, 3\), but got \(3,\)"):
        euclidean(torch.zeros(2, 3), torch.zeros(3))
