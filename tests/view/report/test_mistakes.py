import base64
import io

import numpy as np
import torch
from pages import read, section
from PIL import Image
from torch import nn

from striate.data import Images
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
    return Images(pixels, torch.tensor(labels))


def shown(markup):
    """The number of each image, and what is said of it."""
    found = []
    for item in read(markup).all("li"):
        content = base64.b64decode(item.one("img").attributes["src"].partition(",")[2])
        found.append((int(np.asarray(Image.open(io.BytesIO(content)))[0, 0]), *(one.text for one in item.all("span"))))
    return found


def test_the_least_probable_truth_comes_first_and_what_is_right_is_left_out():
    probabilities = torch.tensor([[0.6, 0.4], [0.1, 0.9], [0.999, 0.001], [0.55, 0.45], [0.2, 0.8]])
    markup = mistakes_section(Dictated(probabilities.log()), numbered([1, 1, 1, 0, 0]), ("a", "b"))
    assert shown(markup) == [
        (2, "a 99.9%", "is b 0.1%"),
        (4, "b 80.0%", "is a 20.0%"),
        (0, "a 60.0%", "is b 40.0%"),
    ]


def test_truths_whose_probability_rounds_to_nothing_are_ordered_still():
    scores = torch.tensor([[0.0, 500.0], [0.0, 900.0], [0.0, 700.0]])
    markup = mistakes_section(Dictated(scores), numbered([0, 0, 0]), ("a", "b"))
    assert [number for number, *_ in shown(markup)] == [1, 2, 0]


def test_only_the_worst_of_many_are_shown_and_none_of_none():
    scores = torch.tensor([[0.0, 1.0]]).expand(SHOWN + 3, 2)
    many = mistakes_section(Dictated(scores), numbered([0] * (SHOWN + 3)), ("a", "b"))
    assert len(shown(many)) == SHOWN
    assert f"The {SHOWN} worst of {SHOWN + 3} errors" in many
    none = mistakes_section(Dictated(scores), numbered([1] * 5), ("a", "b"))
    assert shown(none) == []
    assert "There is none in 5 test images." in none


def test_a_run_shows_as_many_as_it_made(page, trained):
    assert len(section(page, "Worst mistakes").all("li")) == min(SHOWN, trained.metrics.errors)
