import pytest
import torch

from striate.train.linear_readout import linear_readout


@pytest.fixture
def blobs():
    generator = torch.Generator().manual_seed(4)
    labels = torch.arange(3).repeat(200)
    centres = torch.tensor([[5.0, 0, 0, 0], [0, 5, 0, 0], [0, 0, 5, 0]])
    return centres[labels] + torch.randn(600, 4, generator=generator), labels


def test_classes_that_lie_apart_are_told_apart(blobs):
    features, labels = blobs
    found = linear_readout(features[:300], labels[:300], features[300:], classes=3)
    assert (found == labels[300:]).float().mean() > 0.97


def test_labels_that_say_nothing_are_not_learnt(blobs):
    features, labels = blobs
    shuffled = labels[torch.randperm(600, generator=torch.Generator().manual_seed(1))]
    found = linear_readout(features[:300], shuffled[:300], features[300:], classes=3)
    assert (found == shuffled[300:]).float().mean() < 0.5


def test_the_scale_of_features_and_constant_ones_do_not_matter(blobs):
    features, labels = blobs
    changed = torch.cat([features * torch.tensor([1e3, 1e3, 1e3, 1e3]) + 7, torch.ones(600, 1)], 1)
    found = linear_readout(changed[:300], labels[:300], changed[300:], classes=3)
    assert (found == labels[300:]).float().mean() > 0.97


def test_the_same_seed_gives_the_same_labels_and_leaves_torchs_generator_alone(blobs):
    features, labels = blobs
    state = torch.get_rng_state()
    one, other = (linear_readout(features, labels, features, classes=3, epochs=1, seed=3) for _ in range(2))
    assert torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_what_does_not_fit_together_is_refused(blobs):
    features, labels = blobs
    with pytest.raises(ValueError, match=r"train and test are \(N, features\), but got \(600, 4\) and \(600, 3\)"):
        linear_readout(features, labels, features[:, :3], classes=3)
    with pytest.raises(ValueError, match="labels must be one a row of train, 600, but got 5"):
        linear_readout(features, labels[:5], features, classes=3)
