import pytest
import torch

from striate.data import ImageData, Images
from striate.data.images import border_pixels


def images(n=4, shape=(1, 5, 7), top=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (n, *shape), generator=generator).to(torch.uint8)
    return Images(pixels, torch.arange(n) % top)


def test_length_channels_and_size():
    data = ImageData("some", images(6, (3, 5, 7)), images(2, (3, 5, 7)), ("a", "b", "c"))
    assert (len(data.train), len(data.test), data.channels, data.image_size) == (6, 2, 3, (5, 7))


def test_border_is_every_edge():
    image = torch.arange(2 * 3 * 4).reshape(2, 3, 4)
    assert border_pixels(image)[0].sort().values.tolist() == [0, 0, 1, 2, 3, 3, 4, 7, 8, 8, 9, 10, 11, 11]
    assert torch.equal(border_pixels(image)[1], border_pixels(image)[0] + 12)


@pytest.mark.parametrize("dark", [True, False])
def test_dark_background_reads_the_border_only(dark):
    pixels = torch.full((4, 1, 5, 7), 255 if dark else 0, dtype=torch.uint8)
    for edge in (pixels[..., 0, :], pixels[..., -1, :], pixels[..., 0], pixels[..., -1]):
        edge.fill_(127 if dark else 128)
    part = Images(pixels, torch.tensor([0, 1, 0, 1]))
    assert ImageData("some", part, part, ("a", "b")).dark_background is dark


def test_wrong_dtypes():
    with pytest.raises(TypeError, match=r"images: came as torch\.float32, expected torch\.uint8: convert with"):
        Images(torch.rand(3, 1, 5, 7), torch.arange(3))
    with pytest.raises(TypeError, match=r"labels: came as torch\.int32, expected torch\.int64"):
        Images(torch.zeros(3, 1, 5, 7, dtype=torch.uint8), torch.arange(3, dtype=torch.int32))


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"images: came as \(3, 5, 7\), expected \(N, C, H, W\)"):
        Images(torch.zeros(3, 5, 7, dtype=torch.uint8), torch.arange(3))
    with pytest.raises(ValueError, match=r"labels: came as \(3, 1\), expected \(N,\)"):
        Images(torch.zeros(3, 1, 5, 7, dtype=torch.uint8), torch.arange(3)[:, None])
    with pytest.raises(ValueError, match="labels: 2 labels for 3 images"):
        Images(torch.zeros(3, 1, 5, 7, dtype=torch.uint8), torch.arange(2))


def test_parts_that_do_not_fit():
    with pytest.raises(ValueError, match=r"test: images of \(C, H, W\) = \(3, 5, 7\), expected .* \(1, 5, 7\)"):
        ImageData("some", images(), images(shape=(3, 5, 7)), ("a", "b", "c"))
    with pytest.raises(ValueError, match="test: label 2 names none of the 2 classes"):
        ImageData("some", images(top=2), images(), ("a", "b"))
    with pytest.raises(ValueError, match=r"train: 'some' has images of \(0, 1, 5, 7\), expected at least one image"):
        ImageData("some", images(0), images(), ("a", "b", "c"))
