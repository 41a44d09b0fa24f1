import base64
import io

import numpy as np
import pytest
import torch
from pages import read
from PIL import Image

from striate.view.page.pixels import LARGEST, grey, image, signed


def pixels(markup):
    """The pixels of an image element, after its size was compared with what it says."""
    attributes = read(markup).one("img").attributes
    content = base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"))
    found = np.asarray(Image.open(io.BytesIO(content)))
    assert (int(attributes["height"]), int(attributes["width"])) == found.shape[:2]
    return found


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_is_shown_as_it_is(channels):
    given = torch.arange(channels * 35, dtype=torch.uint8).reshape(channels, 5, 7)
    assert np.array_equal(pixels(image(given)).reshape(5, 7, channels), given.permute(1, 2, 0).numpy())
    assert read(image(given, 'a "seven"')).one("img").attributes["alt"] == 'a "seven"'


def test_a_large_image_is_made_smaller_in_its_proportions():
    assert pixels(image(torch.zeros(3, 400, 200, dtype=torch.uint8))).shape == (LARGEST, LARGEST // 2, 3)


def test_a_map_goes_from_black_to_white():
    assert pixels(grey(torch.tensor([[-1.0, 0.0, 1.0, 3.0]]), -1, 3)).tolist() == [[0, 64, 128, 255]]
    assert pixels(grey(torch.full((2, 2), 0.5), 0.5, 0.5)).tolist() == [[0, 0], [0, 0]]


def test_a_signed_map_is_white_at_zero_warm_above_and_cold_below():
    ((below, zero, above),) = pixels(signed(torch.tensor([[-2.0, 0.0, 2.0]]), 2.0)).astype(int).tolist()
    assert zero == [255, 255, 255]
    assert above[0] > above[2]
    assert below[0] < below[2]
    assert pixels(signed(torch.zeros(1, 1), 0.0)).tolist() == [[[255, 255, 255]]]
