import math

import pytest
import torch

from striate.filters import fit_gabor, gabor, gaussian, sobel


def drawn(frequency, degrees, phase, across, along, row, column, size=12):
    place = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    down, right = place[:, None] - row, place - column
    angle = math.radians(degrees)
    x, y = right * math.cos(angle) - down * math.sin(angle), right * math.sin(angle) + down * math.cos(angle)
    bell = torch.exp(-((x / across) ** 2) / 2 - (y / along) ** 2 / 2)
    return (bell * torch.cos(2 * math.pi * frequency * x + phase))[None, None]


@pytest.mark.parametrize(
    "numbers",
    [
        (0.15, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0),
        (0.2, 30.0, 1.5, 1.5, 2.5, 1.2, -0.7),
        (0.12, 120.0, 0.7, 2.5, 2.0, -2.0, 1.0),
        (0.3, 75.0, 2.0, 1.5, 1.8, 0.5, 2.5),
    ],
)
def test_a_gabor_function_is_found_again(numbers):
    fit = fit_gabor(drawn(*numbers))
    frequency, degrees, _, across, along, row, column = numbers
    assert fit.r2.item() == pytest.approx(1, abs=5e-3)
    assert fit.frequency.item() == pytest.approx(frequency, rel=0.05)
    assert abs((fit.angle.item() - degrees + 90) % 180 - 90) < 3
    assert fit.sigma_across.item() == pytest.approx(across, rel=0.1)
    assert fit.sigma_along.item() == pytest.approx(along, rel=0.1)
    assert (fit.row.item(), fit.column.item()) == pytest.approx((row, column), abs=0.1)


def test_scale_and_sign_do_not_matter():
    bank = gabor(5.0, orientations=3, size=11)
    one, other = fit_gabor(bank), fit_gabor(-1000 * bank)
    torch.testing.assert_close(one.r2, other.r2, atol=1e-5, rtol=0)


def test_angles_are_those_of_the_bank():
    fit = fit_gabor(gabor(6.0, orientations=6, phase=90, size=13))
    expected = 30.0 * torch.arange(6)
    assert (((fit.angle - expected + 90) % 180 - 90).abs() < 1).all()


def test_what_is_no_gabor_function_fits_badly():
    generator = torch.Generator().manual_seed(0)
    noise = fit_gabor(torch.randn(50, 1, 12, 12, generator=generator)).r2
    assert noise.max() < 0.5
    two = drawn(0.25, 0.0, 0.0, 1.2, 1.2, -3.5, -3.5) + drawn(0.25, 90.0, 0.0, 1.2, 1.2, 3.5, 3.5)
    assert 0.4 < fit_gabor(two).r2.item() < 0.65  # it takes one of the two


def test_fits_of_filters_made_by_hand():
    assert fit_gabor(sobel()).r2.min() > 0.9
    assert fit_gabor(gaussian(2.0, size=9)).r2.item() > 0.98  # a wave of no frequency is a bell


def test_gradients_are_left_alone():
    weight = torch.randn(2, 1, 6, 6, generator=torch.Generator().manual_seed(1)).requires_grad_()
    with torch.no_grad():
        assert not fit_gabor(weight).r2.requires_grad
    assert weight.grad is None


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(
        ValueError, match=r"weight must be filters of one channel, \(K, 1, H, W\), but got \(4, 3, 5, 5\)"
    ):
        fit_gabor(torch.rand(4, 3, 5, 5))
    with pytest.raises(ValueError, match="weight has a filter of zeros, number 1: nothing fits it"):
        fit_gabor(torch.stack([torch.ones(1, 5, 5), torch.zeros(1, 5, 5)]))
