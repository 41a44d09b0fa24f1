import pytest
import torch

from striate.losses import hinge, multiclass_hinge


@pytest.mark.parametrize(("norm", "power"), [("L1", 1), ("L2", 2)])
def test_each_class_against_all_others_by_loops(norm, power):
    scores = 2 * torch.randn(4, 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0, 1], [2, 2], [1, 0], [0, 0]])
    total = 0.0
    for n in range(4):
        for place in range(2):
            for k in range(3):
                sign = 1 if labels[n, place] == k else -1
                total += max(0.0, 1 - sign * scores[n, k, place].item()) ** power
    assert hinge(scores, labels, norm).item() == pytest.approx(total / 8)


@pytest.mark.parametrize(("norm", "power"), [("L1", 1), ("L2", 2)])
def test_the_right_class_against_each_other_by_loops(norm, power):
    scores = 2 * torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels, total = [0, 2, 1, 1], 0.0
    for n, right in enumerate(labels):
        for k in range(3):
            total += (k != right) * max(0.0, 0.5 - (scores[n, right] - scores[n, k]).item()) ** power
    assert multiclass_hinge(scores, torch.tensor(labels), norm, margin=0.5).item() == pytest.approx(total / 12)


@pytest.mark.parametrize("loss", [hinge, multiclass_hinge])
@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_gradients_are_those_of_finite_differences(loss, norm):
    scores = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    assert torch.autograd.gradcheck(lambda scores: loss(scores, torch.tensor([0, 3, 1]), norm), scores)


@pytest.mark.parametrize("loss", [hinge, multiclass_hinge])
def test_what_is_refused(loss):
    with pytest.raises(ValueError, match="norm must be one of 'L1', 'L2', but got 'L3'"):
        loss(torch.zeros(1, 2), torch.tensor([0]), "L3")
    with pytest.raises(ValueError, match="labels must have shape"):
        loss(torch.zeros(2, 2), torch.tensor([0]))
