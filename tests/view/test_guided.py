import pytest
import rectified
import torch
from torch import nn
from torch.nn import functional as F

from striate.view import guided_backpropagation


def test_of_a_linear_net_it_is_the_gradient():
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(2), nn.Conv2d(3, 2, 2)).double()
    image = torch.rand(2, 9, 9).double().requires_grad_()
    found = guided_backpropagation(model, image, "2", 1, (1, 0)).array
    answer = model(image)[1, 1, 0]
    assert found.activation == pytest.approx(float(answer.detach()), rel=1e-12)
    assert torch.allclose(found.signal, torch.autograd.grad(answer, image)[0], rtol=1e-12, atol=0)


def test_a_signal_passes_where_it_and_what_the_rectifier_passed_are_above_0():
    model = nn.Sequential(nn.Conv1d(1, 4, 1, bias=False), nn.ReLU(), nn.Conv1d(4, 1, 1, bias=False))
    model[0].weight.data = torch.tensor([1.0, -1.0, 2.0, -2.0]).reshape(4, 1, 1)  # the image opens 0 and 2
    model[2].weight.data = torch.tensor([1.0, 1.0, -1.0, -1.0]).reshape(1, 4, 1)  # the signal passes 0 and 1
    found = guided_backpropagation(model, torch.tensor([[5.0]]), "2").array
    assert found.signal.tolist() == [[1.0]]  # 0 alone is both
    assert found.activation == 5 - 10


@pytest.mark.parametrize("call", rectified.CALLS)
def test_every_way_to_call_a_rectifier_is_seen(call):
    image = torch.rand(1, 12, 12)
    expected = guided_backpropagation(rectified.Net(nn.ReLU()), image, "head", 1).array.signal
    assert expected.any()
    found = guided_backpropagation(rectified.Net(rectified.CALLS[call]), image, "head", 1).array.signal
    assert torch.equal(found, expected)


def test_without_rectified_signals_it_is_the_derivative_of_any_activation():
    image = torch.rand(1, 6).requires_grad_()
    conv = nn.Conv1d(1, 3, 2)
    conv.weight.data.abs_()
    expected = torch.autograd.grad(F.gelu(conv(image[None]))[0, 1, 3], image)[0]
    found = guided_backpropagation(nn.Sequential(conv, nn.GELU()), image, "1", 1, (3,)).array.signal
    assert torch.allclose(found, expected)


def test_the_model_is_left_as_it_was_and_the_picture_shows_the_signal():
    model, image = rectified.Net(nn.ReLU(inplace=True)), torch.rand(1, 12, 12)
    before = rectified.state(model)
    picture = guided_backpropagation(model, image)
    shown = torch.from_numpy(picture.figure.axes[1].images[0].get_array().data)
    assert torch.equal(shown, picture.array.signal[0])
    low, high = picture.figure.axes[1].images[0].get_clim()
    assert high == -low == picture.array.signal.abs().max()
    assert rectified.state(model) == before
