import pytest
import torch

import striate.nn as snn
from striate.models import create


@pytest.fixture(scope="module")
def model():
    with torch.device("meta"):
        return create("deconvnet")


def test_it_has_the_papers_252_million_parameters(model):
    assert round(sum(parameter.numel() for parameter in model.parameters()) / 1e6) == 252  # section 4.2


def test_the_decoder_is_the_mirror_image_in_transposed_convolutions(model):
    down = [m.weight.shape for m in model.encoder.modules() if isinstance(m, snn.Conv2d)]
    up = [m.weight.shape for m in model.decoder.modules() if isinstance(m, snn.ConvTranspose2d)]
    assert len(down) == len(up) == 13
    # A transposed convolution's weight is (in, out, *K): read backwards, the two differ where a stage meets the image.
    assert up[:-1] == list(reversed(down))[:-1]
    assert (up[-1], down[0]) == ((64, 64, 3, 3), (64, 3, 3, 3))


def test_a_vector_of_4096_stands_between(model):
    features, _ = model.encoder(torch.rand(2, 3, 224, 224, device="meta"))
    assert features.shape == (2, 512, 7, 7)
    assert model.vector[:6](features).shape == (2, 4096, 1, 1)
    assert model.vector(features).shape == (2, 512, 7, 7)


def test_an_image_that_the_stages_do_not_divide_is_refused():
    with pytest.raises(ValueError, match=r"image_size of deconvnet is divisible by 32, but got \(224, 225\)"):
        create("deconvnet", image_size=(224, 225))
    with pytest.raises(ValueError, match="image_size of deconvnet-mini is divisible by 4"):
        create("deconvnet-mini", image_size=30)
