import math

import pytest
import torch
from samples import BarNet
from torch import nn

from striate.data import Images
from striate.train.metrics import Metrics, measure


class Fixed(nn.Module):
    """Scores that the first pixel, 0 to 255, names the class of."""

    def forward(self, images):
        labels = (images[:, 0, 0, 0] * 255).round().long()
        return 4.0 * nn.functional.one_hot(labels, 3).float()


def labelled(predicted, labels):
    images = torch.zeros(len(predicted), 1, 2, 2, dtype=torch.uint8)
    images[:, 0, 0, 0] = torch.tensor(predicted, dtype=torch.uint8)
    return Images(images, torch.tensor(labels, dtype=torch.int64))


def test_counts_shares_and_loss():
    metrics = measure(Fixed(), labelled([0, 0, 1, 2, 1], [0, 0, 0, 2, 2]), ("a", "b", "c"))
    assert metrics.predictions.tolist() == [0, 0, 1, 2, 1]
    assert metrics.confusion.tolist() == [[2, 1, 0], [0, 0, 0], [0, 1, 1]]
    assert (metrics.images, metrics.errors, metrics.error, metrics.accuracy) == (5, 2, 0.4, 0.6)
    shares = metrics.class_accuracy
    assert (shares["a"], shares["c"]) == (pytest.approx(2 / 3), 0.5)
    assert math.isnan(shares["b"])
    right, wrong = math.log(math.exp(4) + 2) - 4, math.log(math.exp(4) + 2)
    assert metrics.loss == pytest.approx((3 * right + 2 * wrong) / 5, rel=1e-6)
    assert metrics.as_json()["class_accuracy"] == {"a": pytest.approx(2 / 3), "b": None, "c": 0.5}


def test_more_images_than_a_batch_are_weighed_alike():
    labels = [0] * 500 + [1] * 3
    metrics = measure(Fixed(), labelled([0] * 503, labels), ("a", "b", "c"))
    assert (metrics.errors, len(metrics.predictions)) == (3, 503)
    right = math.log(math.exp(4) + 2) - 4
    assert metrics.loss == pytest.approx(right + 4 * 3 / 503, rel=1e-5)


def test_the_model_is_measured_in_eval_mode_and_left_as_it_was():
    images = Images(torch.randint(0, 256, (9, 1, 12, 12), dtype=torch.uint8), torch.zeros(9, dtype=torch.int64))
    model = BarNet().train()
    losses = {measure(model, images, ("a", "b")).loss for _ in range(3)}
    assert len(losses) == 1  # dropout would make them differ
    assert model.training
    assert not measure(model, images, ("a", "b")).predictions.is_inference()


def test_a_models_own_loss_is_used():
    class Own(Fixed):
        def loss(self, scores, labels):
            return scores.sum() * 0 + len(labels)

    assert measure(Own(), labelled([0, 1], [0, 1]), ("a", "b", "c")).loss == 2


def test_scores_of_another_shape_are_refused():
    with pytest.raises(
        ValueError, match=r"returned a tensor of shape \(2, 3\) for 2 images of 2 classes; it must .* \(2, 2\)"
    ):
        measure(Fixed(), labelled([0, 1], [0, 1]), ("a", "b"))


def test_no_image_is_refused():
    with pytest.raises(ValueError, match="no image to measure"):
        measure(Fixed(), labelled([], []), ("a", "b", "c"))


def test_metrics_of_a_perfect_model():
    metrics = Metrics(0.0, torch.tensor([0, 1]), torch.eye(2, dtype=torch.int64), ("a", "b"))
    assert (metrics.accuracy, metrics.error, metrics.errors) == (1.0, 0.0, 0)
