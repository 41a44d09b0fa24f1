"""Filters made by hand, against what their authors say of them."""

import math

import pytest
import torch

import striate.functional as SF
from striate import filters

SMOOTHING = [filters.box(4), filters.gaussian(1.5), filters.motion_blur(7, 30), filters.sharpen(0.5), filters.unsharp()]
EDGES = [
    filters.line(),
    filters.prewitt(),
    filters.sobel(),
    filters.scharr(),
    filters.laplacian(),
    filters.laplacian(diagonal=True, ndim=3),
    filters.laplacian_of_gaussian(0.8),
    filters.gabor(5.0, 3),
    filters.gabor(5.0, 3, phase=90),
    filters.haar()[1:],
]


def ramp(*slopes, size=15):
    """An image that rises by `slopes` a pixel down and to the right."""
    axes = torch.meshgrid(*[torch.arange(float(size))] * len(slopes), indexing="ij")
    return sum(slope * axis for slope, axis in zip(slopes, axes, strict=True))[None, None]


@pytest.mark.parametrize("weight", SMOOTHING)
def test_what_averages_adds_up_to_one(weight):
    torch.testing.assert_close(weight.flatten(1).sum(1), torch.ones(len(weight)))
    assert weight.dtype == torch.float32


@pytest.mark.parametrize("weight", EDGES)
def test_what_answers_to_changes_adds_up_to_nothing(weight):
    torch.testing.assert_close(weight.flatten(1).sum(1), torch.zeros(len(weight)), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("make", "steepness"), [(filters.prewitt, 6), (filters.sobel, 8), (filters.scharr, 32)])
def test_derivatives_are_those_of_a_ramp_along_their_axis(make, steepness):
    answer = SF.conv(ramp(3.0, 5.0), make())
    torch.testing.assert_close(answer[0, 0], torch.full_like(answer[0, 0], 3.0 * steepness))
    torch.testing.assert_close(answer[0, 1], torch.full_like(answer[0, 1], 5.0 * steepness))
    assert make(ndim=3).shape == (3, 1, 3, 3, 3)


def test_the_laplacians_of_a_bowl():
    bowl = ramp(1.0, 0.0) ** 2 + ramp(0.0, 1.0) ** 2
    torch.testing.assert_close(SF.conv(bowl, filters.laplacian()), torch.full((1, 1, 13, 13), 4.0))
    torch.testing.assert_close(SF.conv(bowl, filters.laplacian(diagonal=True)), torch.full((1, 1, 13, 13), 12.0))
    smooth = SF.conv(bowl, filters.laplacian_of_gaussian(1.5, 13))
    torch.testing.assert_close(smooth, torch.full_like(smooth, 4.0), rtol=0.01, atol=0)


