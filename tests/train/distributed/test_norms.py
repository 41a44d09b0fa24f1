import pytest
import torch
import workers
from processes import together
from samples import BarNet
from torch import nn

from striate.train.distributed.norms import Together, synchronised


@pytest.mark.parametrize("rows", [6, 7])
def test_two_processes_normalise_as_one(tmp_path, rows):
    generator = torch.Generator().manual_seed(rows)
    images, weights = (torch.randn(rows, 3, 5, 4, generator=generator) for _ in range(2))
    images = 50 + images  # a mean far from zero, where a one-pass variance would cancel
    torch.save((images, weights), tmp_path / "images.pt")
    assert together(2, workers.normalise, tmp_path) == [0, 0]
    norm, whole = nn.BatchNorm2d(3).double(), images.double().requires_grad_()
    made = norm(whole)
    (made * weights.double()).sum().backward()
    found = [torch.load(tmp_path / f"norm-{rank}.pt") for rank in range(2)]
    # Each value is a sum over n = rows * 20 elements of size up to 55, relative to a deviation near 1
    bound = 4 * rows * 20 * 55 * torch.finfo(torch.float32).eps
    torch.testing.assert_close(torch.cat([one["made"] for one in found]).double(), made.detach(), rtol=0, atol=bound)
    gradients = torch.cat([one["gradient"] for one in found]).double()
    torch.testing.assert_close(gradients, whole.grad, rtol=0, atol=bound)
    shared = sum(one["weight_gradient"] for one in found).double()
    torch.testing.assert_close(shared, norm.weight.grad, rtol=0, atol=20 * rows * bound)
    for name in ("running_mean", "running_var"):
        for one in found:
            torch.testing.assert_close(one[name].double(), norm.state_dict()[name], rtol=0, atol=bound)
    assert found[0]["num_batches_tracked"] == 1


def test_a_model_is_left_as_it_was():
    model = BarNet()
    before = set(model.state_dict()), dict(vars(model[1]))
    with synchronised(model, Together()):
        assert "forward" in vars(model[1])
        assert set(model.state_dict()) == before[0]
    assert set(vars(model[1])) == set(before[1])


def test_a_batch_that_every_process_has_whole_is_normalised_alone():
    model, other, images = BarNet(), BarNet(), torch.rand(4, 1, 12, 12)
    with synchronised(model, Together(yes=False)):
        assert torch.equal(model[1](model[0](images)), other[1](other[0](images)))
    assert torch.equal(model[1].running_var, other[1].running_var)
