import math
from itertools import pairwise

import pytest
import torch
from PIL import Image

from striate.data.natural_images import dead_leaves, random_patches, read_photographs, whiten


def slope_of_the_spectrum(image):
    """The exponent of amplitude over frequency, between 4 and a quarter of Nyquist's cycles an image."""
    side = image.shape[0]
    window = torch.hann_window(side)[:, None] * torch.hann_window(side)
    power = torch.fft.rfft2((image - image.mean()) * window).abs().square()
    f = torch.hypot(torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)) * side
    bands = torch.logspace(math.log10(4), math.log10(side / 8), 8)
    level = [power[(f >= low) & (f < high)].mean().sqrt().log() for low, high in pairwise(bands)]
    x = (bands[:-1].log() + bands[1:].log()) / 2
    x, y = x - x.mean(), torch.stack(level) - torch.stack(level).mean()
    return float((x * y).sum() / x.square().sum())


def test_the_photograph_of_the_package_is_grey_and_its_spectrum_falls():
    (photograph,) = read_photographs()
    assert photograph.shape == (600, 512)
    assert 0 <= photograph.min() < 0.05
    assert 0.95 < photograph.max() <= 1
    assert -1.8 < slope_of_the_spectrum(photograph[44:556]) < -0.8


def test_photographs_of_a_folder_are_read_in_order(tmp_path):
    Image.new("RGB", (20, 10), "white").save(tmp_path / "b.png")
    Image.new("L", (8, 9), 0).save(tmp_path / "a.jpg")
    (tmp_path / "notes.txt").write_text("no image")
    black, white = read_photographs(tmp_path)
    assert black.shape == (9, 8)
    assert torch.equal(white, torch.ones(10, 20))


def test_missing_photographs_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"photographs: no folder '.*absent'"):
        read_photographs(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"photographs: no image file in .*, expected one of \*\.bmp, "):
        read_photographs(tmp_path)


def test_dead_leaves_cover_the_image_with_discs_of_the_spectrum_of_photographs():
    leaves = dead_leaves(256)
    assert not leaves.isnan().any()
    assert 0 <= leaves.min() < leaves.max() <= 1
    assert -1.8 < slope_of_the_spectrum(leaves) < -0.8
    assert abs(slope_of_the_spectrum(torch.rand(256, 256, generator=torch.Generator().manual_seed(0)))) < 0.2
    assert (leaves[:, 1:] == leaves[:, :-1]).float().mean() > 0.5  # areas, not noise


def test_dead_leaves_depend_on_their_seed_only():
    assert torch.equal(dead_leaves(32, seed=3), dead_leaves(32, seed=3))
    assert not torch.equal(dead_leaves(32, seed=3), dead_leaves(32, seed=4))


@pytest.mark.parametrize("smallest", [0.0, 17.0])
def test_leaves_of_no_size_are_refused(smallest):
    with pytest.raises(ValueError, match=rf"smallest must be above 0 and at most half of size, 16, but got {smallest}"):
        dead_leaves(32, smallest=smallest)


def test_whitening_weighs_each_frequency_as_the_paper_does():
    place = torch.arange(64, dtype=torch.float64)
    low, high = (torch.cos(2 * torch.pi * place * cycles / 64).expand(64, 64) for cycles in (4, 20))
    white = whiten(low + high)
    amplitude = torch.fft.rfft2(white).abs()[0]
    gain = [f * math.exp(-((f / 0.4) ** 4)) for f in (4 / 64, 20 / 64)]
    assert float(amplitude[4] / amplitude[20]) == pytest.approx(gain[0] / gain[1], rel=1e-6)
    assert white.mean().item() == pytest.approx(0, abs=1e-12)
    assert white.square().mean().item() == pytest.approx(1)


def test_whitening_flattens_the_spectrum_of_leaves():
    before, after = slope_of_the_spectrum(dead_leaves(256)), slope_of_the_spectrum(whiten(dead_leaves(256)))
    assert after - before == pytest.approx(1, abs=0.15)


def test_what_cannot_be_whitened_is_refused():
    with pytest.raises(ValueError, match=r"image must be \(H, W\), but got \(3, 8, 8\); take one channel"):
        whiten(torch.rand(3, 8, 8))
    with pytest.raises(ValueError, match="cutoff must be above 0 cycles a pixel, but got 0"):
        whiten(torch.rand(8, 8), 0)
    with pytest.raises(ValueError, match="image is the same everywhere: there is nothing to whiten"):
        whiten(torch.full((8, 8), 0.3))


def test_patches_are_pieces_of_the_images_from_everywhere():
    images = [torch.arange(30.0).reshape(5, 6), 100 + torch.arange(16.0).reshape(4, 4)]
    patches = random_patches(images, 400, 3, generator=torch.Generator().manual_seed(0))
    corners = patches[:, 0, 0, 0]
    for image in images:
        rows, columns = image.shape
        for row in range(rows - 2):
            for column in range(columns - 2):
                cut = patches[corners == image[row, column], 0]
                assert len(cut) > 5
                assert (cut == image[row : row + 3, column : column + 3]).all()
    assert len(corners.unique()) == 3 * 4 + 2 * 2


def test_patches_that_cannot_be_cut_are_refused():
    with pytest.raises(ValueError, match="images is empty, expected at least one"):
        random_patches([], 1, 3, generator=torch.Generator())
    with pytest.raises(ValueError, match=r"images must be \(H, W\) of 3 x 3 or more, but got \(2, 9\)"):
        random_patches([torch.rand(2, 9)], 1, 3, generator=torch.Generator())
