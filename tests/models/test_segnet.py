import pytest
import torch
from torch import nn

from striate.models import create
from striate.models.segnet import SegNet


def test_the_encoder_has_the_weights_of_vggs_13_convolutions():
    with torch.device("meta"):
        model = create("segnet")
    encoder, decoder = (
        [layer for layer in part.modules() if isinstance(layer, nn.Conv2d)] for part in (model.encoder, model.decoder)
    )
    assert len(encoder) == len(decoder) == 13
    assert round(sum(layer.weight.numel() for layer in encoder) / 1e6, 1) == 14.7  # section 3
    down, up = ([tuple(layer.weight.shape[:2]) for layer in half] for half in (encoder, decoder))
    assert up[:-1] == [shape[::-1] for shape in reversed(down)][:-1]
    assert (up[-1], down[0]) == ((64, 64), (64, 3))


def test_the_decoder_puts_maxima_back_where_they_lay():
    torch.manual_seed(0)
    model = SegNet(1, 2, widths=(4,), depths=(1,)).eval()
    seen = []
    model.decoder[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    x = torch.rand(1, 1, 7, 6)
    model(x)
    whole = model.encoder.stages[0](model.rescale(x))
    kept = seen[0] != 0
    torch.testing.assert_close(seen[0][kept], whole[kept])
    assert kept.sum(dim=(2, 3)).max() <= 9  # one of each of 3 x 3 windows


@pytest.mark.parametrize("image_size", [(28, 28), (31, 22), (4, 4)])
def test_every_pixel_is_scored(image_size):
    model = create("segnet-mini", image_size=image_size, classes=3)
    assert model(torch.rand(2, 1, *image_size)).shape == (2, 3, *image_size)


@pytest.mark.parametrize(("name", "least"), [("segnet", 32), ("segnet-mini", 4)])
def test_a_smaller_image_is_refused(name, least):
    with pytest.raises(ValueError, match=rf"image_size of {name} is at least \({least}, {least}\)"):
        create(name, image_size=least - 1)
