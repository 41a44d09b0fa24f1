import pytest
import torch

from striate.data import AUGMENTATIONS, augmented, random_affine, stream


def digits(side=28):
    return torch.rand(6, 1, side, side, generator=stream(0))


def test_none_leaves_images_as_they_are():
    x = digits()
    assert augmented(x, "none", generator=stream(0)) is x


def test_light_turns_scales_and_shifts_in_proportion_to_the_side():
    for side in (28, 56):
        expected = random_affine(
            digits(side), generator=stream(3), degrees=10, translate=side / 14, scale=0.1, fill=0.5
        )
        assert torch.equal(augmented(digits(side), "light", generator=stream(3), fill=0.5), expected)


def test_distort_bends_an_image_the_same_way_at_any_size(monkeypatch):
    seen = []
    monkeypatch.setattr("striate.data.augmentation.random_distortion", lambda x, **amounts: seen.append(amounts) or x)
    for side in (28, 56):
        augmented(digits(side), "distort", generator=stream(3), fill=0.5)
    small, large = seen
    for name in ("degrees", "scale", "squeeze", "shear", "fill"):
        assert small[name] == large[name] > 0, name
    for name in ("translate", "elastic", "sigma"):
        assert 2 * small[name] == pytest.approx(large[name]), name
        assert small[name] > 0


@pytest.mark.parametrize("kind", AUGMENTATIONS[1:])
def test_each_image_is_varied_by_its_own_amounts(kind):
    same = digits()[:1].expand(6, 1, 28, 28)
    varied = augmented(same, kind, generator=stream(1))
    assert varied.shape == same.shape
    assert len({tuple(image.flatten().tolist()) for image in varied}) == 6


def test_an_unknown_kind_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match="kind must be one of 'none', 'light', 'distort', but got 'heavy'"):
        augmented(digits(), "heavy", generator=stream(0))
