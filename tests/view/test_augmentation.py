import numpy as np
import pytest
import torch

from striate.data import ImageData, Images, augmented, stream
from striate.view import augmentations


def data(background):
    pixels = torch.full((3, 1, 12, 12), background, dtype=torch.uint8)
    pixels[:, :, 4:8, 3:9] = 255 - background
    part = Images(pixels, torch.tensor([0, 1, 0]))
    return ImageData("bars", train=part, test=part, classes=("a", "b"))


def test_each_row_is_an_image_and_its_variations():
    found = augmentations(data(0), "light", count=2, times=4, seed=5).array
    images = data(0).train.images[:2].float() / 255
    assert torch.equal(found[:, 0], images)
    expected = augmented(images.repeat_interleave(4, 0), "light", generator=stream(5))
    assert torch.equal(found[:, 1:].flatten(0, 1), expected)
    assert not torch.equal(found[0, 1], found[0, 2])


def test_what_is_not_the_image_has_its_background():
    dark, light = (augmentations(data(background), count=3, times=20).array for background in (0, 255))
    assert dark[..., 0].max() < 0.5
    assert light[..., 0].min() > 0.5


def test_the_figure_has_a_panel_for_each():
    figure = augmentations(data(0), count=9, times=4).figure
    assert len(figure.axes) == 3 * 5  # there are three images
    shown = np.asarray(figure.axes[0].images[0].get_array())
    assert np.array_equal(shown, data(0).train.images[0, 0].numpy() / np.float32(255))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "count is 0, but at least 1 image is to be shown"),
        ({"times": 0}, "times is 0, but at least 1 image is to be shown"),
        ({"kind": "heavy"}, "kind must be one of 'none', 'light', 'planar', 'distort', but got 'heavy'"),
    ],
)
def test_nothing_to_draw_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        augmentations(data(0), **arguments)
