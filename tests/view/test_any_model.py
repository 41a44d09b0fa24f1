"""Everything that looks into a model, on plain torch.nn networks of one to three axes, with nothing asked of them."""

import math

import pytest
import torch
from networks import CausalAudio, Inception, ResNet, Volume
from torch import nn

import striate
from striate import view

# A classifier of whatever a body makes of its input, so that Grad-CAM and the explainer have classes.
MODELS = {
    "inception": (lambda: nn.Sequential(nn.Conv2d(3, 16, 3), Inception(16)), (3, 14, 14)),
    "residual": (lambda: ResNet((1, 1), width=4, classes=3), (3, 32, 32)),
    "audio": (CausalAudio, (1, 60)),
    "volume": (Volume, (1, 8, 8, 8)),
}


@pytest.fixture(params=MODELS, scope="module")
def asked(request):
    make, shape = MODELS[request.param]
    torch.manual_seed(0)
    body = make()
    if request.param != "residual":
        outputs = body.eval()(torch.rand(1, *shape)).shape[1]
        pool = getattr(nn, f"AdaptiveAvgPool{len(shape) - 1}d")(1)
        body = nn.Sequential(body, pool, nn.Flatten(), nn.Linear(outputs, 3))
    return body, torch.rand(24, *shape)


def first_convolution(model):
    return next(name for name, module in model.named_modules() if isinstance(module, nn.modules.conv._ConvNd))


def test_its_table_has_every_parameter_and_follows_all_of_it(asked):
    model, images = asked
    found = striate.inspect(model, images[:1], measure=False)
    assert found.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert found.multiply_adds > 0
    assert not any("nothing is known" in note for note in found.notes)


def test_a_unit_is_moved_only_by_what_it_sees(asked):
    model, images = asked
    found = striate.receptive_field(model, first_convolution(model), data=images[:4])
    assert math.isclose(float(found.effective.sum()), 1, rel_tol=1e-6)
    for axis, positions in enumerate(found.positions):
        along = found.effective.movedim(axis, 0).flatten(1).sum(1) if found.effective.ndim > 1 else found.effective
        assert set(along.nonzero().flatten().tolist()) <= set(positions)


def test_its_pictures_are_drawn(asked):
    model, images = asked
    image, layer = images[0], first_convolution(model)
    with torch.no_grad():
        likeliest = int(model.eval()(image[None]).argmax())
    projected = view.deconvnet(model, image, layer=layer)
    assert projected.array.signal.shape == image.shape
    assert projected.array.signal.abs().sum() > 0
    assert view.guided_backpropagation(model, image, layer=layer).array.signal.shape == image.shape
    assert view.grad_cam(model, image).array.label == likeliest
    patches = view.top_patches(model, images, layer, channels=0, count=3)
    assert patches.array.patches.shape[:2] == (1, 3)
    assert view.activation_statistics(model, images).array
    for picture in (projected, patches, view.filters(model, layer), view.feature_maps(model, image)):
        assert picture.png()[1:4] == b"PNG"


def test_it_is_explained(asked, tmp_path):
    model, images = asked
    path = tmp_path / "explain.html"
    striate.explain(model, images[0], path, data=images)
    assert path.read_text(encoding="utf-8").count("</html>") == 1
