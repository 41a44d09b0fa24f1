import numpy as np
import pytest
import torch
from PIL import Image

from striate.data.resize import as_size, convert_channels, letterbox


def pixels(*shape, low=0, high=256):
    return torch.randint(low, high, shape, generator=torch.Generator().manual_seed(3)).to(torch.uint8)


def test_luma_is_pillows():
    rgb = pixels(3, 40, 50)
    expected = np.asarray(Image.fromarray(rgb.permute(1, 2, 0).contiguous().numpy()).convert("L"))
    assert np.array_equal(convert_channels(rgb, 1)[0].numpy(), expected)


def test_grey_is_repeated():
    grey = pixels(2, 1, 4, 5)
    assert torch.equal(convert_channels(grey, 3), torch.cat([grey, grey, grey], 1))


def test_same_channels_are_left_alone():
    images = pixels(2, 4, 4, 5)
    assert convert_channels(images, 4) is images


@pytest.mark.parametrize(("present", "channels"), [(4, 3), (3, 2), (1, 0)])
def test_impossible_channels(present, channels):
    with pytest.raises(ValueError, match=rf"channels: {channels} cannot be made of {present}, expected {present}, or"):
        convert_channels(pixels(2, present, 4, 5), channels)


def test_letterbox_centres_on_the_border_median():
    image = pixels(3, 20, 10, low=100, high=200)
    image[:, 0], image[:, -1], image[..., 0], image[..., -1] = 30, 30, 30, 30
    image[1, 0, :4] = 250  # an outlier on the border does not move the median
    fitted = letterbox(image, (10, 16))
    assert fitted.shape == (3, 10, 16)
    assert (fitted[..., :5] == 30).all()
    assert (fitted[..., 10:] == 30).all()
    assert (fitted[:, 1:-1, 6:9] > 30).all()


def test_letterbox_is_pillows_resize_inside():
    image = pixels(1, 30, 20)
    expected = Image.fromarray(image[0].numpy()).resize((10, 15), Image.Resampling.BILINEAR)
    assert np.array_equal(letterbox(image, (15, 12))[0, :, 1:11].numpy(), np.asarray(expected))


@pytest.mark.parametrize("size", [(28, 28), (7, 50), (1, 1), (64, 3)])
@pytest.mark.parametrize("source", [(2, 3, 11, 5), (2, 3, 1, 300), (2, 3, 28, 28)])
def test_letterbox_shape_and_range(source, size):
    images = pixels(*source, low=50, high=90)
    fitted = letterbox(images, size)
    assert fitted.shape == (2, 3, *size)
    assert fitted.min() >= 50
    assert fitted.max() < 90
    assert torch.equal(fitted[1], letterbox(images[1], size))


def test_same_size_is_left_alone():
    images = pixels(2, 1, 6, 7)
    assert letterbox(images, (6, 7)) is images


def test_sizes():
    assert as_size(28) == (28, 28)
    assert as_size((20, 30)) == (20, 30)


@pytest.mark.parametrize("size", [0, (28, 0), (28,), (1, 2, 3), (2.0, 3.0)])
def test_impossible_sizes(size):
    with pytest.raises(ValueError, match=r"image_size: came as .*, expected an int or \(height, width\)"):
        as_size(size)
