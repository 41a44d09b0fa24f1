import numpy as np
import pytest
import torch
from PIL import Image

from striate.data import read_image
from striate.data.image_file import displayed_size

RAMP = np.arange(30, dtype=np.uint8).reshape(5, 6) * 8


def read(image, path, channels=1, size=None, **options):
    image.save(path, **options)
    return read_image(path, channels=channels, image_size=size or (image.height, image.width))


def test_grey(tmp_path):
    found = read(Image.fromarray(RAMP), tmp_path / "a.png")
    assert found.dtype == torch.uint8
    assert np.array_equal(found[0].numpy(), RAMP)


def test_rgb_is_channels_first(tmp_path):
    rgb = np.random.default_rng(5).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    found = read(Image.fromarray(rgb), tmp_path / "a.png", channels=3)
    assert np.array_equal(found.permute(1, 2, 0).numpy(), rgb)


def test_grey_to_rgb(tmp_path):
    found = read(Image.fromarray(RAMP), tmp_path / "a.png", channels=3)
    assert all(np.array_equal(band.numpy(), RAMP) for band in found)


def test_transparency_is_laid_over_white(tmp_path):
    rgba = np.zeros((5, 6, 4), np.uint8)
    rgba[..., 0] = 200
    rgba[..., 3] = RAMP
    found = read(Image.fromarray(rgba), tmp_path / "a.png", channels=3)
    alpha = RAMP / 255
    assert np.abs(found[0].numpy() - (200 * alpha + 255 * (1 - alpha))).max() <= 1
    assert np.abs(found[1].numpy() - 255 * (1 - alpha)).max() <= 1


def test_palette_with_a_transparent_colour(tmp_path):
    image = Image.fromarray((RAMP > 100).astype(np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    found = read(image, tmp_path / "a.png", channels=3, transparency=0)
    assert found[:, 0, 0].tolist() == [255, 255, 255]
    assert found[:, 4, 5].tolist() == [200, 100, 50]


def test_bilevel(tmp_path):
    found = read(Image.fromarray(RAMP > 100), tmp_path / "a.png")
    assert np.array_equal(found[0].numpy(), np.where(RAMP > 100, 255, 0))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_are_scaled(tmp_path, name):
    found = read(Image.fromarray(RAMP.astype(np.uint16) * 257), tmp_path / name)
    assert np.array_equal(found[0].numpy(), RAMP)


def test_sixteen_bits_of_a_pgm_are_scaled(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5 6 5 65535\n" + (RAMP.astype(">u2") * 257).tobytes())
    found = read_image(tmp_path / "a.pgm", channels=1, image_size=(5, 6))
    assert np.array_equal(found[0].numpy(), RAMP)


def test_floats_are_scaled_from_one(tmp_path):
    found = read(Image.fromarray((RAMP / 255).astype(np.float32)), tmp_path / "a.tif")
    assert np.array_equal(found[0].numpy(), RAMP)


@pytest.mark.parametrize("worst", [2.0, -1.0, float("nan")])
def test_floats_of_unknown_range_are_refused(tmp_path, worst):
    values = (RAMP / 255).astype(np.float32)
    values[2, 3] = worst
    with pytest.raises(ValueError, match=r"a\.tif: not a readable image, .*mode F with values .*, expected 0 to 1"):
        read(Image.fromarray(values), tmp_path / "a.tif")


def test_cmyk(tmp_path):
    found = read(Image.new("CMYK", (6, 5), (0, 255, 255, 0)), tmp_path / "a.tif", channels=3)
    assert found[:, 2, 2].tolist() == [255, 0, 0]


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("L", (6, 5), grey) for grey in (40, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / "a.gif", channels=1, image_size=(5, 6)).unique().tolist() == [40]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_the_cameras_orientation_is_honoured(tmp_path, name):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees clockwise to show
    image = Image.new("L", (32, 16), 0)
    image.paste(255, (0, 0, 16, 16))
    image.convert("RGB").save(tmp_path / name, exif=exif)
    assert displayed_size(tmp_path / name) == (32, 16)
    found = read_image(tmp_path / name, channels=1, image_size=(32, 16))
    assert found[0, :14].min() > 240
    assert found[0, 18:].max() < 15


@pytest.mark.parametrize("size", [28, (20, 30)])
def test_other_sizes_are_letterboxed(tmp_path, size):
    found = read(Image.fromarray(RAMP), tmp_path / "a.bmp", size=size)
    assert found.shape == (1, *((size, size) if size == 28 else size))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path: no image file '.*absent\.png'"):
        read_image(tmp_path / "absent.png", channels=1, image_size=28)


def test_folder(tmp_path):
    with pytest.raises(ValueError, match="is a folder, expected an image file"):
        read_image(tmp_path, channels=1, image_size=28)


def test_foreign_file(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image at all")
    with pytest.raises(ValueError, match=r"a\.png: not a readable image, unknown format or damaged file \(cannot"):
        read_image(tmp_path / "a.png", channels=1, image_size=28)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.gif", "a.webp", "a.tif", "a.ppm"])
def test_truncated_file(tmp_path, name):
    noise = np.random.default_rng(9).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    path = tmp_path / name
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=rf"{name}: not a readable image"):
        read_image(path, channels=3, image_size=28)


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_impossible_channels(tmp_path, channels):
    with pytest.raises(ValueError, match=rf"channels: came as {channels}, expected 1 \(grey\) or 3 \(RGB\)"):
        read_image(tmp_path / "any.png", channels=channels, image_size=28)
