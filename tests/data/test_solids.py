import pytest
import torch

from striate.data.solids import SOLIDS, _depth, _rotations, draw_solids, solids


def test_volumes_are_of_their_seed_and_of_each_class_in_turn():
    volumes, labels = draw_solids(13, volume_size=(8, 12, 10), seed=2)
    assert (volumes.shape, volumes.dtype) == ((13, 1, 8, 12, 10), torch.uint8)
    assert labels.tolist() == [*range(6), *range(6), 0]
    assert torch.equal(volumes, draw_solids(13, volume_size=(8, 12, 10), seed=2)[0])
    assert not torch.equal(volumes, draw_solids(13, volume_size=(8, 12, 10), seed=3)[0])


def test_each_volume_shows_a_body_and_ground():
    volumes, _ = draw_solids(60)
    share = (volumes > 80).flatten(1).float().mean(1)
    assert 0.005 < share.min() < share.max() < 0.6


def test_rotations_turn_and_do_not_mirror():
    turned = _rotations(50, torch.Generator().manual_seed(0))
    torch.testing.assert_close(turned @ turned.mT, torch.eye(3).expand(50, 3, 3), atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.linalg.det(turned), torch.ones(50))
    assert turned.mean(0).abs().max() < 0.3  # no direction is preferred


@pytest.mark.parametrize("name", SOLIDS)
def test_a_depth_is_positive_inside_and_nothing_reaches_out_of_its_sphere(name):
    place = 2.4 * torch.rand(4000, 3, generator=torch.Generator().manual_seed(0)) - 1.2
    inside = _depth(name, place) > 0
    assert 0.02 < inside.float().mean() < 0.3
    assert place[inside].norm(dim=1).max() < 1.2
    middle = _depth(name, torch.zeros(1, 3))
    assert (middle > 0).item() is (name != "torus")


def test_a_volume_to_judge_by_is_none_to_learn_from():
    data = solids()
    assert (data.name, data.unit, data.classes) == ("solids", "volumes", SOLIDS)
    first, second = (part.inputs[:100].flatten(1).long() for part in (data.train, data.test))
    assert not (first[:, None] == second).all(2).any()


@pytest.mark.parametrize(
    ("number", "size", "message"),
    [(0, 8, "number must be at least 1"), (5, (8, 0, 8), "volume_size must be at least 1")],
)
def test_nothing_is_refused(number, size, message):
    with pytest.raises(ValueError, match=message):
        draw_solids(number, volume_size=size)
