import pytest
import torch

from striate.losses import dice, intersection_over_union

BOTH = pytest.mark.parametrize("loss", [dice, intersection_over_union])


@pytest.fixture
def scores():
    return torch.randn(2, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def labels():
    return torch.randint(3, (2, 4, 5), generator=torch.Generator().manual_seed(1))


def by_loops(scores, labels, ratio):
    chance = scores.softmax(1)
    found = []
    for n in range(scores.shape[0]):
        for k in range(scores.shape[1]):
            p, g = chance[n, k].flatten().tolist(), (labels[n] == k).flatten().tolist()
            found.append(1 - ratio(p, g))
    return sum(found) / len(found)


def test_dice_by_loops(scores, labels):
    def ratio(p, g):
        shared = sum(a * b for a, b in zip(p, g, strict=True))
        return (2 * shared + 0.5) / (sum(a * a for a in p) + sum(b * b for b in g) + 0.5)

    assert dice(scores, labels, 0.5).item() == pytest.approx(by_loops(scores, labels, ratio))


def test_intersection_over_union_by_loops(scores, labels):
    def ratio(p, g):
        shared = sum(a * b for a, b in zip(p, g, strict=True))
        return (shared + 0.5) / (sum(p) + sum(g) - shared + 0.5)

    assert intersection_over_union(scores, labels, 0.5).item() == pytest.approx(by_loops(scores, labels, ratio))


@BOTH
def test_regions_that_agree_cost_nothing_and_regions_apart_cost_all(loss):
    labels = torch.tensor([[0, 0, 1, 1]])
    right = torch.tensor([[[50.0, 50, -50, -50], [-50, -50, 50, 50]]])
    assert loss(right, labels).item() == pytest.approx(0, abs=1e-6)
    assert loss(-right, labels, 0.0).item() == pytest.approx(1)


@BOTH
def test_a_class_that_is_neither_there_nor_seen_costs_nothing(loss):
    scores = torch.tensor([[[50.0, 50.0], [-50.0, -50.0]]])
    assert loss(scores, torch.tensor([[0, 0]])).item() == pytest.approx(0, abs=1e-6)


@BOTH
def test_gradients_are_those_of_finite_differences(loss, scores, labels):
    assert torch.autograd.gradcheck(lambda scores: loss(scores, labels), scores.requires_grad_())


@BOTH
def test_what_is_refused(loss):
    with pytest.raises(
        ValueError, match=r"scores must have at least 3 dimensions \(N, classes, \*S\), but got \(1, 2\)"
    ):
        loss(torch.zeros(1, 2), torch.tensor([0]))
    with pytest.raises(ValueError, match="smooth must be at least 0, but got -1"):
        loss(torch.zeros(1, 2, 3), torch.zeros(1, 3, dtype=torch.int64), -1)
    with pytest.raises(ValueError, match="labels must have shape"):
        loss(torch.zeros(1, 2, 3), torch.zeros(1, 4, dtype=torch.int64))
