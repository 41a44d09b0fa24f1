import math

import pytest
import torch

from striate.data import random_distortion, stream
from striate.data.distortions import elastic_field


def images(*shape, seed=0):
    return torch.rand(*shape, generator=stream(seed))


def blob(side=81, spread=6.0):
    """A round Gaussian of ink in the middle of one image."""
    ray = torch.exp(-((torch.arange(side).double() - (side - 1) / 2) ** 2) / (2 * spread**2))
    return (ray[:, None] * ray)[None, None]


def moments(x):
    """Centroid (right, down) and covariance of the ink of images (B, 1, H, W), about the centre of the image."""
    down, right = (torch.arange(size).double() - (size - 1) / 2 for size in x.shape[2:])
    ink = x[:, 0] / x.sum((1, 2, 3))[:, None, None]
    places = torch.stack(torch.meshgrid(right, down, indexing="xy"), dim=-1)
    mean = torch.einsum("byx,yxi->bi", ink, places)
    apart = places - mean[:, None, None]
    return mean, torch.einsum("byx,byxi,byxj->bij", ink, apart, apart)


class Ends:
    """A generator's place is taken by draws that are all at one end of their range."""

    def __init__(self, monkeypatch, value):
        monkeypatch.setattr(
            "striate.data.distortions.symmetric_draws", lambda x, count, _: x.new_full((len(x), count), value)
        )


@pytest.mark.parametrize("end", [1.0, -1.0])
@pytest.mark.parametrize(
    ("amounts", "matrix"),  # that the ink is moved by; rows are (right, down)
    [
        ({"scale": 0.2}, lambda a: [[1 + 0.2 * a, 0], [0, 1 + 0.2 * a]]),
        ({"squeeze": 0.2}, lambda a: [[1 + 0.2 * a, 0], [0, 1 / (1 + 0.2 * a)]]),
        ({"shear": 0.3}, lambda a: [[1, 0.3 * a], [0, 1]]),
        ({"degrees": 30.0, "squeeze": 0.2}, lambda a: turned(30 * a, [[1 + 0.2 * a, 0], [0, 1 / (1 + 0.2 * a)]])),
        ({"squeeze": 0.2, "shear": 0.3}, lambda a: sheared(0.3 * a, [[1 + 0.2 * a, 0], [0, 1 / (1 + 0.2 * a)]])),
    ],
)
def test_ink_is_moved_by_the_matrix_of_each_distortion(monkeypatch, end, amounts, matrix):
    Ends(monkeypatch, end)
    x = blob()
    mean, spread = moments(random_distortion(x, generator=stream(0), **amounts))
    _, before = moments(x)
    m = torch.tensor(matrix(end), dtype=torch.float64)
    torch.testing.assert_close(mean[0], torch.zeros(2).double(), rtol=0, atol=0.01)
    # A bilinear look-up blurs by at most a quarter of a pixel squared an axis, which the maps stretch below 1.6-fold.
    torch.testing.assert_close(spread[0], m @ before[0] @ m.T, rtol=0, atol=0.4)


def turned(degrees, matrix):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (torch.tensor([[c, s], [-s, c]]) @ torch.tensor(matrix)).tolist()  # counter-clockwise; down is positive


def sheared(slant, matrix):
    return (torch.tensor([[1.0, slant], [0.0, 1.0]]) @ torch.tensor(matrix)).tolist()


def test_a_shift_is_in_pixels(monkeypatch):
    Ends(monkeypatch, 1.0)
    x = images(2, 1, 7, 9)
    moved = random_distortion(x, generator=stream(0), translate=2.0)
    torch.testing.assert_close(moved[..., 2:, 2:], x[..., :-2, :-2], rtol=0, atol=1e-5)


def test_fill_is_what_lies_outside(monkeypatch):
    Ends(monkeypatch, 1.0)
    moved = random_distortion(images(2, 3, 7, 9), generator=stream(0), translate=2.0, fill=0.7)
    torch.testing.assert_close(moved[..., :2], torch.full((2, 3, 7, 2), 0.7))


