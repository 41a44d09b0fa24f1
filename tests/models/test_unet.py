import pytest
import torch

import striate.nn as snn
from striate.models import create
from striate.models.unet import UNet


@pytest.fixture(scope="module")
def model():
    with torch.device("meta"):
        return create("unet")


def test_there_are_23_convolutions(model):
    layers = [m for m in model.modules() if isinstance(m, snn.Conv2d | snn.ConvTranspose2d)]
    assert len(layers) == 23  # section 2


def test_the_maps_are_those_of_figure_1(model):
    sizes = []
    for layers in (*model.down, *model.merge, model.score):
        layers.register_forward_hook(lambda _, inputs, output: sizes.append((inputs[0].shape[1], *output.shape[1:3])))
    model(torch.rand(1, 1, 572, 572, device="meta"))
    assert sizes == [
        (1, 64, 568),
        (64, 128, 280),
        (128, 256, 136),
        (256, 512, 64),
        (512, 1024, 28),
        (1024, 512, 52),
        (512, 256, 100),
        (256, 128, 196),
        (128, 64, 388),
        (64, 2, 388),
    ]


def test_what_is_passed_across_is_the_middle():
    torch.manual_seed(0)
    model = UNet(1, 2, widths=(4, 8), padding="valid")
    seen = []
    model.merge[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    x = torch.rand(1, 1, 44, 44)
    model(x)
    across = model.down[0](model.rescale(x))  # 40 wide; 32 come up again
    torch.testing.assert_close(seen[0][:, :4], across[:, :, 4:36, 4:36])


@pytest.mark.parametrize("up", ["transposed", "resize"])
def test_the_small_one_scores_every_pixel(up):
    model = create("unet-mini", image_size=(20, 28), classes=3, up=up)
    assert model(torch.rand(2, 1, 20, 28)).shape == (2, 3, 20, 28)
    assert isinstance(model.up[0], snn.ConvTranspose2d if up == "transposed" else snn.ResizeConv2d)


@pytest.mark.parametrize("image_size", [188, 556, 588])
def test_other_tiles_fit(image_size):
    with torch.device("meta"):
        assert (
            create("unet", image_size=image_size)(torch.rand(1, 1, image_size, image_size)).shape[2] == image_size - 184
        )


@pytest.mark.parametrize(
    ("name", "keywords", "message"),
    [
        ("unet", {"image_size": 172}, r"image_size of unet is at least \(188, 188\), but got \(172, 172\)"),
        ("unet", {"image_size": 570}, r"572 plus or minus a multiple of 16, .* got \(570, 570\); .* to \(572, 572\)"),
        ("unet-mini", {"image_size": 30}, "image_size of unet-mini is divisible by 4"),
        ("unet-mini", {"up": "unpool"}, "up must be one of 'transposed', 'resize', but got 'unpool'"),
    ],
)
def test_what_cannot_be_built(name, keywords, message):
    with pytest.raises(ValueError, match=message):
        create(name, **keywords)
