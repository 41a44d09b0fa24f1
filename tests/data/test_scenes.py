import pytest
import torch

from striate.data.mnist import load_mnist
from striate.data.scenes import CLASSES, INK, LARGEST, draw_scenes


@pytest.fixture(scope="module")
def data():
    return draw_scenes(24, 8, size=48, seed=5)


def test_every_pixel_has_a_class(data):
    assert data.train.inputs.shape == (24, 1, 48, 48)
    assert data.test.labels.shape == (8, 48, 48)
    assert data.classes == CLASSES == ("background", *"0123456789")
    assert data.train.labels.unique().tolist() == list(range(11))


def test_a_scene_has_3_to_5_digits_on_a_background(data):
    kinds = [len(labels.unique()) - 1 for labels in data.train.labels]
    assert 1 <= min(kinds) < max(kinds) <= 5  # a digit may come twice, and hide another
    share = (data.train.labels > 0).float().mean((1, 2))
    assert 0.02 < share.min() < share.max() < 0.4


def test_digits_are_brighter_than_their_background(data):
    ink, background = (
        data.train.inputs[:, 0][where].float().mean() for where in (data.train.labels > 0, data.train.labels == 0)
    )
    assert ink > 2 * background
    assert data.train.inputs[:, 0][data.train.labels == 0].float().max() > 0.6 * 255  # strokes that mean nothing


def test_a_scene_depends_on_seed_and_number_alone(data):
    fewer, other = draw_scenes(3, 2, size=48, seed=5), draw_scenes(3, 2, size=48, seed=6)
    for part in ("train", "test"):
        for name in ("inputs", "labels"):
            ours = getattr(getattr(data, part), name)
            assert torch.equal(getattr(getattr(fewer, part), name), ours[: len(getattr(fewer, part))])
            assert not torch.equal(getattr(getattr(other, part), name), ours[: len(getattr(other, part))])


def test_the_digits_of_the_test_part_are_those_of_mnists(monkeypatch):
    digits = load_mnist()
    digits.train.images.zero_()
    monkeypatch.setattr("striate.data.scenes.load_mnist", lambda: digits)
    data = draw_scenes(2, 2)
    assert data.train.labels.sum() == 0
    assert data.test.labels.sum() > 0


def test_a_label_is_where_the_ink_is(monkeypatch):
    digits = load_mnist()
    digits.train.images.fill_(int(255 * INK) + 1)
    digits.train.labels.fill_(4)
    monkeypatch.setattr("striate.data.scenes.load_mnist", lambda: digits)
    (labels,) = draw_scenes(1, 1, size=LARGEST).train.labels
    assert labels.unique().tolist() in ([5], [0, 5])
    assert (labels == 5).sum() >= 16 * 16


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="size must be at least 28, but got 27"):
        draw_scenes(1, 1, size=27)
    with pytest.raises(ValueError, match="train must be at least 1, but got 0"):
        draw_scenes(0, 1)
