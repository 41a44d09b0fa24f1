import pytest
import rectified
import torch
from torch import nn

from striate.view import grad_cam, grad_cam_stages


def corner_net(size=4):
    """Scores: the mean of what is bright, and its negative; maps are the image and its negative, rectified."""
    model = nn.Sequential(
        nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.AvgPool2d(size), nn.Flatten(), nn.Linear(2, 2, bias=False)
    )
    model[0].weight.data = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1)
    model[4].weight.data = torch.tensor([[2.0, 1.0], [-2.0, 3.0]])
    return model


def test_the_heat_is_where_the_evidence_is():
    image = torch.zeros(1, 4, 4)
    image[0, :2, 2:] = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    found = grad_cam(corner_net(), image).array
    assert (found.layer, found.label) == ("1", 0)
    assert found.weights.tolist() == [2 / 16, 1 / 16]  # equation 1
    assert torch.equal(found.heat, image[0] * 2 / 16)  # equation 2
    assert found.score == 2 * 10 / 16


def test_evidence_against_a_class_is_not_shown():
    image = torch.zeros(1, 4, 4)
    image[0, 3, 0] = 1
    found = grad_cam(corner_net(), image, label=1).array
    assert found.score == -2 / 16
    assert not found.heat.any()


def test_the_stages_are_the_last_layers_of_each_size():
    block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(inplace=True))
    model = nn.Sequential(
        *(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), block, nn.MaxPool2d(4), nn.Flatten(), nn.Linear(4, 3))
    )
    picture = grad_cam_stages(model, torch.rand(1, 10, 10), classes=("a", "b", "c"))
    assert [(found.layer, tuple(found.heat.shape)) for found in picture.array] == [("1", (8, 8)), ("3", (4, 4))]
    alone = grad_cam(model, torch.rand(1, 10, 10), "3", label=picture.array[0].label)
    assert alone.array.layer == "3"
    titles = [axes.get_title() for axes in picture.figure.axes]
    assert titles == ["image", "1, 8 x 8", "3, 4 x 4"]
    assert picture.figure.texts[0].get_text().startswith(f"evidence for class {'abc'[picture.array[0].label]}, score")


def test_stages_and_single_layers_agree():
    model, image = rectified.Net(nn.ReLU(inplace=True)), torch.rand(1, 12, 12)
    before = rectified.state(model)
    stages = grad_cam_stages(model, image).array
    assert [found.layer for found in stages] == ["relu", "relu:2"]
    for found in stages:
        alone = grad_cam(model, image, found.layer).array
        assert torch.equal(alone.heat, found.heat)
        assert alone.heat.any()
    assert torch.equal(grad_cam(model, image).array.heat, stages[-1].heat)
    assert rectified.state(model) == before


@pytest.mark.parametrize(
    ("ndim", "layers"), [(1, (nn.Conv1d, nn.AdaptiveAvgPool1d)), (3, (nn.Conv3d, nn.AdaptiveAvgPool3d))]
)
def test_signals_and_volumes(ndim, layers):
    conv, pool = layers
    model = nn.Sequential(conv(2, 3, 3), nn.ReLU(), pool(1), nn.Flatten(), nn.Linear(3, 2))
    picture = grad_cam(model, torch.rand(2, *[7] * ndim))
    assert picture.array.heat.shape == (5,) * ndim
    assert picture.png().startswith(b"\x89PNG")


def test_what_cannot_be_weighed_is_refused():
    image = torch.rand(1, 4, 4)
    with pytest.raises(ValueError, match="label is 2, but the model has classes 0 to 1"):
        grad_cam(corner_net(), image, label=2)
    with pytest.raises(ValueError, match=r"model must return scores \(1, classes\) .* but returned \(1, 2, 4, 4\)"):
        grad_cam(corner_net()[:2], image)
    with pytest.raises(ValueError, match="layer: '2' of Sequential has no maps of more than one place"):
        grad_cam(corner_net(), image, "2")
    with pytest.raises(ValueError, match="layer: the model has no layer 'conv'"):
        grad_cam(corner_net(), image, "conv")

    class Blind(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x):
            return self.conv(x.detach()).mean((2, 3)).detach() + x.mean()

    with pytest.raises(ValueError, match="layer: the score of class 0 does not depend on conv"):
        grad_cam(Blind(), image, label=0)
