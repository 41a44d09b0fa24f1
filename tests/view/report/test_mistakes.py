import base64
import io

import numpy as np
import torch
from pages import read, section
from PIL import Image
from torch import nn

from striate.data import ImageData, Images
from striate.view.report.mistakes import SHOWN, mistakes_section


class Dictated(nn.Module):
    """Gives image n, all of whose pixels are n, row n of what it was told."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, images):
        return self.scores[(255 * images[:, 0, 0, 0]).round().long()]


def numbered(labels):
    count = len(labels)
    pixels = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(count, 1, 4, 4)
    images = Images(pixels, torch.tensor(labels))
    return ImageData("numbered", images, images, ("a", "b"))


def shown(markup):
    """The number of each image, and what is said of it."""
    found = []
    for item in read(markup).all("li"):
        content = base64.b64decode(item.one("img").attributes["src"].partition(",")[2])
        found.append((int(np.asarray(Image.open(io.BytesIO(content)))[0, 0]), *(one.text for one in item.all("span"))))
    return found


def test_the_largest_loss_comes_first_and_what_is_right_is_left_out():
    probabilities = torch.tensor([[0.6, 0.4], [0.1, 0.9], [0.999, 0.001], [0.55, 0.45], [0.2, 0.8]])
    markup = mistakes_section(Dictated(probabilities.log()), numbered([1, 1, 1, 0, 0]))
    assert shown(markup) == [(2, "a 99.9%", "is b"), (4, "b 80.0%", "is a"), (0, "a 60.0%", "is b")]


def test_only_the_worst_of_many_are_shown():
    count = SHOWN + 3
    scores = torch.stack([torch.zeros(count), torch.arange(1.0, count + 1)], 1)  # the later, the more wrong
    markup = mistakes_section(Dictated(scores), numbered([0] * count))
    assert [number for number, *_ in shown(markup)] == list(range(count))[: -SHOWN - 1 : -1]


def test_of_no_mistake_none_is_shown():
    markup = mistakes_section(Dictated(torch.tensor([[0.0, 1.0]]).expand(5, 2)), numbered([1] * 5))
    assert shown(markup) == []
    assert "None of the 5 largest losses is a mistake." in markup


def test_a_run_shows_mistakes_that_it_made(page, trained):
    items = section(page, "Worst mistakes").all("li")
    wrong = trained.metrics.predictions != trained.data.test.labels
    pairs = {
        (trained.data.classes[guess], trained.data.classes[label])
        for guess, label in zip(
            trained.metrics.predictions[wrong].tolist(), trained.data.test.labels[wrong].tolist(), strict=True
        )
    }
    assert 0 < len(items) <= int(wrong.sum())
    assert {tuple(name.text for name in item.all("b")) for item in items} <= pairs
