import pytest
import torch
from torch import nn
from torch.nn import functional as F

from striate.data import ImageData, Images
from striate.view import mistakes


class Scorer(nn.Module):
    """Scores that the brightness of an image's first pixel looks up."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(torch.tensor(table))

    def forward(self, images):
        return self.table[(images[:, 0, 0, 0] * 255).round().long()]


class Hinge(Scorer):
    def loss(self, scores, labels):
        return F.multi_margin_loss(scores, labels)


SCORES = [[2.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 1.0], [3.0, 0.0, 0.0]]
LABELS = torch.tensor([1, 1, 0, 2])


def data():
    images = torch.zeros(4, 1, 2, 2, dtype=torch.uint8)
    images[:, 0, 0, 0] = torch.arange(4)
    part = Images(images, LABELS)
    return ImageData("four", part, part, ("ant", "bee", "cat"))


def test_the_largest_losses_come_first():
    found = mistakes(Scorer(SCORES), data(), count=3).array
    losses = F.cross_entropy(torch.tensor(SCORES), LABELS, reduction="none")
    assert found.numbers.tolist() == [3, 0, 2]
    assert torch.equal(found.losses, losses[[3, 0, 2]])
    assert found.labels.tolist() == [2, 1, 0]
    assert found.predictions.tolist() == [0, 0, 2]
    assert torch.equal(found.probabilities, torch.tensor(SCORES).softmax(1).amax(1)[[3, 0, 2]])
    assert torch.equal(found.images[:, 0, 0, 0], torch.tensor([3, 0, 2], dtype=torch.uint8))


def test_a_models_own_loss_counts():
    found = mistakes(Hinge(SCORES), data()).array
    expected = [float(F.multi_margin_loss(torch.tensor(SCORES[n])[None], LABELS[n][None])) for n in found.numbers]
    assert found.losses.tolist() == pytest.approx(expected)
    assert expected == sorted(expected, reverse=True)


def test_captions_say_what_is_and_what_it_is_taken_for():
    picture = mistakes(Scorer(SCORES), data())
    assert [axes.get_title() for axes in picture.figure.axes] == [
        *("cat as ant, 91%", "bee as ant, 79%", "ant as cat, 58%"),
        "bee, 99%",
    ]
    assert picture.figure.texts[0].get_text().endswith("3 of 4 wrong")
    colours = [axes.title.get_color() for axes in picture.figure.axes]
    assert colours[0] == colours[2] != colours[3]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="count is 0, but at least 1 image"):
        mistakes(Scorer(SCORES), data(), count=0)
    with pytest.raises(ValueError, match=r"must return scores of shape \(4, 3\)"):
        mistakes(nn.Flatten(), data())
