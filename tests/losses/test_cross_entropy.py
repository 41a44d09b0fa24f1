from math import exp, log

import pytest
import torch

from striate.losses import sigmoid_cross_entropy, softmax_cross_entropy


def test_softmax_by_hand():
    scores = torch.tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]], dtype=torch.float64)
    first = log(exp(1) + exp(2) + 1) - 2
    second = log(2 + exp(3))
    assert softmax_cross_entropy(scores, torch.tensor([1, 0])).item() == pytest.approx((first + second) / 2)


def test_smoothing_spreads_a_label():
    scores = torch.tensor([[1.0, 2.0]], dtype=torch.float64)
    losses = [log(exp(1) + exp(2)) - score for score in (1, 2)]
    expected = 0.9 * losses[0] + 0.1 * (losses[0] + losses[1]) / 2
    assert softmax_cross_entropy(scores, torch.tensor([0]), 0.1).item() == pytest.approx(expected)


def test_every_place_of_a_map_counts():
    scores = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(3, (2, 4, 5), generator=torch.Generator().manual_seed(1))
    flat = softmax_cross_entropy(scores.movedim(1, -1).reshape(-1, 3), labels.flatten())
    torch.testing.assert_close(softmax_cross_entropy(scores, labels), flat)


def test_sigmoid_by_hand():
    scores, targets = torch.tensor([[2.0, -1.0]], dtype=torch.float64), torch.tensor([[1.0, 0.25]], dtype=torch.float64)
    expected = (log(1 + exp(-2)) + 0.25 * log(1 + exp(1)) + 0.75 * log(1 + exp(-1))) / 2
    assert sigmoid_cross_entropy(scores, targets).item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scores", "labels", "error", "message"),
    [
        ((2,), (2,), ValueError, r"scores must have at least 2 dimensions \(N, classes, \*S\), but got \(2,\)"),
        ((2, 3), (3,), ValueError, r"labels must have shape \(2,\) for scores of shape \(2, 3\), but got \(3,\)"),
        ((2, 3), (2, 3), ValueError, r"but got \(2, 3\); take the argmax of one-hot labels over the classes"),
        ((2, 3, 4), (2, 1, 4), ValueError, r"labels must have shape \(2, 4\)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(scores, labels, error, message):
    with pytest.raises(error, match=message):
        softmax_cross_entropy(torch.zeros(scores), torch.zeros(labels, dtype=torch.int64))


def test_labels_that_are_no_class_numbers_are_refused():
    with pytest.raises(TypeError, match=r"labels must be int64, the numbers of the classes, but got torch.float32"):
        softmax_cross_entropy(torch.zeros(2, 3), torch.zeros(2))


def test_targets_that_torch_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"targets must have the shape of scores, \(2, 3\), but got \(2, 1\)"):
        sigmoid_cross_entropy(torch.zeros(2, 3), torch.zeros(2, 1))
