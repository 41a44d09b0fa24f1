import math

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from striate.data.photographs import Photographs, enlarge, load_photographs, shrink


@pytest.fixture
def wave():
    """A wave of 16 pixels along each axis, which survives being made three times as small."""
    place = 2 * math.pi * torch.arange(96) / 16
    return (0.5 + 0.25 * place.cos()[:, None] + 0.25 * place.sin())[None, None]


def test_those_of_the_package_are_divided():
    data = load_photographs()
    assert data.name == "photographs"
    assert (len(data.train), len(data.test)) == (5, 2)
    for image in data.train + data.test:
        assert image.ndim == 2
        assert min(image.shape) >= 300
        assert image.max() - image.min() > 0.5


def test_a_fifth_of_a_folder_is_held_out(tmp_path):
    for number in range(6):
        Image.new("L", (20 + number, 20), 40 * number).save(tmp_path / f"{number}.png")
    data = load_photographs(tmp_path)
    assert (len(data.train), len(data.test)) == (5, 1)
    assert sorted(image.shape[1] for image in data.train + data.test) == [20, 21, 22, 23, 24, 25]
    assert any(load_photographs(tmp_path, seed=seed).test[0].shape != data.test[0].shape for seed in range(1, 9))


def test_the_folders_own_parts_are_respected(tmp_path):
    for part, side in (("train", 30), ("val", 40)):
        (tmp_path / part).mkdir()
        Image.new("RGB", (side, side), "white").save(tmp_path / part / "a.jpg")
    data = load_photographs(tmp_path)
    assert ([len(image) for image in data.train], [len(image) for image in data.test]) == ([30], [40])


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"photographs: no folder '.*absent'"):
        load_photographs(tmp_path / "absent")
    Image.new("L", (9, 9)).save(tmp_path / "one.png")
    with pytest.raises(ValueError, match="holds one, at least 2 are needed: one to learn from and one to judge by"):
        load_photographs(tmp_path)
    with pytest.raises(ValueError, match="test of 'x' is empty, expected at least one photograph"):
        Photographs("x", [torch.rand(3, 3)], [])


def test_what_is_made_small_is_nearly_made_large_again(wave):
    made = enlarge(shrink(wave, 3), 3)
    assert made.shape == wave.shape
    inner = slice(9, -9)
    repeated = F.interpolate(shrink(wave, 3), scale_factor=3)
    assert (made - wave)[..., inner, inner].abs().max() < 0.25 * (repeated - wave)[..., inner, inner].abs().max()


def test_what_a_small_image_cannot_show_is_gone():
    fine = (torch.arange(48) % 2).float().expand(1, 1, 48, 48)  # a wave of 2 pixels, which would be one of moiré
    small = shrink(fine, 3)[..., 2:-2, 2:-2]
    assert (small - 0.5).abs().max() < 0.05
    assert (fine[..., ::3, ::3] - 0.5).abs().min() == 0.5  # what taking each third pixel leaves


def test_enlarging_is_keys_cubic():
    step = torch.tensor([0.0, 0, 0, 0, 1, 1, 1, 1]).mul(0.5).add(0.25).expand(1, 1, 8, 8)
    row = enlarge(step, 2)[0, 0, 8]

    def weight(x, a=-0.5):
        x = abs(x)
        return (a + 2) * x**3 - (a + 3) * x**2 + 1 if x <= 1 else a * (x**3 - 5 * x**2 + 8 * x - 4)

    for place, offset in ((6, 0.75), (7, 0.25), (8, 0.75)):  # between the centres of small pixels
        left = (place - 1) // 2 if place % 2 else place // 2 - 1
        wanted = sum(weight(offset - at) * float(step[0, 0, 4, left + at]) for at in (-1, 0, 1, 2))
        assert float(row[place]) == pytest.approx(wanted, abs=1e-6)


def test_a_scale_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match=r"scale must divide the images' \(10, 12\), but got 3; crop them"):
        shrink(torch.rand(1, 1, 10, 12), 3)
    with pytest.raises(ValueError, match="scale must be at least 2, but got 1"):
        enlarge(torch.rand(1, 1, 4, 4), 1)
