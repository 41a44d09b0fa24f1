import pytest
import torch
from samples import bars

from striate.lineage.systems.generator import checkerboard, recognised, samples, two_ways, way_up
from striate.models import create
from striate.train.lessons import GenerationLesson


@pytest.mark.parametrize("name", ["vae", "dcgan-mini"])
def test_two_ways_learn_the_same_images(name):
    models = two_ways(name, GenerationLesson(bars(size=12)), epochs=1)
    assert list(models) == ["transposed", "resize"]
    assert checkerboard(models["resize"]) < checkerboard(models["transposed"])


def test_a_way_up_makes_the_image():
    model = create("dcgan-mini").eval()
    codes = torch.randn(2, 64)
    features = model.generator.project(codes).unflatten(1, model.generator.first)
    layers, maps = way_up(model)
    made = model.generator.to_images(layers(features).tanh())
    assert maps == features.shape[1]
    assert torch.equal(made, model(codes))
    with pytest.raises(TypeError, match="model must be a VAE or a DCGAN, but got Linear"):
        way_up(torch.nn.Linear(2, 2))


def test_what_a_reader_is_sure_of_is_counted():
    class Reader(torch.nn.Module):
        def forward(self, images):
            return images.flatten(1)

    images = torch.zeros(4, 1, 1, 4)
    images[0, 0, 0, 1] = images[1, 0, 0, 1] = images[2, 0, 0, 3] = 9.0
    assert recognised(Reader(), images) == (0.75, 0.5)


def test_samples_are_the_same_at_every_call():
    model = create("vae").eval()
    assert torch.equal(samples(model, 3), samples(model, 3))
    assert samples(model, 3).shape == (3, 1, 28, 28)