def test_an_elastic_field_is_smoothed_noise():
    generator = stream(5)
    x = images(2, 1, 11, 13).double()
    field = elastic_field(x, generator=generator, sigma=2.0)
    noise = 2 * torch.rand(2, 2 * 11 * 13, generator=stream(5)).double() - 1
    noise = noise.reshape(2, 2, 11, 13)
    # The definition, place by place; the sum of a squared Gaussian over a line is sigma sqrt(pi), to 1e-16 for sigma 2.
    norm = math.sqrt(3) / (2.0 * math.sqrt(math.pi))
    for row, column in ((0, 0), (5, 6), (10, 12), (3, 11)):
        squared = (torch.arange(11) - row)[:, None] ** 2 + (torch.arange(13) - column) ** 2
        expected = norm * (noise * torch.exp(-squared.double() / (2 * 2.0**2))).sum((2, 3))
        torch.testing.assert_close(field[:, :, row, column], expected, rtol=0, atol=1e-12)


def test_an_elastic_displacement_moves_where_the_field_says():
    ramp = torch.arange(28.0).expand(1, 1, 28, 28).clone()  # each pixel holds its column
    bent = random_distortion(ramp, generator=stream(9), elastic=1.0)
    generator = stream(9)
    torch.rand(1, 6, generator=generator)  # the planar amounts are drawn first
    right = elastic_field(ramp, generator=generator, sigma=4.0)[:, :1]
    assert right[..., 6:22, 6:22].abs().max() < 5  # so that nothing inside looks outside
    torch.testing.assert_close((bent - ramp)[..., 6:22, 6:22], right[..., 6:22, 6:22], rtol=0, atol=1e-4)
    assert right[..., 6:22, 6:22].abs().max() > 0.5


def test_its_root_mean_square_inside_is_what_was_asked_for():
    field = elastic_field(images(400, 1, 40, 28), generator=stream(1), sigma=3.0)
    inside = field[:, :, 14:26, 12:16]
    assert inside.square().mean().sqrt().item() == pytest.approx(1.0, abs=0.05)
    assert field[:, :, 0, 0].square().mean().sqrt().item() < 0.7  # half of each axis' noise is missing: 1/2
    across = (inside[:, 0] * inside[:, 1]).mean().item()
    assert abs(across) < 0.1


def test_zero_amounts_copy_exactly():
    x = images(4, 3, 9, 8)
    copy = random_distortion(x, generator=stream(0))
    assert torch.equal(copy, x)
    assert copy.data_ptr() != x.data_ptr()


def test_same_state_gives_the_same_result_and_images_their_own():
    amounts = {"translate": 2, "scale": 0.1, "squeeze": 0.1, "shear": 0.2, "degrees": 5, "elastic": 1.0}
    same = images(1, 1, 12, 12).expand(5, 1, 12, 12).contiguous()

    def warped(seed):
        return random_distortion(same, generator=stream(seed, 1, 2), **amounts)

    assert torch.equal(warped(7), warped(7))
    assert not torch.equal(warped(7), warped(8))
    assert len({tuple(image.flatten().tolist()) for image in warped(7)}) == 5


def test_empty_batch():
    assert random_distortion(images(0, 1, 9, 8), generator=stream(1), shear=0.2, elastic=1.0).shape == (0, 1, 9, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"degrees": 360}, "degrees: came as 360, expected at least 0 and below 360"),
        ({"translate": -0.5}, "translate: came as -0.5, expected at least 0 and below inf"),
        ({"scale": 1}, "scale: came as 1, expected at least 0 and below 1"),
        ({"squeeze": 1.5}, "squeeze: came as 1.5, expected at least 0 and below 1"),
        ({"shear": -0.1}, "shear: came as -0.1, expected at least 0 and below inf"),
        ({"elastic": float("nan")}, "elastic: came as nan, expected at least 0 and below inf"),
        ({"elastic": 1.0, "sigma": 0.0}, r"sigma: came as 0\.0, expected a finite number of pixels above 0"),
    ],
)
def test_impossible_amounts(change, message):
    with pytest.raises(ValueError, match=message):
        random_distortion(images(2, 1, 5, 5), generator=stream(0), **change)


def test_wrong_images_and_generators():
    with pytest.raises(TypeError, match=r"images: came as torch\.uint8, expected floating point"):
        random_distortion(torch.zeros(1, 1, 5, 5, dtype=torch.uint8), generator=stream(0), shear=0.1)
    with pytest.raises(ValueError, match=r"images: came as \(5, 5\), expected \(B, C, H, W\)"):
        random_distortion(images(5, 5), generator=stream(0), shear=0.1)
    with pytest.raises(TypeError, match=r"generator: came as int, expected a torch\.Generator"):
        random_distortion(images(1, 1, 5, 5), generator=3, shear=0.1)