def test_a_gaussian_spreads_by_sigma():
    taps = filters.gaussian(2.0, 25, ndim=1).double().flatten()
    places = torch.arange(25.0, dtype=torch.float64) - 12
    assert (taps * places**2).sum().sqrt().item() == pytest.approx(2.0, rel=1e-3)
    plane = filters.gaussian(2.0, 25).double()
    torch.testing.assert_close(plane[0, 0], taps[:, None] * taps, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("index", range(4))
def test_a_line_is_seen_by_the_detector_of_its_angle(index):
    image = torch.zeros(1, 1, 9, 9)
    steps = [(0, 1), (-1, 1), (1, 0), (1, 1)][index]  # angles count anticlockwise, and rows downwards
    for i in range(-4, 5):
        image[0, 0, 4 + i * steps[0], 4 + i * steps[1]] = 1
    answers = SF.conv(image, filters.line())[0, :, 3, 3]
    assert answers.argmax() == index
    assert answers[index] == 6


@pytest.mark.parametrize("index", range(4))
def test_gabor_filters_see_stripes_of_their_direction_and_width(index):
    angle = math.pi * index / 4
    down, right = torch.meshgrid(torch.arange(33.0) - 16, torch.arange(33.0) - 16, indexing="ij")
    stripes = torch.cos(2 * math.pi * (right * math.cos(angle) - down * math.sin(angle)) / 6)[None, None]
    answers = SF.conv(stripes, filters.gabor(6.0, 4, size=33)).abs().flatten()
    assert answers.argmax() == index
    assert answers.max() > 5 * answers.sort().values[-2]
    narrow = SF.conv(stripes, filters.gabor(12.0, 4, size=33)).abs().flatten()
    assert narrow.max() < answers.max() / 2


def test_motion_blur_runs_along_its_angle():
    flat, steep = filters.motion_blur(9, 0)[0, 0], filters.motion_blur(9, 90)[0, 0]
    torch.testing.assert_close(steep, flat.T)
    assert flat[4].sum() == 1
    slanted = filters.motion_blur(9, 45)[0, 0]
    assert (slanted[1, 7] > 0, slanted[7, 1] > 0) == (True, True)  # up to the right
    assert slanted[1, 1] == 0 == slanted[7, 7]


def test_haar_s_wavelets_are_undone_by_their_transpose():
    image = torch.rand(2, 1, 6, 8)
    parts = SF.conv(image, filters.haar(), stride=2)
    torch.testing.assert_close(SF.conv_transpose(parts, filters.haar(), stride=2), image)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: filters.line(30), "angles must be among 0, 45, 90, 135, but got 30"),
        (lambda: filters.gaussian(0), "sigma must be above 0, but got 0"),
        (lambda: filters.gaussian(1, 4), "size must be odd, so that a tap is in the middle, but got 4"),
        (lambda: filters.motion_blur(4), "length must be odd"),
        (lambda: filters.gabor(-1), "wavelength must be above 0"),
        (lambda: filters.gabor(orientations=0), "orientations must be"),
        (lambda: filters.box(0), "size must be"),
        (lambda: filters.filters_of("sobol"), "kernel must be one of 'box', .*'sobel', 'unsharp', but got 'sobol'"),
        (lambda: filters.filters_of("sobel:size=3"), "kernel 'sobel' has no arguments, but got 'size'"),
        (lambda: filters.filters_of("line-vertical:angles=0"), "kernel 'line-vertical' has no arguments"),
        (lambda: filters.filters_of("gaussian:s=3"), "kernel 'gaussian' has the arguments sigma, size, but got 's'"),
        (lambda: filters.filters_of("gaussian:sigma=wide"), "sigma must be a number, but got 'wide'"),
        (lambda: filters.respond(torch.zeros(3, 4, 4), torch.zeros(2, 3, 3, 3)), "filters of one channel"),
        (lambda: filters.respond(torch.zeros(4, 4), filters.sobel()), r"\(C, \*S\) with 2 spatial axes"),
        (lambda: filters.combine(torch.zeros(2, 4), "mean"), "how must be one of 'sum', 'max', 'magnitude'"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


SEPARABLE = {
    "box": filters.box(4),
    "box, three axes": filters.box(3, ndim=3),
    "gaussian": filters.gaussian(1.5),
    "gaussian, three axes": filters.gaussian(0.7, ndim=3),
    "prewitt": filters.prewitt(),
    "sobel": filters.sobel(),
    "sobel, three axes": filters.sobel(ndim=3),
    "scharr": filters.scharr(),
    "lines along the axes": filters.line((0, 90)),
    "motion blur along a row": filters.motion_blur(7),
    "motion blur along a column": filters.motion_blur(7, 90),
    "gabor along the axes": filters.gabor(5.0, 2, phase=90),
    "haar": filters.haar(),
}
OTHERS = {
    "laplacian": filters.laplacian(),
    "laplacian with diagonals": filters.laplacian(diagonal=True),
    "laplacian of a gaussian": filters.laplacian_of_gaussian(),
    "diagonal lines": filters.line((45, 135)),
    "slanted motion blur": filters.motion_blur(7, 30),
    "sharpen": filters.sharpen(),
    "unsharp": filters.unsharp(),
    "emboss": filters.emboss(),
}


@pytest.mark.parametrize("name", [*SEPARABLE, *OTHERS])
def test_separable_where_it_is(name):
    for filter in {**SEPARABLE, **OTHERS}[name]:
        residual = SF.separate_kernel(filter[None], 1).residual
        assert residual < 1e-6 if name in SEPARABLE else residual > 0.03


@pytest.mark.parametrize("name", SEPARABLE)
def test_a_separable_bank_is_separated_at_once(name):
    weight = SEPARABLE[name]
    weights, residual = SF.separate_kernel(weight, 1, groups=len(weight))
    assert residual < 1e-6
    plane = ramp(*(1.0, -2.0, 0.5)[: weight.ndim - 2], size=19).square() / 100
    image = plane.expand(1, len(weight), *plane.shape[2:])
    expected = SF.conv(image, weight, groups=len(weight))
    result = SF.spatial_separable_conv(image, weights, groups=len(weight))
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-3)
