import pytest
import torch

from striate.losses import contrastive


def test_by_hand():
    first = torch.zeros(3, 2)
    second = torch.tensor([[3.0, 4.0], [0.6, 0.8], [3.0, 4.0]])  # 5, 1 and 5 apart
    same = torch.tensor([True, False, False])
    assert contrastive(first, second, same, margin=2.0).item() == pytest.approx((25 / 2 + (2 - 1) ** 2 / 2 + 0) / 3)


def test_gradients_are_those_of_finite_differences():
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.randn(4, 3, dtype=torch.float64, generator=generator).requires_grad_() for _ in range(2))
    same = torch.tensor([True, False, True, False])
    assert torch.autograd.gradcheck(lambda a, b: contrastive(a, b, same, 3.0), (first, second))


def test_a_pair_in_one_place_has_a_gradient_that_is_a_number():
    first = torch.ones(2, 3, requires_grad=True)
    loss = contrastive(first, torch.ones(2, 3), torch.tensor([True, False]), margin=2.0)
    assert loss.item() == 4 / 2 / 2
    loss.backward()
    assert torch.equal(first.grad, torch.zeros(2, 3))


@pytest.mark.parametrize(
    ("first", "second", "same", "margin", "message"),
    [
        ((2, 3), (2, 4), (2,), 1, r"second must have the shape of first, \(2, 3\), but got \(2, 4\)"),
        (
            (2, 3),
            (2, 3),
            (2, 1),
            1,
            r"first must have shape \(N, features\) and same \(N,\), but got .* and \(2, 1\)",
        ),
        ((2, 3), (2, 3), (2,), 0, "margin must be above 0, but got 0"),
    ],
)
def test_what_is_refused(first, second, same, margin, message):
    with pytest.raises(ValueError, match=message):
        contrastive(torch.zeros(first), torch.zeros(second), torch.zeros(same), margin)
