import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from striate.data import affine, random_affine, stream


def images(*shape, seed=0):
    return torch.rand(*shape, generator=stream(seed))


def warp(x, degrees=0.0, translate=(0.0, 0.0), scale=1.0, fill=0.0):
    n = len(x)
    return affine(
        x,
        degrees=torch.full((n,), degrees, dtype=x.dtype),
        translate=torch.tensor([translate] * n, dtype=x.dtype),
        scale=torch.full((n,), scale, dtype=x.dtype),
        fill=fill,
    )


def oracle(x, degrees, translate, scale, fill):
    """The definition in Python floats: each output pixel looks up its source, bilinearly."""
    channels, height, width = x.shape
    out = torch.empty_like(x)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    for row in range(height):
        for column in range(width):
            u, v = column - (width - 1) / 2 - translate[0], row - (height - 1) / 2 - translate[1]
            across = (cos * u - sin * v) / scale + (width - 1) / 2
            down = (sin * u + cos * v) / scale + (height - 1) / 2
            left, top = math.floor(across), math.floor(down)
            for channel in range(channels):
                out[channel, row, column] = sum(
                    (1 - abs(across - c)) * (1 - abs(down - r)) * (x[channel, r, c].item() if inside else fill)
                    for r in (top, top + 1)
                    for c in (left, left + 1)
                    for inside in [0 <= r < height and 0 <= c < width]
                )
    return out


AMOUNTS = st.floats(-3, 3)


@given(
    height=st.integers(1, 6),
    width=st.integers(1, 6),
    degrees=st.floats(-360, 360),
    translate=st.tuples(AMOUNTS, AMOUNTS),
    scale=st.floats(0.3, 3),
    fill=st.sampled_from([0.0, 0.25, -1.0]),
)
def test_affine_is_its_definition(height, width, degrees, translate, scale, fill):
    x = images(1, 2, height, width).double()
    expected = oracle(x[0], degrees, translate, scale, fill)
    # Rounding moves a source by about 1e-14 pixels of a slope of at most 2 a pixel.
    torch.testing.assert_close(warp(x, degrees, translate, scale, fill)[0], expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("right", "down"), [(2, 0), (0, 3), (-1, 2), (4, -4)])
def test_whole_shift_is_a_roll_inside(right, down):
    x = images(3, 2, 9, 11)
    x[..., :4, :], x[..., -4:, :], x[..., :4], x[..., -4:] = 0, 0, 0, 0
    expected = torch.roll(x, (down, right), (2, 3))
    torch.testing.assert_close(warp(x, translate=(right, down)), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("quarter", [1, 2, 3, -1])
def test_quarter_turns_are_counter_clockwise(quarter):
    x = images(2, 1, 7, 7)
    torch.testing.assert_close(warp(x, degrees=90.0 * quarter), x.rot90(quarter, (2, 3)), rtol=0, atol=1e-5)


def test_fill_is_what_lies_outside():
    moved = warp(images(1, 2, 5, 6), translate=(3, 0), fill=0.7)
    torch.testing.assert_close(moved[..., :3], torch.full((1, 2, 5, 3), 0.7))


def test_mass_is_roughly_conserved():
    blob = torch.zeros(64, 1, 28, 28)
    blob[..., 9:19, 10:18] = images(64, 1, 10, 8)
    warped = random_affine(blob, generator=stream(3), degrees=20, translate=3, scale=0)
    torch.testing.assert_close(warped.sum((1, 2, 3)), blob.sum((1, 2, 3)), rtol=0.05, atol=0)
    assert not torch.allclose(warped, blob, atol=0.1)


def test_zero_amounts_copy_exactly():
    x = images(4, 3, 9, 8)
    copy = random_affine(x, generator=stream(0), degrees=0, translate=0, scale=0)
    assert torch.equal(copy, x)
    assert copy.data_ptr() != x.data_ptr()


def test_same_state_gives_the_same_result():
    def warped(seed):
        return random_affine(images(5, 1, 9, 8), generator=stream(seed, 1, 2), degrees=9, translate=2, scale=0.1)

    assert torch.equal(warped(7), warped(7))
    assert not torch.equal(warped(7), warped(8))


def test_an_image_does_not_depend_on_its_batch():
    x, n = images(37, 2, 13, 11), 37
    degrees, scale, translate = 40 * images(n, seed=1), 0.5 + images(n, seed=2), 3 * images(n, 2, seed=3)
    whole = affine(x, degrees=degrees, translate=translate, scale=scale)
    for i in (0, 17, 36):
        alone = slice(i, i + 1)
        one = affine(x[alone], degrees=degrees[alone], translate=translate[alone], scale=scale[alone])
        assert torch.equal(one[0], whole[i])


def test_amounts_stay_in_their_ranges(monkeypatch):
    seen = {}
    monkeypatch.setattr("striate.data.transforms.affine", lambda _, **amounts: seen.update(amounts))
    random_affine(images(4000, 1, 1, 1), generator=stream(1), degrees=10, translate=2, scale=0.1)
    for amounts, low, high in ((seen["degrees"], -10, 10), (seen["translate"], -2, 2), (seen["scale"], 0.9, 1.1)):
        margin = 0.01 * (high - low)  # 4,000 draws leave 1 % at an end empty with probability 4e-18
        assert low <= amounts.min() < low + margin
        assert high - margin < amounts.max() <= high
    columns = torch.column_stack([seen["degrees"], seen["translate"], seen["scale"]])
    correlation = columns.T.corrcoef().fill_diagonal_(0)
    assert correlation.abs().max() < 0.1  # six standard deviations of what 4,000 independent draws give


def test_empty_batch():
    assert random_affine(images(0, 1, 9, 8), generator=stream(1), degrees=9, translate=2, scale=0.1).shape[0] == 0


def call(x=None, **changes):
    arguments = {"generator": stream(0), "degrees": 10, "translate": 2, "scale": 0.1}
    return random_affine(images(2, 1, 5, 5) if x is None else x, **(arguments | changes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"degrees": -1}, "degrees: came as -1, expected at least 0 and below 360"),
        ({"translate": -0.5}, "translate: came as -0.5, expected at least 0 and below inf"),
        ({"scale": 1}, "scale: came as 1, expected at least 0 and below 1"),
        ({"x": torch.linspace(0, 1, 25).reshape(5, 5)}, r"images: came as \(5, 5\), expected \(B, C, H, W\)"),
    ],
)
def test_impossible_amounts(change, message):
    with pytest.raises(ValueError, match=message):
        call(**change)


def test_wrong_types():
    with pytest.raises(TypeError, match=r"images: came as torch\.uint8, expected floating point: images\.float"):
        call(images(2, 1, 5, 5).to(torch.uint8))
    with pytest.raises(TypeError, match=r"generator: came as int, expected a torch\.Generator: stream\(seed, \.\.\.\)"):
        call(generator=0)


def test_wrong_number_of_amounts():
    x = images(3, 1, 5, 5)
    with pytest.raises(ValueError, match=r"translate: came as \(3,\), expected \(3, 2\), one an image"):
        affine(x, degrees=images(3), translate=images(3), scale=images(3))
