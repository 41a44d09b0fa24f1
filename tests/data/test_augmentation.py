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


@pytest.mark.parametrize("kind", ["planar", "distort"])
def test_distortions_are_the_same_at_any_size(monkeypatch, kind):
    seen = []
    monkeypatch.setattr("striate.data.augmentation.random_distortion", lambda x, **amounts: seen.append(amounts) or x)
    for side in (28, 56):
        augmented(digits(side), kind, generator=stream(3), fill=0.5)
    small, large = seen
    in_pixels = {"translate", "elastic", "sigma"} & small.keys()
    assert {"translate", "scale", "squeeze", "shear"} <= small.keys() == large.keys()
    for name in small.keys() - in_pixels - {"generator"}:
        assert small[name] == large[name] > 0, name
    for name in in_pixels:
        assert 2 * small[name] == pytest.approx(large[name]), name
        assert small[name] > 0


def test_only_distort_bends(monkeypatch):
    seen = {}
    monkeypatch.setattr("striate.data.augmentation.random_distortion", lambda _, **amounts: amounts)
    for kind in ("planar", "distort"):
        seen[kind] = augmented(digits(), kind, generator=stream(3))
    assert {"elastic", "sigma", "degrees"} == seen["distort"].keys() - seen["planar"].keys()
    assert all(seen["planar"][name] < seen["distort"][name] for name in ("translate", "scale", "squeeze", "shear"))


@pytest.mark.parametrize("kind", AUGMENTATIONS[1:])
def test_each_image_is_varied_by_its_own_amounts(kind):
    same = digits()[:1].expand(6, 1, 28, 28)
    varied = augmented(same, kind, generator=stream(1))
    assert varied.shape == same.shape
    assert len({tuple(image.flatten().tolist()) for image in varied}) == 6


def test_an_unknown_kind_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match="kind must be one of 'none', 'light', 'planar', 'distort', but got 'heavy'"):
        augmented(digits(), "heavy", generator=stream(0))
